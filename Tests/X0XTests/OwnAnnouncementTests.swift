// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing

@testable import X0X

@Suite struct AnnouncementTimesTests {
    @Test func anAnnouncementOnRequestIsNewerEvenWithinASecond() {
        var times = AnnouncementTimes()
        let heartbeats = (0..<2).map { _ in times.next(now: 100, mustBeNewer: false) }
        #expect(heartbeats == [100, 100], "heartbeats do not run ahead of the clock")
        let requests = (0..<2).map { _ in times.next(now: 100, mustBeNewer: true) }
        #expect(requests == [101, 102])
        let later = times.next(now: 101, mustBeNewer: false)
        #expect(later == 102, "never back")
    }

    @Test func theLeadIsBoundedAndASetBackClockIsFollowed() {
        var times = AnnouncementTimes()
        let requests = (0...AnnouncementTimes.leadMax + 1).map { _ in times.next(now: 100, mustBeNewer: true) }
        #expect(requests == [100, 101, 102, 103, 104, 105, 100])
        let setBack = times.next(now: 50, mustBeNewer: false)
        #expect(setBack == 50)
    }
}

@Suite struct LookupBoardTests {
    @Test func placesAreBoundedAndGivenBack() throws {
        let board = LookupBoard()
        let subject = LookupBoard.Subject.agent(.zero)
        let tickets = (0..<LookupBoard.waitingCountMax).compactMap { _ in board.enter(subject) }
        #expect(tickets.count == LookupBoard.waitingCountMax)
        #expect(board.enter(subject) == nil && board.refusedTotal == 1)
        board.tell(of: subject)
        #expect(tickets.allSatisfy { $0.news.isOpen })
        let first = try #require(tickets.first)
        board.leave(first)
        board.leave(first)
        #expect(board.waitingCount == LookupBoard.waitingCountMax - 1)
        #expect(board.enter(.machine(.zero)) != nil)
    }

    @Test func newsReachWhoWaitsForThemOnly() throws {
        let board = LookupBoard()
        let agent = try #require(board.enter(.agent(.zero)))
        let machine = try #require(board.enter(.machine(.zero)))
        board.tell(of: .agent(.zero))
        #expect(agent.news.isOpen && !machine.news.isOpen)
    }
}

@Suite struct InternalTopicTests {
    @Test func aTopicStaysUntilTheLastListenerIsGone() throws {
        var table = SubscriptionTable()
        let client = SubscriptionID(number: 1)
        // The overlay is told of the first listener only.
        let added = [table.addInternal("shard"), table.addInternal("shard")]
        #expect(added == [true, false])
        let isFirst = try table.add(client, topic: "shard").isFirst
        #expect(!isFirst)
        let removed = [table.removeInternal("shard"), table.removeInternal("shard")]
        #expect(removed == [false, false], "the client still listens")
        #expect(!table.isInternal("shard") && table.isSubscribed("shard"))
        let last = table.remove(client)
        #expect(last.lastTopic == "shard")
        let again = table.removeInternal("shard")
        #expect(!again, "nobody was left to be removed")
    }
}
