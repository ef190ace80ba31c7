// SPDX-License-Identifier: MIT OR Apache-2.0

import Testing
import X0XClient

@Suite struct JSONValueTests {
    @Test func numbersStayExact() throws {
        let value = try JSONValue(parsing: Array(#"[0,-1,9223372036854775807,18446744073709551615,1.5,1e300]"#.utf8))
        #expect(
            value
                == .array([
                    .integer(0), .integer(-1), .integer(.max), .unsigned(.max), .number(1.5), .number(1e300),
                ])
        )
    }

    @Test func everyKindOfValue() throws {
        let value = try JSONValue(parsing: Array(#"{"a":null,"b":true,"c":"d/e","f":[{}]}"#.utf8))
        #expect(value["a"] == .null)
        #expect(value["b"] == .bool(true))
        #expect(value["c"]?.stringValue == "d/e")
        #expect(value["f"]?.arrayValue == [.object([:])])
        #expect(value["g"] == nil)
        #expect(JSONValue.null["a"] == nil)
    }

    @Test(arguments: ["", "{", "nul", "[1", "\"\\q\""])
    func malformedTextIsAnError(_ text: String) {
        #expect(throws: X0XClientError.self) { try JSONValue(parsing: Array(text.utf8)) }
    }
}
