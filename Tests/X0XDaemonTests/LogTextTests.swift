// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Logging
import Testing
import X0XDaemon

@Suite struct LogTextTests {
    @Test(arguments: [
        ("plain text, ü and 5483", "plain text, ü and 5483"),
        ("two\nlines\r\n", "two lines  "),
        ("\u{1B}[31mred\u{7}\u{85}\u{2028}\u{202E}x", " [31mred    x"),
        (String(repeating: "a", count: 31), String(repeating: "a", count: 31)),
        (String(repeating: "a", count: 32), "aaaaaaaa…"),
        ("agent \(String(repeating: "0123456789abcdef", count: 4)) gone", "agent 01234567… gone"),
        ("\(String(repeating: "AB", count: 600)).", "ABABABAB…."),
    ])
    func valuesAreCleaned(_ text: String, _ expected: String) {
        #expect(LogText.clean(text) == expected)
    }

    @Test func longValuesAreCutBetweenCharacters() {
        let limit = LogText.byteCountMax
        let fits = String(repeating: "x", count: limit)
        #expect(LogText.clean(fits) == fits)
        #expect(LogText.clean(fits + "y") == fits + "… (\(limit + 1) bytes)")
        let wide = String(repeating: "x", count: limit - 1) + "üü"
        #expect(LogText.clean(wide) == String(repeating: "x", count: limit - 1) + "ü… (\(limit + 3) bytes)")
        #expect(LogText.clean(String(repeating: "z", count: 10_000_000)).utf8.count < limit + 64)
    }

    /// Whole lines as the handler writes them, text and JSON: one line each, no identifier, no secret, a cap per value.
    @Test(arguments: [DaemonConfiguration.LogFormat.text, .json])
    func linesOfTheHandler(_ format: DaemonConfiguration.LogFormat) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "x0x-log-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let sink = try LogSink(directory: folder.path)
        let filter = try #require(LogFilter(parsing: "info,x0x::loud=trace"))
        func logger(_ label: String) -> Logger {
            Logger(label: label) { DaemonLogHandler(label: $0, filter: filter, format: format, sink: sink) }
        }
        let secret = String(repeating: "fedcba98", count: 8)
        logger("x0x.api").warning("token \(secret)\nsecond line", metadata: ["agent.id": "\(secret)"])
        logger("x0x.api").debug("not this one")
        logger("x0x.loud").trace("this one", metadata: ["long": "\(String(repeating: "y", count: 100_000))"])
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first)
        let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(!text.contains(secret.prefix(16)))
        #expect(text.contains("fedcba98…"))
        #expect(text.utf8.count < 4096)
        #expect(lines.first?.contains("second line") == true)
        guard format == .json else {
            let pattern =
                /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARN x0x::api: token fedcba98… second line agent\.id=fedcba98…$/
            #expect(lines.first?.wholeMatch(of: pattern) != nil)
            return
        }
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any]
        )
        #expect(Set(object.keys) == ["timestamp", "level", "fields", "target"])
        #expect(object["level"] as? String == "WARN" && object["target"] as? String == "x0x::api")
        let fields = try #require(object["fields"] as? [String: String])
        #expect(fields == ["message": "token fedcba98… second line", "agent.id": "fedcba98…"])
    }
}
