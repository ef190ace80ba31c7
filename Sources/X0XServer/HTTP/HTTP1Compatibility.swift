// SPDX-License-Identifier: MIT OR Apache-2.0

internal import NIOCore
internal import NIOHTTP1

/// The HTTP/1 duties between the parser and the rest of the server (spec 11 §2):
/// answers `Expect: 100-continue`, keeps HTTP/1.0 clients free of chunked encoding, gives every body a time limit, and
/// says why a head was refused.
final class HTTP1Compatibility: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let limits: RequestLimits
    private let counters: ServerCounters
    private let deadline: RequestHeadDeadline
    private let upgrade: WebSocketUpgrade
    private var version = HTTPVersion.http1_1
    private var hasSeenRequest = false
    /// Runs while a body is on its way.
    private var bodyDeadline: Scheduled<Void>?
    private var isAnswering = false
    /// Whether a head was refused here: what follows it goes nowhere.
    private var hasRefused = false

    init(
        limits: RequestLimits,
        deadline: RequestHeadDeadline,
        upgrade: WebSocketUpgrade,
        counters: ServerCounters
    ) {
        self.limits = limits
        self.counters = counters
        self.upgrade = upgrade
        self.deadline = deadline
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.hasRefused else { return }
        guard case .head(var head) = self.unwrapInboundIn(data) else {
            if case .end = self.unwrapInboundIn(data) { self.stopBodyDeadline() }
            context.fireChannelRead(data)
            return
        }
        // Which of several hosts would be the one that is checked (RFC 9112 §3.2)?
        guard head.headers["host"].count <= 1 else {
            self.hasRefused = true
            self.counters.requestWasMalformed()
            self.refuse(context, status: .badRequest, text: "more than one Host header")
            return
        }
        if Self.announcesBody(head) { self.startBodyDeadline(context) }
        self.deadline.headArrived()
        // The upgrade handler behind this one loses requests that want another protocol and do not get it.
        if !self.hasSeenRequest, head.headers.contains(name: "upgrade"), !self.upgrade.admit(head, on: context.channel)
        {
            head.headers.remove(name: "upgrade")
        }
        self.hasSeenRequest = true
        self.version = head.version
        if head.version == .http1_0 {
            self.adaptOldRequest(&head)
        } else if self.expectsContinue(head) {
            let go = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(self.wrapOutboundOut(.head(go)), promise: nil)
        }
        context.fireChannelRead(self.wrapInboundOut(.head(head)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch self.unwrapOutboundIn(data) {
        case .head(let head): self.isAnswering = head.status.code >= 200
        case .body: break
        case .end:
            self.isAnswering = false
            self.deadline.answered()
        }
        if self.version == .http1_0, case .head(var head) = self.unwrapOutboundIn(data) {
            head.version = .http1_0
            head.headers.remove(name: "transfer-encoding")
            context.write(self.wrapOutboundOut(.head(head)), promise: promise)
        } else {
            context.write(data, promise: promise)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.stopBodyDeadline()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.stopBodyDeadline() }

    /// A connection that has not asked for anything yet has nothing to wait for when the server stops.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, !self.hasSeenRequest { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            context.fireErrorCaught(error)
            return
        }
        let isTooLong = error == .headerOverflow
        self.counters.requestWasMalformed()
        self.refuse(
            context,
            status: isTooLong ? .requestHeaderFieldsTooLarge : .badRequest,
            text: isTooLong ? "request head too large" : "malformed HTTP request"
        )
    }

    /// HTTP/1.0 closes after each answer unless asked otherwise, and has no obligatory `Host`.
    private func adaptOldRequest(_ head: inout HTTPRequestHead) {
        if !head.headers.contains(name: "host") { head.headers.add(name: "host", value: "localhost") }
        if !head.isKeepAlive { head.headers.replaceOrAdd(name: "connection", value: "close") }
    }

    /// A body over the limit gets its 413 at once, without an invitation to send it.
    private func expectsContinue(_ head: HTTPRequestHead) -> Bool {
        guard head.headers["expect"].contains(where: { $0.lowercased() == "100-continue" }) else { return false }
        return (head.headers.first(name: "content-length").flatMap(Int.init) ?? 0) <= self.limits.bodyByteCountMax
    }

    private static func announcesBody(_ head: HTTPRequestHead) -> Bool {
        head.headers.contains(name: "transfer-encoding") || (head.headers.first(name: "content-length") ?? "0") != "0"
    }

    /// However slowly its bytes trickle, a body has one time limit (spec 11 §2): after it the client is told so, if it
    /// has not been answered yet, and the connection is closed.
    private func startBodyDeadline(_ context: ChannelHandlerContext) {
        self.stopBodyDeadline()
        self.bodyDeadline = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(self.limits.bodySeconds)) {
            self.counters.bodyWasSlow()
            if self.isAnswering {
                context.close(promise: nil)
            } else {
                self.refuse(context, status: .requestTimeout, text: "request body too slow")
            }
        }
    }

    private func stopBodyDeadline() {
        self.bodyDeadline?.cancel()
        self.bodyDeadline = nil
    }

    private func refuse(_ context: ChannelHandlerContext, status: HTTPResponseStatus, text: String) {
        let body = ByteBuffer(string: #"{"ok":false,"error":"\#(text)"}"#)
        let headers: HTTPHeaders = [
            "content-type": "application/json", "content-length": "\(body.readableBytes)", "connection": "close",
            "x-content-type-options": "nosniff",
        ]
        context.write(
            self.wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: headers))),
            promise: nil
        )
        context.write(self.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        context.close(promise: nil)
    }
}
