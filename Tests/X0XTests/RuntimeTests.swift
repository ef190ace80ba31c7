// SPDX-License-Identifier: MIT OR Apache-2.0

import GossipCore
import Node
import Primitives
import Synchronization
import Testing

@testable import X0X

@Suite(.timeLimit(.minutes(1))) struct LatchTests {
    @Test func openReleasesThoseWhoWaitAndThoseWhoComeLater() async {
        let latch = Latch()
        await withTaskGroup(of: Void.self) { tasks in
            for _ in 0..<10 { tasks.addTask { await latch.wait() } }
            tasks.addTask { latch.open() }
            await tasks.waitForAll()
        }
        #expect(latch.isOpen)
        await latch.wait()
    }

    @Test func aCancelledWaitEnds() async {
        let latch = Latch()
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await latch.wait() }
            tasks.cancelAll()
            await tasks.waitForAll()
        }
        #expect(!latch.isOpen)
    }
}

@Suite(.timeLimit(.minutes(1))) struct PromiseTests {
    @Test func theValueArrivesBeforeOrAfterTheWait() async {
        let early = Promise<Int>()
        early.fulfil(1)
        early.fulfil(2)
        #expect(await early.value() == 1)
        let late = Promise<Int>()
        async let value = late.value()
        late.fulfil(3)
        #expect(await value == 3)
    }

    @Test func aTimeLimitEndsTheWait() async {
        let promise = Promise<Int>()
        #expect(await withTimeLimit(.milliseconds(5)) { await promise.value() } == nil)
        promise.fulfil(1)  // nobody waits any more; nothing happens
    }
}

@Suite struct PeerSharesTests {
    private let first = PeerID(words: Words32(1, 0, 0, 0))
    private let second = PeerID(words: Words32(2, 0, 0, 0))

    @Test func onePeerCannotTakeTheShareOfAnother() {
        var shares = PeerShares(countMax: 2, byteCountMax: 100)
        let taken = [
            shares.take(byteCount: 60, for: self.first), shares.take(byteCount: 41, for: self.first),
            shares.take(byteCount: 40, for: self.first), shares.take(byteCount: 0, for: self.first),
            shares.take(byteCount: 100, for: self.second),
        ]
        #expect(taken == [true, false, true, false, true])
        shares.give(byteCount: 60, of: self.first)
        let again = shares.take(byteCount: 60, for: self.first)
        #expect(again)
    }
}

@Suite struct SubscriptionTableTests {
    @Test func theOverlayHearsOfTheFirstAndTheLastSubscriber() throws {
        var table = SubscriptionTable()
        let first = SubscriptionID(number: 1)
        let second = SubscriptionID(number: 2)
        #expect(try table.add(first, topic: "t").isFirst)
        #expect(try !table.add(second, topic: "t").isFirst)
        #expect(table.subscriptions(of: "t") == [first, second])
        var removal = table.remove(first)
        #expect(removal.wasKnown && removal.lastTopic == nil)
        removal = table.remove(second)
        #expect(removal.wasKnown && removal.lastTopic == "t")
        removal = table.remove(second)
        #expect(!removal.wasKnown && removal.lastTopic == nil)
    }

    @Test func aTopicOfTheNodeItselfIsNeverLeft() throws {
        var table = SubscriptionTable()
        table.addInternal("t")
        #expect(try !table.add(SubscriptionID(number: 1), topic: "t").isFirst)
        #expect(table.remove(SubscriptionID(number: 1)).lastTopic == nil)
        #expect(table.isInternal("t"))
    }

    @Test func subscriptionIDsReadBack() {
        let id = SubscriptionID(number: 0xAB)
        #expect(id.description == "00000000000000ab")
        #expect(SubscriptionID("00000000000000ab") == id)
        for invalid in ["", "ab", "00000000000000AB", "00000000000000ag", "0000000000000000ab", "+0000000000000ab"] {
            #expect(SubscriptionID(invalid) == nil)
        }
    }
}
