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
    private let budget: QueueBudget
    /// Bytes of the budget that belong to what is queued.
    private let held = Atomic<Int>(0)
    private let overBudget = Atomic<UInt64>(0)
    private let closing = Mutex<Closing?>(nil)
    private let closed = Lane<Void>(capacity: 1, overflow: .dropNewest)

    init(limits: WebSocketLimits, budget: QueueBudget) {
        self.budget = budget
        self.items = Lane(
            limits: QueueLimits(count: limits.queuedFrameCountMax, byteCount: limits.queuedByteCountMax),
            overflow: .dropNewest,
            measure: { $0.byteCount }
        )
    }

    deinit { self.budget.giveBack(self.held.load(ordering: .relaxed)) }

    /// Frames lost to the caps.
    var droppedCount: UInt64 { self.items.statistics.droppedTotal + self.overBudget.load(ordering: .relaxed) }

    /// How the session ends, once that is decided.
    var end: Closing? { self.closing.withLock { $0 } }

    func send(_ event: WebSocketEvent) { self.offer(.event(event)) }

    func offer(_ item: Item) {
        let byteCount = item.byteCount
        guard self.budget.take(byteCount) else {
            self.overBudget.add(1, ordering: .relaxed)
            if item.isVital { self.close(.slowConsumer) }
            return
        }
        self.held.add(byteCount, ordering: .relaxed)
        let admission = self.items.offer(item)
        guard !admission.isAccepted else { return }
        self.giveBack(byteCount)
        if admission == .refused, item.isVital { self.close(.slowConsumer) }
    }

    /// Tells that an item was taken from `items`.
    func took(_ item: Item) { self.giveBack(item.byteCount) }

    private func giveBack(_ byteCount: Int) {
        self.held.subtract(byteCount, ordering: .relaxed)
        self.budget.giveBack(byteCount)
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
