// SPDX-License-Identifier: MIT OR Apache-2.0

internal import NIOCore

/// One block of an event stream, in the exact bytes clients split on (spec 11 §4).
enum ServerSentEvent: Sendable, Equatable {
    /// A named event; `data` is one line of JSON.
    case event(name: String, data: [UInt8])
    /// A named event whose bytes are there already.
    case encoded(ByteBuffer)
    /// A line clients ignore: keep-alives and notices.
    case comment(String)

    static let ping = ServerSentEvent.comment("ping")

    var bytes: ByteBuffer {
        switch self {
        case .event(let name, let data):
            var buffer = ByteBuffer(string: "event: \(name)\ndata: ")
            buffer.writeBytes(data)
            buffer.writeString("\n\n")
            return buffer
        case .encoded(let bytes):
            return bytes
        case .comment(let text):
            return ByteBuffer(string: ": \(text)\n\n")
        }
    }
}
