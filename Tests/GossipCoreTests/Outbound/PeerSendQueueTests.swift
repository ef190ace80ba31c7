// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing

@testable import GossipCore

/// The queue in front of one peer (spec 04 §20 F-9).
@Suite struct PeerSendQueueTests {
    private func item(_ id: UInt64, byteCount: Int = 1) -> PeerSendQueue.Item {
        PeerSendQueue.Item(
            id: RequestID(id),
            bytes: Array(repeating: 0, count: byteCount),
            topic: .zero,
            messageID: nil,
            queuedAt: .epoch
        )
    }

    @Test func priorityThenOrder() {
        var queue = PeerSendQueue(configuration: .test)
        for (id, priority) in [(1, SendPriority.bulk), (2, .normal), (3, .critical), (4, .normal)] {
            #expect(queue.enqueue(self.item(UInt64(id)), priority: priority) == true)
        }
        var order: [UInt64] = []
        while let item = queue.startNext() { order.append(item.id.value) }
        #expect(order == [3, 2, 4, 1])
    }

    @Test func runningSendsAreLimitedAndReleased() {
        var configuration = GossipConfiguration.test
        configuration.sendCountInFlightMax = 2
        var queue = PeerSendQueue(configuration: configuration)
        for id in 1...3 { #expect(queue.enqueue(self.item(UInt64(id)), priority: .normal) == true) }
        #expect(queue.startNext()?.id == RequestID(1))
        #expect(queue.startNext()?.id == RequestID(2))
        #expect(queue.startNext() == nil)
        #expect(queue.finished(RequestID(9)) == nil)
        #expect(queue.finished(RequestID(1)) != nil)
        #expect(queue.finished(RequestID(1)) == nil)
        #expect(queue.startNext()?.id == RequestID(3))
    }

    @Test func countAndBytesAtTheLimitAndOnePast() {
        var configuration = GossipConfiguration.test
        configuration.sendQueueCountMax = 2
        configuration.sendQueueByteCountMax = 10
        var queue = PeerSendQueue(configuration: configuration)
        #expect(queue.enqueue(self.item(1, byteCount: 3), priority: .normal) == true)
        #expect(queue.enqueue(self.item(2, byteCount: 3), priority: .normal) == true)
        #expect(queue.enqueue(self.item(3), priority: .normal) == false, "one too many of a priority")
        #expect(queue.enqueue(self.item(4, byteCount: 4), priority: .critical) == true)
        #expect(queue.enqueue(self.item(5), priority: .critical) == false, "one byte too many")
        #expect(queue.waitingByteCount == 10)
        _ = queue.startNext()
        #expect(queue.waitingByteCount == 6)
    }

    @Test func eachClassLeavesRoomToTheMoreUrgent() {
        var configuration = GossipConfiguration.test
        configuration.sendQueueByteCountMax = 100
        var queue = PeerSendQueue(configuration: configuration)
        #expect(queue.enqueue(self.item(1, byteCount: 51), priority: .bulk) == false)
        #expect(queue.enqueue(self.item(2, byteCount: 50), priority: .bulk) == true)
        #expect(queue.enqueue(self.item(3, byteCount: 26), priority: .normal) == false)
        #expect(queue.enqueue(self.item(4, byteCount: 25), priority: .normal) == true)
        #expect(queue.enqueue(self.item(5, byteCount: 26), priority: .critical) == false)
        #expect(queue.enqueue(self.item(6, byteCount: 25), priority: .critical) == true)
    }
}
