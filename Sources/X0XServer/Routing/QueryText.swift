// SPDX-License-Identifier: MIT OR Apache-2.0

/// The text forms of URLs: percent-encoded path segments and query strings (RFC 3986, and `+` for space in queries).
enum QueryText {
    /// The value of a query key or value; nil if an escape is broken or the bytes are not UTF-8.
    static func decode(_ text: some StringProtocol) -> String? {
        Self.decode(text, plusIsSpace: true)
    }

    /// The value of a path segment; nil if an escape is broken or the bytes are not UTF-8.
    static func decodeSegment(_ text: some StringProtocol) -> String? {
        Self.decode(text, plusIsSpace: false)
    }

    private static func decode(_ text: some StringProtocol, plusIsSpace: Bool) -> String? {
        var bytes: [UInt8] = []
        var source = text.utf8.makeIterator()
        while let byte = source.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = source.next().flatMap(Self.digit), let low = source.next().flatMap(Self.digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// The query parameters an endpoint knows; unknown ones are ignored (spec 11 §2.2).
struct Query: Sendable {
    private let values: [String: String]

    init(_ text: String, known: [String]) throws(APIFailure) {
        var values: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = parts.first.flatMap({ QueryText.decode($0) }), known.contains(key) else { continue }
            guard let value = QueryText.decode(parts.count > 1 ? parts[1] : "") else {
                throw .badRequest("invalid query: \(key) is not valid text")
            }
            guard values.updateValue(value, forKey: key) == nil else {
                throw .badRequest("invalid query: duplicate parameter \(key)")
            }
        }
        self.values = values
    }

    subscript(_ name: String) -> String? { self.values[name] }

    /// A flag: `true`, `1`, `false`, `0` or absent.
    func flag(_ name: String) throws(APIFailure) -> Bool {
        switch self.values[name] {
        case nil, "false", "0": return false
        case "true", "1": return true
        case let other?: throw .badRequest("invalid query: \(name) must be true or false, not \(other)")
        }
    }
}
