// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing

@testable import GossipCore

/// Message cache, seen messages and missing messages (spec 04 §7.1, §20 F-4, F-5; check 22).
@Suite struct MemoryTests {
    private let now = Instant.epoch + .seconds(100)
    private let topic = TopicID(name: "chat")
    private let alice = PeerID(words: Words32(1, 0, 0, 0))
    private let bob = PeerID(words: Words32(2, 0, 0, 0))

    private func cache(countPerTopicMax: Int = 2048, byteCountMax: Int = 1_000_000) -> MessageCache {
        MessageCache(countPerTopicMax: countPerTopicMax, byteCountMax: byteCountMax, lifetime: .seconds(180))
    }

    @Test func spec04_check22_theCacheIsBoundedPerTopic() {
        var cache = self.cache()
        for index in 0..<2048 { cache.insert(.test(UInt64(index)), topic: self.topic, bytes: [1], now: self.now) }
        #expect(cache.evictedCount == 0)
        cache.insert(.test(2048), topic: self.topic, bytes: [1], now: self.now)
        #expect(cache.count(of: self.topic) == 2048)
        #expect(cache.evictedCount == 1)
        #expect(cache.bytes(of: .test(0), topic: self.topic, now: self.now) == nil)
        #expect(cache.bytes(of: .test(1), topic: self.topic, now: self.now) == [1])
        cache.insert(.test(0), topic: .zero, bytes: [2], now: self.now)
        #expect(cache.count(of: self.topic) == 2048, "another topic has its own share")
    }

    @Test func theCacheIsBoundedInBytes() {
        var cache = self.cache(byteCountMax: 100)
        cache.insert(.test(1), topic: self.topic, bytes: Array(repeating: 0, count: 60), now: self.now)
        cache.insert(.test(2), topic: .zero, bytes: Array(repeating: 0, count: 40), now: self.now)
        #expect(cache.byteCount == 100)
        cache.insert(.test(3), topic: .zero, bytes: [0], now: self.now)
        #expect(cache.byteCount == 41)
        #expect(cache.bytes(of: .test(1), topic: self.topic, now: self.now) == nil)
        cache.insert(.test(4), topic: .zero, bytes: Array(repeating: 0, count: 101), now: self.now)
        #expect(cache.byteCount == 41, "what can never fit displaces nothing")
    }

    @Test func oldMessagesAreNotServedAndThenForgotten() {
        var cache = self.cache()
        cache.insert(.test(1), topic: self.topic, bytes: [1], now: self.now)
        cache.insert(.test(2), topic: self.topic, bytes: [2], now: self.now + .seconds(1))
        let end = self.now + .seconds(180)
        #expect(cache.bytes(of: .test(1), topic: self.topic, now: end - .milliseconds(1)) == [1])
        #expect(cache.bytes(of: .test(1), topic: self.topic, now: end) == nil)
        #expect(cache.ids(of: self.topic, now: end) == [.test(2)])
        cache.sweep(now: end)
        #expect(cache.byteCount == 1)
        #expect(cache.topics == [self.topic])
        cache.sweep(now: end + .seconds(1))
        #expect(cache.byteCount == 0)
        #expect(cache.topics.isEmpty)
    }

    @Test func aMessageIsServedOnItsTopicOnly() {
        var cache = self.cache()
        cache.insert(.test(1), topic: self.topic, bytes: [1], now: self.now)
        #expect(cache.bytes(of: .test(1), topic: .zero, now: self.now) == nil)
    }

    @Test func aKnownIDKeepsItsFirstMessage() {
        var cache = self.cache()
        cache.insert(.test(1), topic: self.topic, bytes: [1], now: self.now)
        cache.insert(.test(1), topic: self.topic, bytes: [2, 2], now: self.now)
        #expect(cache.bytes(of: .test(1), topic: self.topic, now: self.now) == [1])
        #expect(cache.byteCount == 1)
    }

    @Test func seenMessages() {
        var seen = SeenMessages(countMax: 4, lifetime: .seconds(600))
        let first = PayloadHash(hashing: [1])
        let second = PayloadHash(hashing: [2])
        #expect(seen.familiarity(of: .test(1), payload: first, now: self.now) == .new)
        seen.insert(.test(1), payload: first, now: self.now)
        #expect(seen.familiarity(of: .test(1), payload: first, now: self.now) == .duplicate)
        #expect(seen.familiarity(of: .test(2), payload: first, now: self.now) == .replay)
        #expect(seen.familiarity(of: .test(1), payload: second, now: self.now) == .conflictingID)
        seen.insert(.test(1), payload: second, now: self.now)
        #expect(seen.familiarity(of: .test(1), payload: first, now: self.now) == .duplicate)
        #expect(seen.familiarity(of: .test(1), payload: second, now: self.now) == .replay)
        #expect(seen.familiarity(of: .test(1), payload: first, now: self.now + .seconds(600)) == .new)
        for index in UInt64(2)..<20 {
            seen.insert(.test(index), payload: PayloadHash(hashing: [9, UInt8(index)]), now: self.now)
        }
        #expect(seen.count == 4)
    }

