// SPDX-License-Identifier: MIT OR Apache-2.0

import Testing
import X0XClient
import X0XCommands

@Suite struct OutputTests {
    private static let sample = JSONValue.object([
        "ok": .bool(true),
        "b": .object(["y": .null, "x": .array([.integer(1), .object(["k": .string("v")])])]),
        "a": .string("ü/\"\n"),
        "empty": .array([]),
        "none": .object([:]),
    ])

    @Test func prettyJSONIsSortedAndIndentedByTwo() {
        let expected = #"""
            {
              "a": "ü/\"\n",
              "b": {
                "x": [
                  1,
                  {
                    "k": "v"
                  }
                ],
                "y": null
              },
              "empty": [],
              "none": {},
              "ok": true
            }
            """#
        #expect(JSONText.pretty(Self.sample) == expected)
    }

    @Test func compactJSONHasNoWhiteSpace() {
        let expected = #"{"a":"ü/\"\n","b":{"x":[1,{"k":"v"}],"y":null},"empty":[],"none":{},"ok":true}"#
        #expect(JSONText.compact(Self.sample) == expected)
    }

    @Test func jsonTextReadsBackAsTheSameValue() throws {
        let controls = String(String.UnicodeScalarView((0...0xA0).compactMap(Unicode.Scalar.init)))
        let value = JSONValue.array([Self.sample, .string(controls), .unsigned(.max), .integer(.min), .number(0.1)])
        #expect(try JSONValue(parsing: Array(JSONText.pretty(value).utf8)) == value)
        #expect(try JSONValue(parsing: Array(JSONText.compact(value).utf8)) == value)
        #expect(JSONText.compact(.number(.infinity)) == "null")
    }

    @Test func plainTextOfObjects() {
        let expected = """
            a: ü/"

            b:
              x:
                1
                k: v
              y: null
            empty:
            none:
            ok: true

            """
        #expect(PlainText.render(Self.sample) == expected)
    }

    @Test func plainTextOfArraysHasEmptyLines() {
        let value = JSONValue.array([.object(["a": .integer(1)]), .string("x")])
        #expect(PlainText.render(value) == "a: 1\n\nx\n\n")
        #expect(PlainText.render(.null) == "null\n")
    }

    @Test func terminalsNeverGetControlCharactersOfStrangers() {
        let text = PlainText.render(.object(["label": .string("\u{1B}[2Jx\ny\u{202E}z")]), escapesControls: true)
        #expect(text == "label: \\u{1b}[2Jx\\u{a}y\\u{202e}z\n")
    }

    @Test func tablesAlignTheirColumns() {
        let table = TableLayout(
            list: "contacts",
            columns: [.init("AGENT", "agent_id"), .init("TRUST", "trust_level"), .init("LABEL", "label")],
            empty: "No contacts."
        )
        let response = JSONValue.object([
            "contacts": .array([
                .object(["agent_id": .string("abcdef"), "trust_level": .string("known"), "label": .null]),
                .object(["agent_id": .string("12"), "trust_level": .string("t"), "label": .string("a\u{7}b")]),
            ])
        ])
        #expect(table.render(response) == "AGENT   TRUST  LABEL\nabcdef  known  -\n12      t      a\\u{7}b\n")
        #expect(table.render(.object(["contacts": .array([])])) == "No contacts.\n")
        #expect(table.render(.object([:])) == nil)
    }

    @Test func tablesOfPlainIdsAndLists() {
        let ids = TableLayout(list: "agents", columns: [.init("AGENT", "")], empty: "")
        #expect(ids.render(.object(["agents": .array([.string("a"), .string("b")])])) == "AGENT\na\nb\n")
        let lists = TableLayout(list: "agents", columns: [.init("ADDRESSES", "addresses")], empty: "")
        let row = JSONValue.object(["addresses": .array([.string("x:1"), .string("y:2")])])
        #expect(lists.render(.object(["agents": .array([row])])) == "ADDRESSES\nx:1, y:2\n")
    }
}
