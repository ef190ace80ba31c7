// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore
package import Primitives

/// Caps on presence messages, ours and other people's (spec 05 §16).
package enum PresenceLimits {
    /// The only topic of presence (spec 05 §2).
    package static let topic = TopicID(name: DaemonTopics.presence)
    /// Address hints in one record; a machine with more addresses is not a machine.
    package static let hintCountMax = 64
    /// Bytes of one hint; the longest socket address in text has 47.
    package static let hintByteCountMax = 128
    /// Bytes of the four words; x0x always sends none.
    package static let fourWordsByteCountMax = 128
    /// Records kept of one answer, and sent in one (P-2, P-6).
    package static let responseRecordCountMax = 64
    /// Bytes of the records of one answer (P-2, P-6).
    package static let responseByteCountMax = 512 * 1024
    /// Seconds a record's creation may be away from this node's clock, either way (P-12).
    package static let clockSkewSecondsMax: UInt64 = 120
    /// Seconds between creation and expiry (P-12).
    package static let lifetimeSecondsMax: UInt64 = 900
    /// A record this much newer than the stored one replaces it whatever its sequence number: a restart (spec 05 §4).
    package static let restartSeconds: UInt64 = 120
    /// Hops a query may still go, our own and received ones (P-10).
    package static let timeToLiveMax: UInt8 = 5
}