    @Test func aMissingMessageIsAskedForThreeTimes() {
        var missing = MissingMessages(configuration: .test, graftDelay: .milliseconds(100))
        #expect(missing.announced(.test(1), topic: self.topic, by: self.alice, now: self.now) == .tracked)
        #expect(missing.announced(.test(1), topic: self.topic, by: self.bob, now: self.now) == .knownMissing)
        #expect(missing.takeDue(now: self.now + .milliseconds(99)).requests.isEmpty)
        var at = self.now + .milliseconds(100)
        for peer in [self.alice, self.bob, self.alice] {
            #expect(missing.nextDeadline == at)
            let due = missing.takeDue(now: at)
            #expect(due.requests == [MissingMessages.Request(id: .test(1), topic: self.topic, peer: peer)])
            #expect(missing.takeDue(now: at).requests.isEmpty)
            at = at + .milliseconds(500)
        }
        let end = missing.takeDue(now: at)
        #expect(end.requests.isEmpty)
        #expect(end.abandonedCount == 1)
        #expect(missing.count == 0)
        #expect(missing.nextDeadline == nil)
        #expect(missing.announced(.test(1), topic: self.topic, by: self.bob, now: at) == .tracked, "and may come back")
    }

    @Test func aWrongTopicHindersNobody() {
        var missing = MissingMessages(configuration: .test, graftDelay: .milliseconds(100))
        #expect(missing.announced(.test(1), topic: .zero, by: self.bob, now: self.now) == .tracked)
        #expect(missing.announced(.test(1), topic: self.topic, by: self.alice, now: self.now) == .tracked)
        let due = missing.takeDue(now: self.now + .milliseconds(100)).requests
        #expect(due.contains(MissingMessages.Request(id: .test(1), topic: self.topic, peer: self.alice)))
    }

    @Test func aDeliveredMessageIsNotAskedFor() {
        var missing = MissingMessages(configuration: .test, graftDelay: .milliseconds(100))
        _ = missing.announced(.test(1), topic: self.topic, by: self.alice, now: self.now)
        #expect(missing.delivered(.test(1), topic: self.topic).wasMissing)
        #expect(!missing.delivered(.test(1), topic: self.topic).wasMissing)
        #expect(missing.takeDue(now: self.now + .seconds(5)).requests.isEmpty)
        #expect(missing.nextDeadline == nil)
    }

    @Test func aGonePeerIsNotAsked() {
        var missing = MissingMessages(configuration: .test, graftDelay: .milliseconds(100))
        _ = missing.announced(.test(1), topic: self.topic, by: self.alice, now: self.now)
        _ = missing.announced(.test(1), topic: self.topic, by: self.bob, now: self.now)
        _ = missing.announced(.test(2), topic: self.topic, by: self.alice, now: self.now)
        missing.peerDisconnected(self.alice)
        #expect(missing.count == 1)
        #expect(missing.takeDue(now: self.now + .seconds(1)).requests.map(\.peer) == [self.bob])
    }

    @Test func missingMessagesAreBoundedInAllAndPerPeer() {
        var configuration = GossipConfiguration.test
        configuration.missingCountMax = 5
        configuration.missingCountPerPeerMax = 3
        var missing = MissingMessages(configuration: configuration, graftDelay: .milliseconds(100))
        for index in 0..<3 {
            #expect(
                missing.announced(.test(UInt64(index)), topic: self.topic, by: self.alice, now: self.now) == .tracked
            )
        }
        #expect(missing.announced(.test(9), topic: self.topic, by: self.alice, now: self.now) == .refused)
        #expect(missing.announced(.test(10), topic: self.topic, by: self.bob, now: self.now) == .tracked)
        #expect(missing.announced(.test(11), topic: self.topic, by: self.bob, now: self.now) == .tracked)
        #expect(missing.announced(.test(12), topic: self.topic, by: self.bob, now: self.now) == .refused)
        _ = missing.delivered(.test(0), topic: self.topic)
        #expect(missing.announced(.test(9), topic: self.topic, by: self.alice, now: self.now) == .tracked)
    }
}
