// SPDX-License-Identifier: MIT OR Apache-2.0

internal import HTTPTypes

/// Names one request in the answer and in the log, so that both can be found together.
enum RequestID {
    /// The header in both directions.
    static let header = HTTPField.Name("X-Request-Id")

    /// Characters of an id that a client may choose.
    static let characterCountMax = 64

    /// The id of a request: the client's if it is short and harmless, otherwise a new one.
    static func of(_ headers: HTTPFields) -> String {
        guard let name = Self.header, let value = headers[name], Self.isAcceptable(value) else { return Self.make() }
        return value
    }

    /// Letters, digits, `-`, `_` and `.`: nothing that could break a log line or a header.
    static func isAcceptable(_ value: String) -> Bool {
        (1...Self.characterCountMax).contains(value.utf8.count)
            && value.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// 16 hex digits; unique enough for a log, no secret.
    static func make() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
