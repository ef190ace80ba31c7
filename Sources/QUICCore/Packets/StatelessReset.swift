// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding

/// Stateless resets (RFC 9000 §10.3, spec 02 §3.6): a datagram that looks like any short packet and ends with a token.
enum StatelessReset {
    /// Five unpredictable bytes and the token.
    static let byteCountMin = 21
    /// Larger ones would only cost bandwidth.
    static let byteCountMax = 42

    /// The answer to a packet nobody can read.
    ///
    /// - Parameters:
    ///   - triggerByteCount: Size of that packet; the answer is smaller, so that two such nodes fall silent.
    ///   - token: The 16-byte token of its destination id.
    ///   - padding: At least `byteCountMax` − 16 unpredictable bytes.
    /// - Returns: The datagram, or `nil` when the trigger was too small for one.
    static func encode(triggerByteCount: Int, token: [UInt8], padding: [UInt8]) -> [UInt8]? {
        let byteCount = min(triggerByteCount - 1, Self.byteCountMax)
        guard byteCount >= Self.byteCountMin else { return nil }
        var datagram = Array(padding.prefix(byteCount - token.count)) + token
        datagram[0] = 0x40 | (datagram[0] & 0x3F)
        return datagram
    }
}
