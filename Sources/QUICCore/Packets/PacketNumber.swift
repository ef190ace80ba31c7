// SPDX-License-Identifier: MIT OR Apache-2.0

/// Packet number compression (RFC 9000 §17.1, appendix A.2 and A.3).
package enum PacketNumber {
    /// Largest packet number: 2^62 − 1.
    package static let maximum: UInt64 = (1 << 62) - 1

    /// Bytes needed so that the receiver can recover `number`: 1 to 4.
    package static func encodedByteCount(of number: UInt64, largestAcknowledged: UInt64?) -> Int {
        let distance = largestAcknowledged.map { number - $0 } ?? number + 1
        // Twice the distance has to fit, so one bit more than the distance itself.
        switch distance {
        case ..<(1 << 7): return 1
        case ..<(1 << 15): return 2
        case ..<(1 << 23): return 3
        default: return 4
        }
    }

    /// The packet number closest to the next expected one whose low bits are `truncated`.
    package static func decode(truncated: UInt64, byteCount: Int, largestReceived: UInt64?) -> UInt64 {
        let expected = largestReceived.map { $0 + 1 } ?? 0
        let window: UInt64 = 1 << UInt64(8 * byteCount)
        let half = window / 2
        let candidate = (expected & ~(window - 1)) | truncated
        if candidate + half <= expected, candidate < (1 << 62) - window {
            return candidate + window
        }
        if candidate > expected + half, candidate >= window {
            return candidate - window
        }
        return candidate
    }
}
