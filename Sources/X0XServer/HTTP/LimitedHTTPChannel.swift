// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes
internal import NIOHTTPTypesHTTP1

/// One accepted connection.
struct HTTPConnection: ServerChildChannelValue {
    /// What its first request made of it.
    enum Start: Sendable {
        case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
        case webSocket(WebSocketSession.Channel, receivesDirect: Bool)
    }

    let channel: any Channel
    /// Whether there were as many connections as may be when it was made.
    let isOverCap: Bool
    /// Known with the first request head; fails when there is none.
    let start: EventLoopFuture<Start>
}

/// HTTP/1 connections with the limits of this server, which may become WebSockets; those over the cap get one 503 and
/// are closed (spec 11 §1).
struct LimitedHTTPChannel: ServerChildChannel {
    private let regular: HTTP1Channel
    private let overload: HTTP1Channel
    private let limits: RequestLimits
    private let upgrade: WebSocketUpgrade
    private let health: HealthAnswer
    private let counters: ServerCounters

    init(
        responder: @escaping HTTPChannelHandler.Responder,
        limits: RequestLimits,
        upgrade: WebSocketUpgrade,
        health: HealthAnswer,
        counters: ServerCounters
    ) {
        self.counters = counters
        self.regular = HTTP1Channel(responder: responder)
        self.overload = HTTP1Channel(responder: { _, writer, channel in
            let response = JSONReply.make(.tooManyConnections, closing: channel)
            try await writer.write(response: response.head, body: response.body)
            channel.close(mode: .all, promise: nil)
        })
        self.limits = limits
        self.upgrade = upgrade
        self.health = health
    }

    /// Bytes, head deadline, parser, health, compatibility, upgrade; the upgrade handler leaves with the first request
    /// that is not about health.
    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTPConnection> {
        let isOverCap = self.counters.opened() > self.limits.connectionCountMax
        if isOverCap { self.counters.refused() }
        channel.closeFuture.whenComplete { [counters] _ in counters.closed() }
        return channel.eventLoop.makeCompletedFuture {
            let deadline = RequestHeadDeadline(limit: .seconds(self.limits.headSeconds))
            let encoder = HTTPResponseEncoder()
            var decoderLimits = NIOHTTPDecoderLimitConfiguration()
            decoderLimits.maxHeaderFieldSize = self.limits.headByteCountMax
            decoderLimits.maxHeaderListSize = self.limits.headByteCountMax
            let decoder = ByteToMessageHandler(
                HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: decoderLimits)
            )
            let compatibility = HTTP1Compatibility(
                limits: self.limits,
                deadline: deadline,
                upgrade: self.upgrade,
                counters: self.counters
            )
            let idle = Duration.seconds(self.limits.idleSeconds)
            let health = HealthShortcut(
                answer: self.health,
                counters: self.counters,
                access: self.upgrade.access,
                deadline: deadline,
                idleLimit: .seconds(self.limits.idleSeconds)
            )
            let upgradeHandler = NIOTypedHTTPServerUpgradeHandler<HTTPConnection.Start>(
                httpEncoder: encoder,
                // The parser hands on what it has not parsed when it leaves: no handler of HTTP may be behind it then.
                extraHTTPHandlers: [deadline, compatibility] + (isOverCap ? [] : [health]) + [decoder],
                upgradeConfiguration: NIOTypedHTTPServerUpgradeConfiguration(
                    upgraders: [self.upgrade.upgrader()],
                    notUpgradingCompletionHandler: { Self.startHTTP(on: $0, idleTimeout: idle, logger: logger) }
                )
            )
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandlers([deadline, decoder])
            // In front of the encoder: its answers are bytes already.
            if !isOverCap { try pipeline.addHandler(health) }
            try pipeline.addHandlers([encoder, compatibility, upgradeHandler])
            return HTTPConnection(
                channel: channel,
                isOverCap: isOverCap,
                start: upgradeHandler.upgradeResultFuture
            )
        }
    }

    private static func startHTTP(
        on channel: any Channel,
        idleTimeout: Duration,
        logger: Logger
    ) -> EventLoopFuture<HTTPConnection.Start> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: idleTimeout, logger: logger))
            return .http(
                try NIOAsyncChannel(
                    wrappingChannelSynchronously: channel,
                    configuration: .init(isOutboundHalfClosureEnabled: true)
                )
            )
        }
    }

    func handle(value connection: HTTPConnection, logger: Logger) async {
        let start = await withTaskCancellationHandler {
            // Fails when the client leaves without asking for anything.
            try? await connection.start.get()
        } onCancel: {
            connection.channel.close(mode: .all, promise: nil)
        }
        switch start {
        case .http(let channel)?:
            await (connection.isOverCap ? self.overload : self.regular).handle(value: channel, logger: logger)
        case .webSocket(let channel, let receivesDirect)?:
            await WebSocketSession(
                agent: self.upgrade.agent,
                sessions: self.upgrade.sessions,
                receivesDirect: receivesDirect
            ).run(channel)
        case nil:
            connection.channel.close(mode: .all, promise: nil)
        }
    }
}
