// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Storage
import Testing

@Suite(.timeLimit(.minutes(1))) struct StoreContactTests {
    private let directory: TemporaryDirectory
    private let store: Store

    init() throws {
        self.directory = try TemporaryDirectory()
        self.store = try self.directory.open()
    }

    @Test func everyFieldSurvivesAndOrderIsById() async throws {
        var second = contact(2)
        second.trustLevel = "blocked"
        second.identityType = "pinned"
        second.label = nil
        second.lastSeen = 1_760_000_500
        second.machines = [
            ContactMachineRow(machineID: machine(9), label: "desk", firstSeen: 1, lastSeen: 2, isPinned: true),
            ContactMachineRow(machineID: machine(3), firstSeen: 3, lastSeen: 4, isPinned: false),
        ]
        try await self.store.apply([.save(second), .save(contact(1))])
        #expect(try await self.store.contacts() == [contact(1), second], "machines keep the order they were given in")
    }

    @Test func savingAgainReplacesTheContactAndItsMachines() async throws {
        let record = ContactMachineRow(machineID: machine(1), firstSeen: 1, lastSeen: 1, isPinned: false)
        try await self.store.apply([.save(contact(1, machines: [record]))])
        var changed = contact(1)
        changed.trustLevel = "trusted"
        try await self.store.apply([.save(changed)])
        #expect(try await self.store.contacts() == [changed])
    }

    @Test func removalTakesMachinesAlongAndLeavesRevocations() async throws {
        let record = ContactMachineRow(machineID: machine(1), firstSeen: 1, lastSeen: 1, isPinned: false)
        let revocation = RevocationRow(agentID: agent(1), reason: "lost", timestamp: 5, revokerID: agent(7))
        try await self.store.apply([.save(contact(1, machines: [record])), .revoke(revocation), .remove(agent(1))])
        #expect(try await self.store.contacts().isEmpty)
        #expect(try await self.store.revocations() == [revocation])
        // The machine went with its contact: saved again, the contact has none.
        try await self.store.apply([.save(contact(1))])
        #expect(try await self.store.contacts() == [contact(1)])
    }

    @Test func aSecondRevocationChangesNothing() async throws {
        let first = RevocationRow(agentID: agent(1), reason: "first", timestamp: 5)
        try await self.store.apply([.revoke(first)])
        try await self.store.apply([.revoke(RevocationRow(agentID: agent(1), reason: "second", timestamp: 6))])
        #expect(try await self.store.revocations() == [first])
    }

    @Test func changesAreStoredTogetherOrNotAtAll() async throws {
        var impossible = contact(2)
        impossible.trustLevel = "adored"
        await #expect(throws: StorageError.self) {
            try await self.store.apply([.save(contact(1)), .save(impossible)])
        }
        #expect(try await self.store.contacts().isEmpty)
    }

    @Test func everythingSurvivesARestart() async throws {
        let other = try TemporaryDirectory()
        let revocation = RevocationRow(agentID: agent(3), reason: "gone", timestamp: 1)
        do {
            let store = try other.open()
            try await store.apply([.save(contact(1)), .save(contact(2)), .revoke(revocation)])
            try await store.setValue([1, 2, 3], of: SettingKey("test.value"))
            try await store.close()
            await #expect(throws: StorageError.closed) { try await store.contacts() }
            try await store.close()  // a second time is nothing
        }
        let reopened = try other.open()
        #expect(try await reopened.contacts() == [contact(1), contact(2)])
        #expect(try await reopened.revocations() == [revocation])
        #expect(try await reopened.value(of: SettingKey("test.value")) == [1, 2, 3])
    }

    @Test func settingsAreReplacedRemovedAndLimited() async throws {
        let key = SettingKey("test.key")
        #expect(try await self.store.value(of: key) == nil)
        try await self.store.setValue([1], of: key)
        try await self.store.setValue([], of: key)
        #expect(try await self.store.value(of: key) == [])
        let largest = [UInt8](repeating: 7, count: SettingKey.valueByteCountMax)
        try await self.store.setValue(largest, of: key)
        await #expect(throws: StorageError.self) { try await self.store.setValue(largest + [7], of: key) }
        #expect(try await self.store.value(of: key) == largest)
        try await self.store.setValue(nil, of: key)
        #expect(try await self.store.value(of: key) == nil)
    }

    @Test func timesBeyondTheDatabaseRangeAreClamped() async throws {
        var row = contact(1)
        row.addedAt = .max
        try await self.store.apply([.save(row)])
        #expect(try await self.store.contacts().first?.addedAt == UInt64(Int64.max))
    }
}
