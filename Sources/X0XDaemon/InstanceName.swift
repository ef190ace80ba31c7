// SPDX-License-Identifier: MIT OR Apache-2.0

/// The name of one of several daemons of a user: 1–64 ASCII letters, digits or `-`, the first not `-` (spec 13 §2).
///
/// It becomes part of folder names, so nothing else is allowed.
package struct InstanceName: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// Validates a name.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (1...64).contains(bytes.count), let first = bytes.first, Self.isAlphanumeric(first),
            bytes.allSatisfy({ Self.isAlphanumeric($0) || $0 == UInt8(ascii: "-") })
        else { return nil }
        self.description = text
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
