// SPDX-License-Identifier: MIT OR Apache-2.0

internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOWebSocket
internal import X0XAPI

/// Decides which connections become WebSockets (spec 11 §8.1).
///
/// Only the first request of a connection can upgrade. Whatever is refused here goes on to the ordinary route, which
/// says why: 401, 403, 400, 426 or 503.
struct WebSocketUpgrade: Sendable {
    let access: AccessControl
    let agent: any AgentService
    let sessions: WebSocketSessions

    /// The upgrader of one connection.
    func upgrader() -> NIOTypedWebSocketServerUpgrader<HTTPConnection.Start> {
        let limits = self.sessions.limits
        return NIOTypedWebSocketServerUpgrader(
            maxFrameSize: limits.messageByteCountMax,
            // Only heads that `admit` let pass still ask for an upgrade.
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(MaskedFramesOnly())
                    try pipeline.addHandler(
                        NIOWebSocketFrameAggregator(
                            minNonFinalFragmentSize: 0,
                            maxAccumulatedFrameCount: 1024,
                            maxAccumulatedFrameSize: limits.messageByteCountMax
                        )
                    )
                    let frames = try WebSocketSession.Channel(wrappingChannelSynchronously: channel)
                    return .webSocket(
                        frames,
                        receivesDirect: Self.path(head.uri) == Endpoints.directWebSocket.route.path
                    )
                }
            }
        )
    }

    /// Whether this head makes its connection a WebSocket; if so, it takes a place until the connection closes.
    func admit(_ head: HTTPRequestHead, on channel: any Channel) -> Bool {
        guard Self.isHandshake(head), self.isAllowed(head), self.sessions.takePlace() else { return false }
        channel.closeFuture.whenComplete { _ in self.sessions.givePlaceBack() }
        return true
    }

    /// Whether the head is complete and has no body (RFC 6455 §4.2.1).
    private static func isHandshake(_ head: HTTPRequestHead) -> Bool {
        let headers = head.headers
        return headers["upgrade"].map { $0.lowercased() } == ["websocket"]
            && headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
            && headers["sec-websocket-key"].count == 1 && headers["sec-websocket-version"] == ["13"]
            && !headers.contains(name: "transfer-encoding") && (headers.first(name: "content-length") ?? "0") == "0"
    }

    private func isAllowed(_ head: HTTPRequestHead) -> Bool {
        let routes = [Endpoints.webSocket.route, Endpoints.directWebSocket.route]
        guard head.method == .GET, head.version == .http1_1,
            let route = routes.first(where: { $0.path == Self.path(head.uri) })
        else { return false }
        let origin = head.headers.first(name: "origin")
        // A page opened from disk has the origin "null"; it still needs the token (spec 11 §3.3).
        guard origin.map({ $0 == "null" || Origin.isAllowed($0) }) ?? true else { return false }
        let credentials = AccessControl.Credentials(
            method: .get,
            host: head.headers.first(name: "host"),
            origin: origin,
            authorization: head.headers.first(name: "authorization"),
            query: String(head.uri.drop { $0 != "?" }.dropFirst())
        )
        return (try? self.access.check(credentials, access: route.access)) != nil
    }

    private static func path(_ target: String) -> String { String(target.prefix { $0 != "?" }) }
}

/// A client must mask every frame (RFC 6455 §5.1); one that does not is told so and closed.
private final class MaskedFramesOnly: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard Self.unwrapInboundIn(data).maskKey == nil else {
            context.fireChannelRead(data)
            return
        }
        context.writeAndFlush(Self.wrapOutboundOut(WebSocketOutbox.Closing.protocolError.frame), promise: nil)
        context.close(promise: nil)
    }
}
