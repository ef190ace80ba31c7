// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension AgentCard {
    /// What a link starts with.
    package static let linkPrefix = "x0x://agent/"

    /// `x0x://agent/` and the compact JSON in base64url without padding (spec 01 §13).
    package var link: String {
        let base64 = Data(self.json.utf8).base64EncodedString()
        let characters = base64.compactMap { character -> Character? in
            switch character {
            case "+": "-"
            case "/": "_"
            case "=": nil
            default: character
            }
        }
        return Self.linkPrefix + String(characters)
    }

    /// Parses a link, or its part behind the prefix.
    ///
    /// White space around it, padding and the standard alphabet are tolerated; anything else is an error.
    package init(link: String) throws(AgentCardError) {
        guard link.utf8.count <= AgentCardLimits.textByteCountMax else {
            throw .tooLarge(limit: AgentCardLimits.textByteCountMax)
        }
        var digits = Substring(link).trimmingWhitespace
        if digits.hasPrefix(Self.linkPrefix) { digits = digits.dropFirst(Self.linkPrefix.count) }
        let bytes = try Self.base64Bytes(digits)
        guard let json = try? String(validatingUTF8: bytes, field: "card") else { throw .invalidUTF8 }
        try self.init(json: json)
    }

    private static func base64Bytes(_ text: Substring) throws(AgentCardError) -> [UInt8] {
        var digits: [UInt8] = []
        digits.reserveCapacity(text.utf8.count + 3)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "-"): digits.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): digits.append(UInt8(ascii: "/"))
            default: digits.append(byte)
            }
        }
        while digits.last == UInt8(ascii: "=") { digits.removeLast() }
        guard !digits.isEmpty else { throw .invalidBase64("empty") }
        guard digits.count % 4 != 1 else { throw .invalidBase64("wrong length") }
        digits += Array(repeating: UInt8(ascii: "="), count: (4 - digits.count % 4) % 4)
        guard let data = Data(base64Encoded: Data(digits)) else { throw .invalidBase64("wrong character") }
        return Array(data)
    }
}

extension Substring {
    fileprivate var trimmingWhitespace: Substring {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
