// SPDX-License-Identifier: MIT OR Apache-2.0

/// A first look at a JSON text: where its first complete value ends and which keys its top level has.
///
/// It judges nothing else; whether the text is JSON at all is for the decoder to say. Bytes after the first value are
/// accepted (ruling 8: a shipped client sends a stray `}`), and strict routes need the keys.
struct JSONObjectScan {
    /// The first complete object or array, or the whole text if there is none.
    let value: Range<Int>
    /// The raw bytes of each top-level key, without quotes, escapes not resolved.
    let keys: [Range<Int>]

    init(_ bytes: [UInt8]) {
        var depth = 0
        var keys: [Range<Int>] = []
        var candidate: Range<Int>?
        var index = 0
        scan: while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                let end = Self.endOfString(bytes, from: index + 1)
                if depth == 1 { candidate = index + 1..<end }
                index = end
            case UInt8(ascii: ":") where depth == 1:
                if let key = candidate { keys.append(key) }
                candidate = nil
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth <= 0 { break scan }
            default:
                break
            }
            index += 1
        }
        self.value = depth == 0 && index < bytes.count ? 0..<index + 1 : 0..<bytes.count
        self.keys = keys
    }

    /// The index of the closing quote, or the end of the text.
    private static func endOfString(_ bytes: [UInt8], from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index, bytes.count)
    }
}
