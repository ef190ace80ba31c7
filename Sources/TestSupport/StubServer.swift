// SPDX-License-Identifier: MIT OR Apache-2.0

import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A small HTTP server on a loopback port that answers what a test wants: for the errors a real daemon cannot be made to show.
package final class StubServer: Sendable {
    /// A request as it arrived.
    package struct Request: Sendable, Hashable {
        package var method: String
        package var target: String
        package var headers: [String: String]
        package var body: [UInt8]
    }

    /// What the server does with a request.
    package enum Answer: Sendable {
        case reply(status: Int, contentType: String = "application/json", body: [UInt8])
        /// An event stream: the chunks one by one, then the end of the response, or an open connection.
        case events(chunks: [[UInt8]], ends: Bool)
        /// No answer at all, ever.
        case silence
        /// The connection is closed without an answer.
        case hangUp

        package static func json(_ text: String, status: Int = 200) -> Answer {
            .reply(status: status, body: Array(text.utf8))
        }
    }

    package let port: Int
    private let channel: any Channel
    private let log: RequestLog

    /// At most so many requests are remembered; a test makes far fewer.
    private static let requestCountMax = 10_000

    private final class RequestLog: Sendable {
        let requests = Mutex<[Request]>([])

        func append(_ request: Request) {
            self.requests.withLock { requests in
                precondition(requests.count < StubServer.requestCountMax, "a test made too many requests")
                requests.append(request)
            }
        }
    }

    private init(channel: any Channel, port: Int, log: RequestLog) {
        self.channel = channel
        self.port = port
        self.log = log
    }

    /// `127.0.0.1:<port>`.
    package var address: String { "127.0.0.1:\(self.port)" }

    /// All requests so far, in order of arrival.
    package var requests: [Request] { self.log.requests.withLock { $0 } }

    /// Runs `body` with a server that answers with `answer`, and stops the server afterwards.
    package static func run<Result>(
        answer: @escaping @Sendable (Request) -> Answer,
        _ body: (StubServer) async throws -> Result
    ) async throws -> Result {
        let log = RequestLog()
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(answer: answer, log: log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = StubServer(channel: channel, port: channel.localAddress?.port ?? 0, log: log)
        do {
            let result = try await body(server)
            try await channel.close()
            return result
        } catch {
            try await channel.close()
            throw error
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let answer: @Sendable (Request) -> Answer
        private let log: RequestLog
        private var request: Request?

        init(answer: @escaping @Sendable (Request) -> Answer, log: RequestLog) {
            self.answer = answer
            self.log = log
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch self.unwrapInboundIn(data) {
            case .head(let head):
                let headers = Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }) { $1 }
                self.request = Request(method: head.method.rawValue, target: head.uri, headers: headers, body: [])
            case .body(let buffer):
                self.request?.body.append(contentsOf: buffer.readableBytesView)
            case .end:
                guard let request = self.request else { return }
                self.log.append(request)
                self.write(self.answer(request), context)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        private func write(_ answer: Answer, _ context: ChannelHandlerContext) {
            switch answer {
            case .reply(let status, let contentType, let body):
                var headers = HTTPHeaders([("Content-Length", "\(body.count)")])
                if !contentType.isEmpty { headers.add(name: "Content-Type", value: contentType) }
                self.writeHead(status, headers, context)
                self.writeBody(body, context)
                context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
            case .events(let chunks, let ends):
                self.writeHead(200, ["Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"], context)
                context.flush()
                for chunk in chunks {
                    self.writeBody(chunk, context)
                    context.flush()
                }
                if ends { context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil) }
            case .silence:
                break
            case .hangUp:
                context.close(promise: nil)
            }
        }

        private func writeHead(_ status: Int, _ headers: HTTPHeaders, _ context: ChannelHandlerContext) {
            let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
            context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        }

        private func writeBody(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
            context.write(self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
        }
    }
}
