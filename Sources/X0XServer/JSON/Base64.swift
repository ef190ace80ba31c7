// SPDX-License-Identifier: MIT OR Apache-2.0

internal import FoundationEssentials

/// Standard base64 with padding, nothing else (spec 11 §2.4).
enum Base64 {
    static func encode(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString()
    }

    /// Nil for another alphabet, missing padding or white space.
    static func decode(_ text: String) -> [UInt8]? {
        guard text.utf8.count.isMultiple(of: 4) else { return nil }
        return Data(base64Encoded: text).map(Array.init)
    }
}
