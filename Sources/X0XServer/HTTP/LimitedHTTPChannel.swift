// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// HTTP/1 connections with the limits of this server; those over the cap get one 503 and are closed (spec 11 §1).
struct LimitedHTTPChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    private let regular: HTTP1Channel
    private let overload: HTTP1Channel
    private let limits: RequestLimits
    private let connections = ConnectionCount()

    init(responder: @escaping HTTPChannelHandler.Responder, limits: RequestLimits) {
        var configuration = HTTP1Channel.Configuration(idleTimeout: .seconds(limits.idleSeconds))
        configuration.httpDecoder.maxHeaderFieldSize = limits.headByteCountMax
        configuration.httpDecoder.maxHeaderListSize = limits.headByteCountMax
        self.regular = HTTP1Channel(responder: responder, configuration: configuration)
        self.overload = HTTP1Channel(
            responder: { _, writer, channel in
                let response = JSONReply.make(.tooManyConnections, closing: channel)
                try await writer.write(response: response.head, body: response.body)
                channel.close(mode: .all, promise: nil)
            },
            configuration: configuration
        )
        self.limits = limits
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let bodyByteCountMax = self.limits.bodyByteCountMax
        return self.regular.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = value.channel.pipeline.syncOperations
            let parser = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(HTTP1Compatibility(bodyByteCountMax: bodyByteCountMax), position: .after(parser))
            return value
        }
    }

    func handle(value: Value, logger: Logger) async {
        let count = self.connections.number.add(1, ordering: .relaxed).newValue
        defer { self.connections.number.subtract(1, ordering: .relaxed) }
        let isOverCap = count > self.limits.connectionCountMax
        await (isOverCap ? self.overload : self.regular).handle(value: value, logger: logger)
    }
}

/// Open connections of one server.
private final class ConnectionCount: Sendable {
    let number = Atomic<Int>(0)
}
