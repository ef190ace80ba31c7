// SPDX-License-Identifier: MIT OR Apache-2.0

import NIOCore
import NIOPosix
import Synchronization

/// A client of the daemon's event streams or WebSockets that only counts messages, or never reads any.
///
/// The benchmark itself has to carry a thousand of them, so it looks for one member name in the bytes instead of reading
/// JSON.
final class EventClient: Sendable {
    /// How it listens.
    enum Kind: Sendable {
        case events
        case webSocket
    }

    /// Messages seen so far.
    var messageCount: Int { self.counter.messageCount.load(ordering: .relaxed) }
    /// Whether the daemon or the network ended the connection.
    var isClosed: Bool { !self.channel.isActive }

    private let channel: any Channel
    private let counter: MessageCounter

    private init(channel: any Channel, counter: MessageCounter) {
        self.channel = channel
        self.counter = counter
    }

    /// Connects, asks for messages of a topic, and returns when the daemon has agreed.
    ///
    /// - Parameters:
    ///   - kind: Event streams carry what the daemon is subscribed to; a WebSocket subscribes by itself.
    ///   - port: Of the API, on 127.0.0.1.
    ///   - token: Of the API.
    ///   - topic: At most 60 bytes, without quotes.
    ///   - reads: False stops taking bytes from the socket once the daemon has agreed.
    /// - Returns: The connected client.
    /// - Throws: When the daemon refuses or does not answer within 20 s.
    static func open(_ kind: Kind, port: Int, token: String, topic: String, reads: Bool) async throws -> EventClient {
        let counter = MessageCounter(readiness: kind == .events ? "\r\n\r\n" : #""subscribed""#)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(10))
            // A client that stops reading must not have a large buffer of its own.
            .channelOption(.socketOption(.so_rcvbuf), value: 32_768)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(counter) }
            }
            .connect(host: "127.0.0.1", port: port)
            .get()
        try await channel.writeAndFlush(ByteBuffer(bytes: Self.request(kind, token: token, topic: topic)))
        let limit = channel.eventLoop.scheduleTask(in: .seconds(20)) { channel.close(promise: nil) }
        let isReady = await counter.waitUntilReady()
        limit.cancel()
        guard isReady else { throw BenchError("a client was refused: \(counter.beginning)") }
        if !reads { try await channel.setOption(.autoRead, value: false).get() }
        return EventClient(channel: channel, counter: counter)
    }

    func close() { self.channel.close(promise: nil) }

    private static func request(_ kind: Kind, token: String, topic: String) -> [UInt8] {
        let common = "Host: 127.0.0.1\r\nAuthorization: Bearer \(token)\r\n"
        switch kind {
        case .events: return Array("GET /events HTTP/1.1\r\n\(common)\r\n".utf8)
        case .webSocket:
            let head =
                "GET /ws HTTP/1.1\r\n\(common)Connection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            // One text frame of at most 125 bytes with a mask of zeros (RFC 6455 §5.2).
            let command = Array(#"{"type":"subscribe","topics":["\#(topic)"]}"#.utf8)
            return Array(head.utf8) + [0x81, 0x80 | UInt8(command.count), 0, 0, 0, 0] + command
        }
    }
}

/// Counts how often `"topic":` goes by.
private final class MessageCounter: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private struct State {
        var beginning = ""  // ≤ 1,024 bytes and one read
        var isReady = false
        var isOver = false
        var waiting: CheckedContinuation<Bool, Never>?
        var matchedByteCount = 0
    }

    private static let marker = Array(#""topic":"#.utf8)
    private static let quote = UInt8(ascii: "\"")

    let messageCount = Atomic<Int>(0)
    private let readiness: String
    private let state = Mutex(State())

    init(readiness: String) { self.readiness = readiness }

    /// What the daemon said first.
    var beginning: String { self.state.withLock { $0.beginning } }

    /// Returns when the daemon has agreed (true) or the connection is over.
    func waitUntilReady() async -> Bool {
        await withCheckedContinuation { continuation in
            let outcome = self.state.withLock { state -> Bool? in
                if state.isReady { return true }
                if state.isOver { return false }
                state.waiting = continuation
                return nil
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = Self.unwrapInboundIn(data)
        let (found, waiting) = self.state.withLock { state in
            let waiting = state.isReady ? nil : self.greet(&state, buffer)
            return (Self.count(&state.matchedByteCount, buffer), waiting)
        }
        if found > 0 { self.messageCount.add(found, ordering: .relaxed) }
        waiting?.resume(returning: true)
    }

    func channelInactive(context: ChannelHandlerContext) {
        let waiting = self.state.withLock { state in
            state.isOver = true
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(returning: false)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func greet(_ state: inout State, _ buffer: ByteBuffer) -> CheckedContinuation<Bool, Never>? {
        guard state.beginning.utf8.count < 1024 else { return nil }
        state.beginning += String(buffer: buffer)
        let isGranted = state.beginning.hasPrefix("HTTP/1.1 200") || state.beginning.hasPrefix("HTTP/1.1 101")
        guard isGranted, state.beginning.contains(self.readiness) else { return nil }
        state.isReady = true
        defer { state.waiting = nil }
        return state.waiting
    }

    private static func count(_ matched: inout Int, _ buffer: ByteBuffer) -> Int {
        var found = 0
        for byte in buffer.readableBytesView {
            if byte == Self.marker[matched] {
                matched += 1
                if matched == Self.marker.count {
                    found += 1
                    matched = 0
                }
            } else {
                matched = byte == Self.quote ? 1 : 0
            }
        }
        return found
    }
}
