// SPDX-License-Identifier: MIT OR Apache-2.0

/// What a gossip message is (spec 04 §5.1).
///
/// Only the first three and `antiEntropy` travel on the pub/sub stream.
package enum MessageKind: UInt8, Sendable, CaseIterable {
    /// A message pushed along the tree.
    case eager = 0
    /// Announces ids the sender has.
    case iHave = 1
    /// Asks for ids.
    case iWant = 2
    case ping = 3
    case ack = 4
    case find = 5
    case presence = 6
    /// A digest of everything the sender has cached.
    case antiEntropy = 7
    case shuffle = 8
}
