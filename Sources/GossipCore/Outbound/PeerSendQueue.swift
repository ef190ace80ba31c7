// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule
internal import Primitives

/// What waits for one peer, and what is being sent to it (spec 04 §20 F-9).
///
/// Messages leave by priority, first come first served within one. A full queue refuses the newest; the caller counts it
/// and announces the message instead.
struct PeerSendQueue: Sendable {
    /// One message for the peer.
    struct Item: Sendable {
        let id: RequestID
        let bytes: [UInt8]
        let topic: TopicID
        /// Set for EAGER messages: what to announce if the send fails.
        let messageID: MessageID?
        /// Whether it is a list of everything there is on the topic.
        var isDigest = false
        let queuedAt: Instant
    }

    /// A running send; its bytes belong to the shell.
    struct Running: Sendable {
        let topic: TopicID
        let messageID: MessageID?
        let isDigest: Bool
        let queuedAt: Instant
    }

    private var waiting: [Deque<Item>] = Array(repeating: [], count: SendPriority.allCases.count)
    private(set) var waitingByteCount = 0
    private var running: [RequestID: Running] = [:]
    private let countMax: Int
    private let byteCountMax: Int
    private let runningCountMax: Int

    init(configuration: GossipConfiguration) {
        self.countMax = configuration.sendQueueCountMax
        self.byteCountMax = configuration.sendQueueByteCountMax
        self.runningCountMax = configuration.sendCountInFlightMax
    }

    /// Queues a message; `false` when it does not fit.
    mutating func enqueue(_ item: Item, priority: SendPriority) -> Bool {
        guard self.waiting[priority.rawValue].count < self.countMax,
            self.waitingByteCount + item.bytes.count <= self.byteCountMax(for: priority)
        else { return false }
        self.waiting[priority.rawValue].append(item)
        self.waitingByteCount += item.bytes.count
        return true
    }

    /// The bytes that may wait before a message of this class is refused: bulk leaves half of the room to the others, and
    /// normal traffic a quarter to critical.
    private func byteCountMax(for priority: SendPriority) -> Int {
        switch priority {
        case .critical: self.byteCountMax
        case .normal: self.byteCountMax / 4 * 3
        case .bulk: self.byteCountMax / 2
        }
    }

    /// The next message to send, if another send may run.
    mutating func startNext() -> Item? {
        guard self.running.count < self.runningCountMax else { return nil }
        for priority in self.waiting.indices {
            guard let item = self.waiting[priority].popFirst() else { continue }
            self.waitingByteCount -= item.bytes.count
            self.running[item.id] = Running(
                topic: item.topic,
                messageID: item.messageID,
                isDigest: item.isDigest,
                queuedAt: item.queuedAt
            )
            return item
        }
        return nil
    }

    /// A send ended; `nil` for one that is not running.
    mutating func finished(_ id: RequestID) -> Running? { self.running.removeValue(forKey: id) }

    var waitingCount: Int { self.waiting.reduce(0) { $0 + $1.count } }
    var runningCount: Int { self.running.count }
}
