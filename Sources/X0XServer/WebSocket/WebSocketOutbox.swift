// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DirectMessages
internal import NIOCore
internal import NIOWebSocket
internal import Node
internal import Primitives
internal import Synchronization
internal import X0X
internal import X0XAPI

/// The queue of frames to one client: bounded, never waits, and decides what a slow reader costs (spec 11 §8.4).
///
/// When it is full, topic messages, answers and errors are dropped and counted; a direct message or a keep-alive that
/// does not fit closes the session.
final class WebSocketOutbox: Sendable {
    /// What waits; turned into bytes only when it is the turn of it.
    enum Item: Sendable {
        case event(WebSocketEvent)
        case topic(ReceivedMessage)
        case direct(DirectMessage)
        /// The answer to a protocol ping.
        case pong([UInt8])

        var byteCount: Int {
            switch self {
            case .event: 256
            case .topic(let message): 256 + message.topic.utf8.count + message.payload.count
            case .direct(let message): 256 + message.payload.count
            case .pong(let data): data.count
            }
        }

        /// Whether the session is of no use to its client without it.
        fileprivate var isVital: Bool {
            switch self {
            case .direct, .event(.pong): true
            case .event, .topic, .pong: false
            }
        }
    }

    /// How a session ends.
    struct Closing: Sendable {
        let code: WebSocketErrorCode
        let reason: String

        static let normal = Closing(code: .normalClosure, reason: "")
        static let goingAway = Closing(code: .goingAway, reason: "shutting down")
        static let slowConsumer = Closing(code: .unknown(1013), reason: "slow consumer")
    }

    /// Items in order; ends after `close`, when everything queued is taken.
    let items: Lane<Item>
    private let closing = Mutex<Closing?>(nil)
    private let closed = Lane<Void>(capacity: 1, overflow: .dropNewest)

    init(limits: WebSocketLimits) {
        self.items = Lane(
            limits: QueueLimits(count: limits.queuedFrameCountMax, byteCount: limits.queuedByteCountMax),
            overflow: .dropNewest,
            measure: { $0.byteCount }
        )
    }

    /// Frames lost to the caps.
    var droppedCount: UInt64 { self.items.statistics.droppedTotal }

    /// How the session ends, once that is decided.
    var end: Closing? { self.closing.withLock { $0 } }

    func send(_ event: WebSocketEvent) { self.offer(.event(event)) }

    func offer(_ item: Item) {
        guard self.items.offer(item) == .refused, item.isVital else { return }
        self.close(.slowConsumer)
    }

    /// Takes nothing more; the first reason counts.
    func close(_ closing: Closing) {
        self.closing.withLock { $0 = $0 ?? closing }
        self.items.finish()
        self.closed.finish()
    }

    /// Returns when `close` was called or the task is cancelled.
    func waitForClose() async {
        for await _ in self.closed {}
    }
}
