// SPDX-License-Identifier: MIT OR Apache-2.0

import DirectMessages
import Primitives
import Testing

@Suite struct DirectRegistryTests {
    private func agent(_ number: UInt64) -> AgentID { AgentID(words: Words32(0, 0, 0, number)) }
    private func machine(_ number: UInt64) -> MachineID { MachineID(words: Words32(9, 0, 0, number)) }

    @Test func latestMachineWins() {
        var registry = DirectRegistry()
        registry.register(self.agent(1), on: self.machine(1))
        registry.register(self.agent(1), on: self.machine(2))
        #expect(registry.machine(of: self.agent(1)) == self.machine(2))
        #expect(registry.agents(on: self.machine(1)).isEmpty)
        #expect(registry.agents(on: self.machine(2)) == [self.agent(1)])
        #expect(registry.count == 1)
    }

    @Test func theUnknownMachineIsNeverRegistered() {
        var registry = DirectRegistry()
        registry.register(self.agent(1), on: .zero)
        #expect(registry.count == 0)
    }

    @Test func connectionsFollowTheMachineNotTheAgent() {
        var registry = DirectRegistry()
        registry.register(self.agent(2), on: self.machine(1))
        registry.register(self.agent(1), on: self.machine(1))
        #expect(registry.connections.isEmpty)
        registry.connected(self.machine(1))
        #expect(registry.connections.map(\.agent) == [self.agent(1), self.agent(2)])
        // The agent moved on: the old machine's disconnect must not touch its new mapping (spec 08 §9).
        registry.register(self.agent(1), on: self.machine(2))
        registry.connected(self.machine(2))
        registry.disconnected(self.machine(1))
        #expect(registry.connections.map(\.agent) == [self.agent(1)])
        #expect(registry.connections.map(\.machine) == [self.machine(2)])
    }

    @Test func forgettingLeavesNothing() {
        var registry = DirectRegistry()
        registry.register(self.agent(1), on: self.machine(1))
        registry.forget(self.agent(1))
        registry.forget(self.agent(1))
        #expect(registry.count == 0)
        #expect(registry.machine(of: self.agent(1)) == nil)
        #expect(registry.agents(on: self.machine(1)).isEmpty)
    }

    @Test func capacityEvictsIdleEntriesFirst() {
        var registry = DirectRegistry(capacity: 8)
        registry.connected(self.machine(1))
        for number in 1...8 { registry.register(self.agent(UInt64(number)), on: self.machine(UInt64(number))) }
        #expect(registry.count == 8)
        registry.register(self.agent(9), on: self.machine(9))
        #expect(registry.count == 7)
        #expect(registry.machine(of: self.agent(1)) == self.machine(1))
        #expect(registry.machine(of: self.agent(2)) == nil)
        #expect(registry.machine(of: self.agent(3)) == nil)
        #expect(registry.machine(of: self.agent(9)) == self.machine(9))
    }
}

@Suite struct SendBudgetTests {
    private func agent(_ number: UInt64) -> AgentID { AgentID(words: Words32(0, 0, 0, number)) }

    @Test func oneRecipientGetsThirtyTwoSends() {
        var budget = SendBudget()
        let first = (0..<33).map { _ in budget.begin(self.agent(1)) }
        #expect(first == Array(repeating: true, count: 32) + [false])
        let other = budget.begin(self.agent(2))
        #expect(other)
        budget.end(self.agent(1))
        let again = budget.begin(self.agent(1))
        #expect(again)
    }

    @Test func allRecipientsTogetherGetTwoHundredFiftySix() {
        var budget = SendBudget()
        let sends = (0..<257).map { budget.begin(self.agent(UInt64($0))) }
        #expect(sends == Array(repeating: true, count: 256) + [false])
        for number in 0..<256 { budget.end(self.agent(UInt64(number))) }
        #expect(budget.runningCount == 0)
    }
}
