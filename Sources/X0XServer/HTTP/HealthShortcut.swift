// SPDX-License-Identifier: MIT OR Apache-2.0

internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import X0XAPI

/// Answers plain `GET /health` requests on the event loop, between the parser and everything else.
///
/// Only requests that need nothing but the host check take this way: HTTP/1.1, no body, no query, none but everyday
/// headers, and no earlier request of the connection still waiting for its answer. All others pass through to the
/// ordinary route, which gives the same answer. It never gets to connections over the cap.
final class HealthShortcut: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundOut = IOData

    private let answer: HealthAnswer
    private let counters: ServerCounters
    private let access: AccessControl
    private let deadline: RequestHeadDeadline
    private let idleLimit: TimeAmount
    /// The last host that was checked and admitted.
    private var admittedHost: String?
    /// Whether the request being read is ours.
    private var isAnswering = false
    private var needsFlush = false
    private var lastAnswer = NIODeadline.now()
    private var idleTimer: Scheduled<Void>?
    /// Once something else was asked for, the handlers behind look after idle connections.
    private var isWatching = true

    /// Joins the shortcut of one connection with what it shares with the others.
    init(
        answer: HealthAnswer,
        counters: ServerCounters,
        access: AccessControl,
        deadline: RequestHeadDeadline,
        idleLimit: TimeAmount
    ) {
        self.answer = answer
        self.counters = counters
        self.access = access
        self.deadline = deadline
        self.idleLimit = idleLimit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head) where self.deadline.isIdle && self.isPlain(head):
            self.isAnswering = true
            self.deadline.headArrived()
        case .end where self.isAnswering:
            self.isAnswering = false
            self.reply(context)
        case .head:
            self.stopWatching()
            context.fireChannelRead(data)
        case .body, .end:
            context.fireChannelRead(data)
        }
    }

    /// Answers to requests that came in one packet leave in one packet.
    func channelReadComplete(context: ChannelHandlerContext) {
        if self.needsFlush {
            self.needsFlush = false
            context.flush()
        }
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.stopWatching()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.stopWatching() }

    private func reply(_ context: ChannelHandlerContext) {
        self.deadline.answered()
        var bytes = context.channel.allocator.buffer(capacity: 512)
        guard self.answer.write(to: &bytes, requestID: RequestID.make()) else {
            context.close(promise: nil)
            return
        }
        self.counters.answered(200)
        self.lastAnswer = .now()
        context.write(Self.wrapOutboundOut(.byteBuffer(bytes)), promise: nil)
        self.needsFlush = true
        if self.isWatching, self.idleTimer == nil { self.watch(context, for: self.idleLimit) }
    }

    // MARK: - Which requests

    private func isPlain(_ head: HTTPRequestHead) -> Bool {
        guard head.method == .GET, head.uri == "/health", head.version == .http1_1 else { return false }
        var host: String?
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 4 where Self.isEqual(name, "host"):
                guard host == nil else { return false }
                host = value
            case 6 where Self.isEqual(name, "accept"): break
            case 10 where Self.isEqual(name, "user-agent"): break
            case 10 where Self.isEqual(name, "connection"):
                guard Self.isEqual(value, "keep-alive") else { return false }
            case 13 where Self.isEqual(name, "authorization"): break
            case 15 where Self.isEqual(name, "accept-encoding"): break
            default: return false
            }
        }
        guard let host else { return false }
        return host == self.admittedHost || self.admits(host)
    }

    private func admits(_ host: String) -> Bool {
        let credentials = AccessControl.Credentials(
            method: .get,
            host: host,
            origin: nil,
            authorization: nil,
            query: ""
        )
        // What is refused goes on to the route, which says why.
        guard (try? self.access.check(credentials, access: .open)) != nil else { return false }
        self.admittedHost = host
        return true
    }

    /// Compares without regard to the case of ASCII letters; `lowercase` has none in upper case.
    private static func isEqual(_ text: String, _ lowercase: String) -> Bool {
        text.utf8.count == lowercase.utf8.count
            && zip(text.utf8, lowercase.utf8).allSatisfy { byte, expected in
                byte == expected || (byte ^ expected == 0x20 && (0x61...0x7A).contains(expected))
            }
    }

    // MARK: - Silence

    /// Closes the connection when it has been silent for the limit; looks again when it has not.
    private func watch(_ context: ChannelHandlerContext, for time: TimeAmount) {
        let channel = context.channel
        self.idleTimer = context.eventLoop.assumeIsolated().scheduleTask(in: time) {
            let silence = NIODeadline.now() - self.lastAnswer
            guard silence < self.idleLimit else {
                channel.close(mode: .all, promise: nil)
                return
            }
            self.watch(context, for: self.idleLimit - silence)
        }
    }

    private func stopWatching() {
        self.isWatching = false
        self.idleTimer?.cancel()
        self.idleTimer = nil
    }
}
