// SPDX-License-Identifier: MIT OR Apache-2.0

import GossipCore
import Node
import Primitives
import Testing

@testable import X0X

/// The first byte of a message selects its consumer (spec 02 §9.5).
struct MessageRouterTests {
    private let peer = PeerID(words: Words32(1, 2, 3, 4))

    @Test
    func spec02_check28_theFirstByteSelectsTheConsumer() {
        let router = MessageRouter(clock: SystemClock())
        for first in UInt8.min...UInt8.max { router.route([first, 1, 2], from: self.peer) }
        router.route([], from: self.peer)
        #expect(router.pubSub.statistics.acceptedTotal == 1)
        #expect(router.direct.statistics.acceptedTotal == 1)
        #expect(router.membership.statistics.acceptedTotal == 1)
        #expect(router.bulk.statistics.acceptedTotal == 1)
        let counts = router.statistics
        // 0x00 and 0x02 have consumers of their own; 252 others and the empty message have none.
        #expect(counts.perPeer[self.peer]?.membershipProduced == 1)
        #expect(counts.perPeer[self.peer]?.bulkProduced == 1)
        #expect(counts.perPeer[self.peer]?.pubSubProduced == 1)
        #expect(counts.unknownClassTotal == 253)
    }

    @Test
    func spec02_check28_consumersGetWholeMessages() async {
        let router = MessageRouter(clock: SystemClock())
        router.route([0x01, 7, 8], from: self.peer)
        router.route([0x10, 9], from: self.peer)
        for ignored in [0x03, 0x11, 0xFF] as [UInt8] { router.route([ignored, 1], from: self.peer) }
        router.finish()
        var published: [[UInt8]] = []
        for await message in router.pubSub { published.append(message.bytes) }
        var direct: [[UInt8]] = []
        for await message in router.direct { direct.append(message.bytes) }
        #expect(published == [[0x01, 7, 8]])
        #expect(direct == [[0x10, 9]])
        let counters = router.statistics
        #expect(counters.pubSub.enqueued == 1)
        #expect(counters.unknownClassTotal == 3)
    }

    @Test
    func spec04_check25_spec02_check29_aFullQueueDropsCountsAndDelaysNobodyElse() {
        let router = MessageRouter(clock: SystemClock())
        for number in 0..<10_500 {
            router.route([0x01, UInt8(number & 0xFF)], from: self.peer)
            // Classes nobody empties never hold up the others.
            router.route([0x00, 1], from: self.peer)
            router.route([0x02, 1], from: self.peer)
        }
        #expect(router.pubSub.statistics.queuedCount == 10_000)
        #expect(router.membership.statistics.queuedCount == 4_000)
        #expect(router.bulk.statistics.queuedCount == 4_000)
        #expect(router.statistics.membership.droppedFull == 6_500)
        #expect(router.pubSub.statistics.droppedTotal == 500)
        #expect(router.statistics.perPeer[self.peer]?.pubSubDroppedFull == 500)
        router.route([0x10, 1], from: self.peer)
        #expect(router.direct.statistics.acceptedTotal == 1)
    }

    /// Who asks for a message waits half a second: not behind thousands of others.
    @Test
    func requestsOvertakeMessages() {
        let router = MessageRouter(clock: SystemClock())
        for kind in MessageKind.allCases {
            let header = MessageHeader(topic: TopicID(name: "t"), messageID: .zero, kind: kind)
            router.route(
                PubSubMessage(header: header, payload: [0], signature: [], publicKey: []).transportMessage,
                from: self.peer
            )
        }
        #expect(router.requests.statistics.queuedCount == 2, "IWANT and ANTI_ENTROPY")
        #expect(router.pubSub.statistics.queuedCount == MessageKind.allCases.count - 2)
        #expect(router.statistics.pubSub.enqueued == UInt64(MessageKind.allCases.count))
    }

    @Test
    func oneFloodingPeerLosesItsOwnMessagesOnly() {
        let router = MessageRouter(clock: SystemClock())
        let other = PeerID(words: Words32(2, 0, 0, 0))
        for _ in 0..<1100 { router.route([0x10], from: self.peer) }
        #expect(router.direct.statistics.queuedCount == 1024)
        router.route([0x10], from: other)
        #expect(router.direct.statistics.queuedCount == 1025)
        #expect(router.statistics.directDroppedTotal == 76)
    }
}
