// SPDX-License-Identifier: MIT OR Apache-2.0

internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import X0XAPI

/// A successful answer: the fields of `body` beside `"ok":true` (spec 11 §2.3).
struct Success<Body: Encodable>: Encodable {
    private let body: Body

    init(_ body: Body) {
        self.body = body
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(true, forKey: .ok)
        try self.body.encode(to: encoder)
    }

    private enum Key: CodingKey {
        case ok
    }
}

/// The one way JSON leaves this server: compact, keys sorted, `/` never escaped (spec 11 §2.1).
enum JSONReply {
    static func bytes(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    static func make(status: HTTPResponse.Status, _ value: some Encodable) throws -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try Self.bytes(value)))
        )
    }

    /// The answer for a failure; closes `channel` after it if the failure says so.
    static func make(_ failure: APIFailure, closing channel: any Channel) -> Response {
        var headers = failure.headers
        headers[.contentType] = "application/json"
        // Two strings always encode; the literal only satisfies the type checker.
        let text = (try? Self.bytes(failure.body)) ?? Array(#"{"ok":false,"error":"internal error"}"#.utf8)
        let buffer = ByteBuffer(bytes: text)
        guard failure.closesConnection else {
            return Response(status: failure.status, headers: headers, body: ResponseBody(byteBuffer: buffer))
        }
        headers[.connection] = "close"
        let body = ResponseBody(contentLength: buffer.readableBytes) { writer in
            try await writer.write(buffer)
            try await writer.finish(nil)
            channel.close(mode: .all, promise: nil)
        }
        return Response(status: failure.status, headers: headers, body: body)
    }
}
