// SPDX-License-Identifier: MIT OR Apache-2.0

// Hexadecimal text: 64 lower-case digits for ids (spec 01 §1.4); either case is accepted on input.

/// Why a text is not hexadecimal.
package enum HexError: Error, Equatable, Sendable {
    /// The number of digits is odd.
    case oddDigitCount(Int)
    /// A character outside 0–9, a–f, A–F.
    case invalidCharacter(Character, position: Int)
}

extension [UInt8] {
    /// Bytes from hexadecimal digits of either case, without separators.
    package init(hex text: some StringProtocol) throws(HexError) {
        let digits = [UInt8](text.utf8)
        guard digits.count.isMultiple(of: 2) else { throw .oddDigitCount(digits.count) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            bytes.append(try hexValue(digits, at: index) << 4 | hexValue(digits, at: index + 1))
        }
        self = bytes
    }

    /// Lower-case hexadecimal digits, two per byte.
    package var hex: String {
        let alphabet = [UInt8]("0123456789abcdef".utf8)
        var digits: [UInt8] = []
        digits.reserveCapacity(self.count * 2)
        for byte in self {
            digits.append(alphabet[Int(byte >> 4)])
            digits.append(alphabet[Int(byte & 15)])
        }
        return String(decoding: digits, as: UTF8.self)
    }
}

private func hexValue(_ digits: [UInt8], at index: Int) throws(HexError) -> UInt8 {
    switch digits[index] {
    case 0x30...0x39: return digits[index] - 0x30
    case 0x61...0x66: return digits[index] - 0x61 + 10
    case 0x41...0x46: return digits[index] - 0x41 + 10
    default: throw .invalidCharacter(Character(UnicodeScalar(digits[index])), position: index)
    }
}
