// SPDX-License-Identifier: MIT OR Apache-2.0

/// Splits the bytes of an SSE response into events (WHATWG HTML §9.2.6, spec 11 §4, spec 15 §B3).
///
/// Works on bytes, not on "lines" of a platform reader: an iterator that swallows empty lines never sees the end of an
/// event. Lines end with LF, CR or CRLF, also when the pair is split between two chunks. Comments and unknown fields
/// are ignored; an event without data is dropped, as the standard says; an event counts only when its empty line
/// arrived.
///
/// Bound: one unfinished event of at most ``frameByteCountMax`` bytes, comments included.
public struct ServerSentEventParser: Sendable {
    /// The server sent an event larger than ``ServerSentEventParser/frameByteCountMax``.
    public struct FrameTooLarge: Error, Hashable {}

    /// 2 MiB: the API's request limit is 1 MiB, base64 and JSON around it stay below twice that.
    public static let frameByteCountMax = 2 * 1024 * 1024

    private var line: [UInt8] = []
    private var isAfterCarriageReturn = false
    private var isFirstLine = true
    private var name: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var frameByteCount = 0

    /// A parser at the start of a stream.
    public init() {}

    /// Takes the next bytes of the response and returns the events they completed, in order.
    ///
    /// - Throws: ``FrameTooLarge``; the stream cannot be continued after that.
    public mutating func append(_ bytes: some Sequence<UInt8>) throws(FrameTooLarge) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            let isSecondHalfOfLineEnd = self.isAfterCarriageReturn && byte == UInt8(ascii: "\n")
            self.isAfterCarriageReturn = byte == UInt8(ascii: "\r")
            if isSecondHalfOfLineEnd { continue }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                if let event = self.endLine() { events.append(event) }
                continue
            }
            self.frameByteCount += 1
            if self.frameByteCount > Self.frameByteCountMax { throw FrameTooLarge() }
            self.line.append(byte)
        }
        return events
    }

    private mutating func endLine() -> ServerSentEvent? {
        defer { self.line.removeAll(keepingCapacity: true) }
        if self.isFirstLine {
            self.isFirstLine = false
            if self.line.starts(with: [0xEF, 0xBB, 0xBF]) { self.line.removeFirst(3) }
        }
        if self.line.isEmpty { return self.endFrame() }
        let colon = self.line.firstIndex(of: UInt8(ascii: ":")) ?? self.line.endIndex
        var value = self.line[colon...].dropFirst()
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        let field = self.line[..<colon]
        if field.elementsEqual("event".utf8) {
            self.name = Array(value)
        } else if field.elementsEqual("data".utf8) {
            if self.hasData { self.data.append(UInt8(ascii: "\n")) }
            self.data.append(contentsOf: value)
            self.hasData = true
        }
        return nil
    }

    private mutating func endFrame() -> ServerSentEvent? {
        defer {
            self.name.removeAll(keepingCapacity: true)
            self.data.removeAll(keepingCapacity: true)
            self.hasData = false
            self.frameByteCount = 0
        }
        guard self.hasData else { return nil }
        let name = self.name.isEmpty ? "message" : String(decoding: self.name, as: UTF8.self)
        return ServerSentEvent(name: name, data: String(decoding: self.data, as: UTF8.self))
    }
}
