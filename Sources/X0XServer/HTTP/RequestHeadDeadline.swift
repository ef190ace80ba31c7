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
    /// Requests whose head is here and whose answer is not complete; more than one when a client pipelines.
    private var openRequestCount = 0
    /// Heads since the connection was made; wraps around.
    private var headCount: UInt = 0

    init(limit: TimeAmount) {
        self.limit = limit
    }

    /// Whether no request has come since the connection was made or the last answer was sent.
    var isIdle: Bool { self.openRequestCount == 0 }

    func handlerAdded(context: ChannelHandlerContext) { self.start(context) }

    func handlerRemoved(context: ChannelHandlerContext) { self.stop() }

    func channelInactive(context: ChannelHandlerContext) {
        self.stop()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let headCount = self.headCount
        context.fireChannelRead(data)
        // Most heads arrive whole: only one that did not needs a timer.
        if self.isIdle, self.timer == nil, self.headCount == headCount { self.start(context) }
    }

    /// The parser has a whole head.
    func headArrived() {
        self.openRequestCount += 1
        self.headCount &+= 1
        self.stop()
    }

    /// The answer is complete; the next bytes begin a new request.
    func answered() { self.openRequestCount = max(0, self.openRequestCount - 1) }

    private func start(_ context: ChannelHandlerContext) {
        let channel = context.channel
        self.timer = context.eventLoop.scheduleTask(in: self.limit) { channel.close(mode: .all, promise: nil) }
    }

    private func stop() {
        self.timer?.cancel()
        self.timer = nil
    }
}
