// SPDX-License-Identifier: MIT OR Apache-2.0

import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
package import X0XAPI

extension X0XClient {
    /// Opens a WebSocket (spec 11 §8) for the time of `body`; `receivingDirectMessages` chooses `/ws/direct`.
    ///
    /// The first event is `connected`.
    package func withWebSocket<Result: Sendable>(
        receivingDirectMessages: Bool = false,
        _ body: (WebSocketConnection) async throws -> Result
    ) async throws -> Result {
        let route = receivingDirectMessages ? Endpoints.directWebSocket.route : Endpoints.webSocket.route
        let channel = try await self.withEndpoint { endpoint throws(X0XClientError) in
            let opening = WebSocketOpening(
                endpoint: endpoint,
                target: route.path,
                token: try self.transport.token(for: endpoint),
                limits: self.configuration
            )
            switch try await opening.open() {
            case .open(let channel): return (Optional(channel), isRefused: false)
            case .refused(let failure) where failure.status == 401: return (nil, isRefused: true)
            case .refused(let failure): throw failure
            }
        }
        guard let channel else {
            throw X0XClientError(.refusedByDaemon, "missing or invalid Authorization: Bearer token", status: 401)
        }
        return try await channel.executeThenClose { inbound, outbound in
            try await body(WebSocketConnection(inbound, outbound))
        }
    }

    /// `GET /ws/sessions`.
    package func webSocketSessions() async throws(X0XClientError) -> WebSocketSessionsResponse {
        try await self.call(Endpoints.webSocketSessions)
    }
}

/// The handshake of one WebSocket.
struct WebSocketOpening: Sendable {
    enum Outcome: Sendable {
        case open(WebSocketConnection.Channel)
        case refused(X0XClientError)
    }

    /// What the first response says; its body comes later.
    private enum Upgrade: Sendable {
        case open(WebSocketConnection.Channel)
        case refused(EventLoopFuture<APIResponse>)
    }

    let endpoint: DaemonEndpoint
    let target: String
    let token: BearerToken?
    let limits: ClientConfiguration

    func open() async throws(X0XClientError) -> Outcome {
        guard self.endpoint.baseURL.hasPrefix("http://") else {
            throw X0XClientError(.invalidAddress, "WebSockets need an http address", detail: self.endpoint.baseURL)
        }
        do {
            let upgrade = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(self.limits.connectTimeout.timeAmount)
                .connect(host: self.endpoint.host, port: self.endpoint.port) { channel in
                    channel.eventLoop.makeCompletedFuture { try self.configure(channel) }
                }
            switch try await upgrade.get() {
            case .open(let channel): return .open(channel)
            case .refused(let answer):
                let failure = try await answer.get().failure
                return .refused(failure ?? X0XClientError(.invalidResponse, "the daemon did not open a WebSocket"))
            }
        } catch {
            throw X0XClientError(transportFailure: error)
        }
    }

    private func configure(_ channel: any Channel) throws -> EventLoopFuture<Upgrade> {
        let limit = self.limits.responseByteCountMax
        let upgrader = NIOTypedWebSocketClientUpgrader<Upgrade>(maxFrameSize: limit) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                .open(try WebSocketConnection.Channel(wrappingChannelSynchronously: channel))
            }
        }
        var configuration = NIOUpgradableHTTPClientPipelineConfiguration(
            upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration(
                upgradeRequestHead: self.head,
                upgraders: [upgrader],
                notUpgradingCompletionHandler: { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let answer = channel.eventLoop.makePromise(of: APIResponse.self)
                        try channel.pipeline.syncOperations.addHandler(RefusalReader(answer, limit: 64 * 1024))
                        return .refused(answer.futureResult)
                    }
                }
            )
        )
        // The daemon's first frames may arrive together with its answer.
        configuration.leftOverBytesStrategy = .forwardBytes
        return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(configuration: configuration)
    }

    private var head: HTTPRequestHead {
        var headers: HTTPHeaders = [
            "Host": String(self.endpoint.baseURL.dropFirst("http://".count)), "Content-Length": "0",
        ]
        if let token = self.token { headers.add(name: "Authorization", value: "Bearer \(token.value)") }
        return HTTPRequestHead(version: .http1_1, method: .GET, uri: self.target, headers: headers)
    }
}

/// Reads the answer of a daemon that does not upgrade.
private final class RefusalReader: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let answer: EventLoopPromise<APIResponse>
    private let limit: Int
    private var response = APIResponse(status: 0, contentType: "")

    init(_ answer: EventLoopPromise<APIResponse>, limit: Int) {
        self.answer = answer
        self.limit = limit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            let type = head.headers.first(name: "content-type") ?? ""
            self.response = APIResponse(status: Int(head.status.code), contentType: String(type.prefix { $0 != ";" }))
        case .body(let part):
            self.response.body += part.readableBytesView.prefix(max(0, self.limit - self.response.body.count))
        case .end:
            self.answer.succeed(self.response)
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.answer.fail(ChannelError.inputClosed)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.answer.fail(error)
        context.close(promise: nil)
    }
}
