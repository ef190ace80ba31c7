// SPDX-License-Identifier: MIT OR Apache-2.0

/// The encryption levels that carry CRYPTO data (RFC 9001 §4.1.4), in the order they are reached.
///
/// 0-RTT is absent: it is disabled on both sides (spec 02 §4.1).
package enum EncryptionLevel: UInt8, CaseIterable, Comparable, Sendable {
    /// Initial packets: ClientHello, ServerHello.
    case initial
    /// Handshake packets: EncryptedExtensions to Finished.
    case handshake
    /// 1-RTT packets: post-handshake messages.
    case application

    package static func < (lhs: EncryptionLevel, rhs: EncryptionLevel) -> Bool { lhs.rawValue < rhs.rawValue }
}
