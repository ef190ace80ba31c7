// SPDX-License-Identifier: MIT OR Apache-2.0

/// Systematic damage to an encoding: a decoder must answer each with a value or an error, never with a trap.
package enum Damage {
    /// Every proper prefix.
    package static func truncations(of bytes: [UInt8]) -> [[UInt8]] {
        (0..<bytes.count).map { Array(bytes[..<$0]) }
    }

    /// Every change of a single byte: eight bit flips, 0x00, 0xFF, 0x7F and 0x80 at each position.
    package static func singleByteChanges(of bytes: [UInt8]) -> [[UInt8]] {
        var results: [[UInt8]] = []
        for index in bytes.indices {
            let flips = (0..<8).map { bytes[index] ^ (1 << UInt8($0)) }
            for value in flips + [0x00, 0x7F, 0x80, 0xFF] where value != bytes[index] {
                var changed = bytes
                changed[index] = value
                results.append(changed)
            }
        }
        return results
    }

    /// Both of the above, and one byte too many.
    package static func all(of bytes: [UInt8]) -> [[UInt8]] {
        Self.truncations(of: bytes) + Self.singleByteChanges(of: bytes) + [bytes + [0]]
    }
}
