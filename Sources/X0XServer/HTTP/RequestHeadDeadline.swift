// SPDX-License-Identifier: MIT OR Apache-2.0

internal import NIOCore

/// Closes connections whose request head does not arrive in time (spec 11 §2), however slowly its bytes trickle.
///
/// Sits before the parser. The time runs from the connection, later from the first byte after an answer.
final class RequestHeadDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let limit: TimeAmount
    private var timer: Scheduled<Void>?
    private var isHeadAwaited = true

    init(limit: TimeAmount) {
        self.limit = limit
    }

    /// Whether no request has come since the connection was made or the last answer was sent.
    var isIdle: Bool { self.isHeadAwaited }

    func handlerAdded(context: ChannelHandlerContext) { self.start(context) }

    func handlerRemoved(context: ChannelHandlerContext) { self.stop() }

    func channelInactive(context: ChannelHandlerContext) {
        self.stop()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if self.isHeadAwaited, self.timer == nil { self.start(context) }
        context.fireChannelRead(data)
    }

    /// The parser has a whole head.
    func headArrived() {
        self.isHeadAwaited = false
        self.stop()
    }

    /// The answer is complete; the next bytes begin a new request.
    func answered() { self.isHeadAwaited = true }

    private func start(_ context: ChannelHandlerContext) {
        let channel = context.channel
        self.timer = context.eventLoop.scheduleTask(in: self.limit) { channel.close(mode: .all, promise: nil) }
    }

    private func stop() {
        self.timer?.cancel()
        self.timer = nil
    }
}
