// SPDX-License-Identifier: MIT OR Apache-2.0

import Presence
import Primitives
import Testing

private func agent(_ number: UInt64) -> AgentID { AgentID(words: Words32(number, 0, 0, 0)) }

@Suite struct PresenceFeedStateTests {
    @Test func aSubscriberStartsWithEverybodyAndHearsEachChangeOnce() {
        var state = PresenceFeedState()
        #expect(
            state.synchronise([agent(2): false, agent(1): true])
                == [.online(agent(1), isReachable: true), .online(agent(2), isReachable: false)]
        )
        #expect(state.changed(.online(agent(1), isReachable: true)) == nil)
        #expect(state.changed(.offline(agent(1))) == .offline(agent(1)))
        #expect(state.changed(.offline(agent(1))) == nil)
        #expect(state.changed(.online(agent(3), isReachable: true)) == .online(agent(3), isReachable: true))
        #expect(
            state.synchronise([agent(3): true, agent(4): true])
                == [.offline(agent(2)), .online(agent(4), isReachable: true)]
        )
    }

    /// Whatever is dropped on the way, after a synchronisation the subscriber knows exactly who is online.
    @Test(arguments: 0..<20 as Range<UInt64>) func theSubscriberEndsUpWithTheTruth(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var state = PresenceFeedState()
        var truth: Set<AgentID> = []
        var believed: Set<AgentID> = []
        func apply(_ items: [PresenceFeedState.Item]) {
            for item in items {
                switch item {
                case .online(let agent, _): #expect(believed.insert(agent).inserted)
                case .offline(let agent): #expect(believed.remove(agent) != nil)
                case .lagged: Issue.record("the state makes no marker")
                }
            }
        }
        for step in 1...500 {
            let subject = agent(random.next() % 12)
            let isOnline = truth.remove(subject) == nil
            if isOnline { truth.insert(subject) }
            let change: PresenceTracker.Action = isOnline ? .online(subject, isReachable: true) : .offline(subject)
            // A third of the changes is lost on the way.
            if random.next() % 3 != 0, let item = state.changed(change) { apply([item]) }
            if step % 50 == 0 {
                apply(state.synchronise(Dictionary(uniqueKeysWithValues: truth.map { ($0, true) })))
                #expect(believed == truth)
            }
        }
    }
}
