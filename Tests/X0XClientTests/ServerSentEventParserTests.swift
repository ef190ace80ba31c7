// SPDX-License-Identifier: MIT OR Apache-2.0

import Testing
import X0XClient

@Suite struct ServerSentEventParserTests {
    private static func parse(_ chunks: [[UInt8]]) throws -> [ServerSentEvent] {
        var parser = ServerSentEventParser()
        return try chunks.flatMap { try parser.append($0) }
    }

    private static func parse(_ text: String) throws -> [ServerSentEvent] {
        try Self.parse([Array(text.utf8)])
    }

    @Test func namedEventWithOneDataLine() throws {
        let events = try Self.parse("event: message\ndata: {\"a\":\"b/c\"}\n\n")
        #expect(events == [ServerSentEvent(name: "message", data: "{\"a\":\"b/c\"}")])
    }

    @Test func eventWithoutANameIsAMessage() throws {
        #expect(try Self.parse("data: x\n\n") == [ServerSentEvent(name: "message", data: "x")])
    }

    @Test func anEventCountsOnlyAtItsEmptyLine() throws {
        var parser = ServerSentEventParser()
        #expect(try parser.append(Array("event: a\ndata: 1\n".utf8)).isEmpty)
        #expect(try parser.append(Array("\n".utf8)) == [ServerSentEvent(name: "a", data: "1")])
    }

    @Test func nameDoesNotReachTheNextEvent() throws {
        let events = try Self.parse("event: a\ndata: 1\n\ndata: 2\n\n")
        #expect(events.map(\.name) == ["a", "message"])
    }

    @Test func dataLinesAreJoined() throws {
        #expect(try Self.parse("data: 1\ndata:\ndata:  2\n\n") == [ServerSentEvent(name: "message", data: "1\n\n 2")])
    }

    @Test(arguments: [": ping\n\n", "event: a\n\n", "\n\n\n", "id: 3\nretry: 5\n\n", "datax: 1\n\n"])
    func whatHasNoDataIsNoEvent(_ text: String) throws {
        #expect(try Self.parse(text).isEmpty)
    }

    @Test func emptyDataIsAnEvent() throws {
        #expect(try Self.parse("data\n\ndata:\n\n").map(\.data) == ["", ""])
    }

    @Test func commentsInsideAnEventAreIgnored() throws {
        #expect(try Self.parse(": hello\ndata: 1\n: more\n\n").map(\.data) == ["1"])
    }

    @Test func byteOrderMarkIsIgnoredAtTheStartOnly() throws {
        #expect(try Self.parse("\u{FEFF}data: 1\n\n").map(\.data) == ["1"])
        #expect(try Self.parse("data: 1\n\n\u{FEFF}data: 2\n\n").map(\.data) == ["1"])
    }

    /// Every way of cutting the stream in two, and byte by byte, for each kind of line end.
    @Test(arguments: ["\n", "\r\n", "\r"])
    func chunkBordersDoNotMatter(_ lineEnd: String) throws {
        let lines = [": ping", "", "event: größe", "data: ä/1", "data: 2", "", "data: 3", "", ""]
        let bytes = Array(lines.joined(separator: lineEnd).utf8)
        let expected = [ServerSentEvent(name: "größe", data: "ä/1\n2"), ServerSentEvent(name: "message", data: "3")]
        for cut in 0...bytes.count {
            #expect(try Self.parse([Array(bytes[..<cut]), Array(bytes[cut...])]) == expected)
        }
        #expect(try Self.parse(bytes.map { [$0] }) == expected)
    }

    /// Content counts towards the limit, line ends do not.
    @Test func theLargestEventIsAcceptedAndOneByteMoreIsNot() throws {
        let room = ServerSentEventParser.frameByteCountMax - "data: ".utf8.count
        let largest = Array("data: ".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: room)
        #expect(try Self.parse([largest, Array("\n\n".utf8)]).first?.data.utf8.count == room)
        #expect(throws: ServerSentEventParser.FrameTooLarge.self) { try Self.parse([largest, Array("x".utf8)]) }
    }

    @Test func manyLinesOfOneEventShareTheLimit() throws {
        let line = Array("data: ".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 1018) + Array("\n".utf8)
        var parser = ServerSentEventParser()
        for _ in 0..<2048 { #expect(try parser.append(line).isEmpty) }
        #expect(throws: ServerSentEventParser.FrameTooLarge.self) { try parser.append(line) }
    }

    @Test func theLimitStartsAgainWithEachEvent() throws {
        let half = [UInt8](repeating: UInt8(ascii: "x"), count: ServerSentEventParser.frameByteCountMax / 2)
        var parser = ServerSentEventParser()
        for _ in 0..<4 { #expect(try parser.append(Array("data: ".utf8) + half + Array("\n\n".utf8)).count == 1) }
    }

    @Test func anEndlessCommentIsStopped() {
        let comment = [UInt8](repeating: UInt8(ascii: ":"), count: ServerSentEventParser.frameByteCountMax + 1)
        #expect(throws: ServerSentEventParser.FrameTooLarge.self) { try Self.parse([comment]) }
    }

    @Test func randomBytesNeverTrap() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let alphabet = Array("data:event \r\n\u{0}\u{FF}x".utf8)
            let bytes = (0..<200).map { _ in alphabet.randomElement(using: &random)! }
            _ = try Self.parse([bytes])
        }
    }
}
