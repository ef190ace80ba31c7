// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing
import Trust

@Suite struct ContactBookTests {
    private var journal = JournaledBook()

    @Test mutating func spec01_check31_trustMakesAFreshContactKnown() throws {
        try self.journal.apply { try $0.setTrust(.trusted, of: alice, now: 5, into: &$1) }
        let contact = try #require(self.journal.book[alice])
        #expect(contact.identityType == .known && contact.trustLevel == .trusted && contact.addedAt == 5)
        #expect(self.journal.changes == [.saved(contact)])
    }

    @Test mutating func spec01_check31_anExplicitTypeSurvivesTrustChanges() throws {
        try self.journal.apply { _ = try $0.update(alice, identityType: .trusted, now: 5, into: &$1) }
        for level in [TrustLevel.known, .trusted, .blocked, .unknown] {
            try self.journal.apply { try $0.setTrust(level, of: alice, now: 6, into: &$1) }
            #expect(self.journal.book[alice]?.identityType == .trusted)
            #expect(self.journal.book.trustLevel(of: alice) == level)
        }
    }

    @Test mutating func spec01_check30_unpinningTheLastMachineLetsTheLevelDecide() throws {
        try self.journal.apply {
            try $0.setTrust(.trusted, of: alice, now: 1, into: &$1)
            try $0.addMachine(laptop, of: alice, label: nil, now: 2, into: &$1)
            #expect(try $0.pinMachine(laptop, of: alice, now: 3, into: &$1))
        }
        #expect(self.journal.book.decision(for: alice, on: phone) == .rejectMachineMismatch)
        #expect(self.journal.apply { $0.unpinMachine(laptop, of: alice, now: 4, into: &$1) })
        #expect(self.journal.book[alice]?.identityType == .known)
        #expect(self.journal.book.decision(for: alice, on: phone) == .accept)
    }

    @Test mutating func spec01_check30_removingTheLastPinnedMachineToo() throws {
        try self.journal.apply {
            try $0.setTrust(.trusted, of: alice, now: 1, into: &$1)
            try $0.addMachine(laptop, of: alice, label: nil, pin: true, now: 2, into: &$1)
            try $0.addMachine(phone, of: alice, label: nil, pin: true, now: 2, into: &$1)
            #expect($0.removeMachine(laptop, of: alice, now: 3, into: &$1))
        }
        #expect(self.journal.book.decision(for: alice, on: laptop) == .rejectMachineMismatch)
        #expect(self.journal.apply { $0.removeMachine(phone, of: alice, now: 4, into: &$1) })
        #expect(self.journal.book.decision(for: alice, on: laptop) == .accept)
        #expect(self.journal.book[alice]?.machines == [])
    }

    @Test mutating func spec01_check35_machinesAreNewOnceAndUnknownOnesDoNothing() throws {
        #expect(try self.journal.apply { try $0.addMachine(laptop, of: alice, label: "l", now: 1, into: &$1) })
        #expect(try !self.journal.apply { try $0.addMachine(laptop, of: alice, label: nil, now: 7, into: &$1) })
        let record = MachineRecord(machineID: laptop, label: "l", firstSeen: 1, lastSeen: 7)
        #expect(self.journal.book[alice]?.machines == [record])
        #expect(self.journal.book[alice]?.trustLevel == .unknown)
        #expect(try !self.journal.apply { try $0.pinMachine(phone, of: alice, now: 8, into: &$1) })
        #expect(!self.journal.apply { $0.unpinMachine(phone, of: alice, now: 8, into: &$1) })
        #expect(!self.journal.apply { $0.removeMachine(phone, of: alice, now: 8, into: &$1) })
        #expect(!self.journal.apply { $0.removeMachine(laptop, of: bob, now: 8, into: &$1) })
        #expect(self.journal.changes.isEmpty)
    }

    @Test mutating func spec01_check32_aRevokedAgentStaysBlocked() throws {
        try self.journal.apply {
            try $0.add(alice, trust: .trusted, label: "a", now: 1, into: &$1)
            try $0.revoke(alice, reason: "first", by: bob, now: 2, into: &$1)
        }
        #expect(self.journal.book.isRevoked(alice))
        #expect(self.journal.book[alice]?.trustLevel == .blocked)
        try self.journal.apply {
            try $0.setTrust(.trusted, of: alice, now: 3, into: &$1)
            try $0.revoke(alice, reason: "second", by: nil, now: 4, into: &$1)
            _ = $0.remove(alice, into: &$1)
        }
        #expect(self.journal.book.revocation(of: alice)?.reason == "first")
        #expect(self.journal.book[alice] == nil)
        #expect(self.journal.book.decision(for: alice, on: laptop) == .rejectBlocked)
        try self.journal.apply {
            try $0.add(alice, trust: .known, label: nil, now: 5, into: &$1)
            try $0.addMachine(laptop, of: alice, label: nil, pin: true, now: 5, into: &$1)
        }
        #expect(self.journal.book[alice]?.trustLevel == .blocked)
        #expect(self.journal.book.decision(for: alice, on: laptop) == .rejectBlocked)
        #expect(self.journal.reloaded == self.journal.book)
    }

    @Test mutating func spec01_check35_addListBlockRemove() throws {
        #expect(try self.journal.apply { try $0.add(bob, trust: .known, label: "b", now: 1, into: &$1) })
        #expect(try self.journal.apply { try $0.add(alice, trust: .known, label: nil, now: 1, into: &$1) })
        #expect(self.journal.book.contacts.map(\.agentID) == [alice, bob])
        #expect(try !self.journal.apply { try $0.add(bob, trust: .trusted, label: nil, now: 9, into: &$1) })
        #expect(self.journal.book[bob]?.label == "b" && self.journal.book[bob]?.addedAt == 1)
        try self.journal.apply { try $0.setTrust(.blocked, of: bob, now: 9, into: &$1) }
        #expect(self.journal.book.isBlocked(bob) && !self.journal.book.isBlocked(alice))
        #expect(self.journal.apply { $0.remove(bob, into: &$1) }?.agentID == bob)
        #expect(self.journal.apply { $0.remove(bob, into: &$1) } == nil)
        #expect(self.journal.changes.isEmpty)
        #expect(self.journal.reloaded == self.journal.book)
    }

    /// Adding again changes level and label only (spec 11, flaw 14).
    @Test mutating func addingAgainKeepsMachinesAndPins() throws {
        try self.journal.apply {
            try $0.addMachine(laptop, of: alice, label: nil, pin: true, now: 1, into: &$1)
            try $0.add(alice, trust: .known, label: "new", now: 2, into: &$1)
        }
        #expect(self.journal.book[alice]?.hasPinnedMachine == true)
        #expect(self.journal.book[alice]?.identityType == .pinned)
    }

    @Test mutating func spec01_check27_strangersAreNotRecorded() {
        self.journal.apply {
            $0.observeMachine(laptop, of: alice, now: 1, into: &$1)
            $0.touch(alice, now: 1, into: &$1)
        }
        #expect(self.journal.changes.isEmpty && self.journal.book.count == 0)
    }

    @Test mutating func contactsAreTouchedAndTheirMachinesObserved() throws {
        try self.journal.apply { try $0.add(alice, trust: .known, label: nil, now: 1, into: &$1) }
        self.journal.apply {
            $0.observeMachine(laptop, of: alice, now: 5, into: &$1)
            $0.touch(alice, now: 5, into: &$1)
        }
        #expect(self.journal.book[alice]?.lastSeen == 5)
        #expect(self.journal.book[alice]?.machine(laptop)?.lastSeen == 5)
        self.journal.apply {
            $0.observeMachine(laptop, of: alice, now: 5, into: &$1)
            $0.touch(alice, now: 4, into: &$1)
        }
        #expect(self.journal.changes.isEmpty)
    }

    @Test mutating func anUpdateThatChangesNothingPersistsNothing() throws {
        try self.journal.apply { try $0.add(alice, trust: .known, label: "a", now: 1, into: &$1) }
        try self.journal.apply { try $0.add(alice, trust: .known, label: "a", now: 9, into: &$1) }
        #expect(self.journal.changes.isEmpty)
    }

    @Test mutating func unpinnedMachinesMakeRoomAndPinnedOnesAreCapped() throws {
        try self.journal.apply {
            for number in 0..<32 as Range<UInt64> {
                try $0.addMachine(id(100 + number), of: alice, label: nil, pin: true, now: number, into: &$1)
            }
            for number in 0..<40 as Range<UInt64> {
                try $0.addMachine(id(200 + number), of: alice, label: nil, now: number, into: &$1)
            }
        }
        let machines = try #require(self.journal.book[alice]).machines
        #expect(machines.count == 64 && machines.count(where: { $0.isPinned }) == 32)
        #expect(machines.last?.machineID == id(239))
        #expect(!machines.contains { $0.machineID == id(207) } && machines.contains { $0.machineID == id(208) })
        let before = self.journal.book
        #expect(throws: ContactError.pinnedMachineCountOverLimit(32)) {
            try self.journal.apply { try $0.pinMachine(id(239), of: alice, now: 50, into: &$1) }
        }
        #expect(self.journal.book == before)
    }

    @Test mutating func textsAreCapped() throws {
        let label = String(repeating: "l", count: 256)
        try self.journal.apply { try $0.add(alice, trust: .known, label: label, now: 1, into: &$1) }
        #expect(throws: ContactError.labelTooLong(limit: 256)) {
            try self.journal.apply { try $0.add(alice, trust: .blocked, label: label + "l", now: 1, into: &$1) }
        }
        #expect(self.journal.book.trustLevel(of: alice) == .known)
        #expect(throws: ContactError.labelTooLong(limit: 256)) {
            try self.journal.apply { try $0.addMachine(laptop, of: bob, label: label + "l", now: 1, into: &$1) }
        }
        #expect(throws: ContactError.reasonTooLong(limit: 1_024)) {
            let reason = String(repeating: "r", count: 1_025)
            try self.journal.apply { try $0.revoke(alice, reason: reason, by: nil, now: 1, into: &$1) }
        }
        #expect(!self.journal.book.isRevoked(alice))
    }

    @Test mutating func aFullBookRefusesContactsButStillRevokes() throws {
        let full = (0..<10_000 as Range<UInt64>).map { Contact(agentID: id(1_000 + $0), addedAt: 1) }
        self.journal.book = ContactBook(contacts: full, revocations: [])
        #expect(throws: ContactError.contactCountOverLimit(10_000)) {
            try self.journal.apply { try $0.setTrust(.known, of: alice, now: 1, into: &$1) }
        }
        try self.journal.apply { try $0.setTrust(.known, of: id(1_000), now: 1, into: &$1) }
        try self.journal.apply { try $0.revoke(alice, reason: "", by: nil, now: 1, into: &$1) }
        #expect(self.journal.book.decision(for: alice, on: laptop) == .rejectBlocked)
        #expect(self.journal.book.count == 10_000)
    }

    /// Random operations: what was persisted always rebuilds the book, and a revoked agent is never accepted.
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    mutating func whateverHappensTheStoreRebuildsTheBook(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for step in 0..<2_000 as Range<UInt64> {
            let agent: AgentID = id(random.next() % 6)
            let machine: MachineID = id(random.next() % 4)
            let level = TrustLevel.allCases.randomElement(using: &random) ?? .unknown
            let type = IdentityType.allCases.randomElement(using: &random) ?? .known
            let choice = random.next() % 40
            // Refusals are part of the game: a refused mutation must leave book and store alike.
            try? self.journal.apply { book, changes in
                switch choice {
                case 0: try book.revoke(agent, reason: "r\(step)", by: nil, now: step, into: &changes)
                case 1..<6: _ = book.remove(agent, into: &changes)
                case 6..<14:
                    try book.addMachine(machine, of: agent, label: nil, pin: step % 3 == 0, now: step, into: &changes)
                case 14..<18: _ = try book.pinMachine(machine, of: agent, now: step, into: &changes)
                case 18..<22: _ = book.unpinMachine(machine, of: agent, now: step, into: &changes)
                case 22..<26: _ = book.removeMachine(machine, of: agent, now: step, into: &changes)
                case 26..<30: book.observeMachine(machine, of: agent, now: step, into: &changes)
                default: try book.update(agent, trust: level, identityType: type, now: step, into: &changes)
                }
            }
            #expect(self.journal.reloaded == self.journal.book)
            for revocation in self.journal.book.revocations {
                #expect(self.journal.book.decision(for: revocation.agentID, on: machine) == .rejectBlocked)
            }
        }
    }

    @Test func theMachineIndexFollowsEveryChange() throws {
        var changes: [ContactChange] = []
        var book = ContactBook()
        try book.addMachine(laptop, of: bob, label: nil, now: 1, into: &changes)
        try book.addMachine(laptop, of: alice, label: nil, now: 1, into: &changes)
        try book.addMachine(phone, of: alice, label: nil, now: 1, into: &changes)
        #expect(book.agents(on: laptop) == [alice, bob].sorted())
        #expect(book.agents(on: phone) == [alice])
        #expect(ContactBook(contacts: book.contacts, revocations: []) == book)
        book.removeMachine(laptop, of: alice, now: 2, into: &changes)
        #expect(book.agents(on: laptop) == [bob])
        book.remove(bob, into: &changes)
        #expect(book.agents(on: laptop).isEmpty)
        // The record that made room is no longer found.
        for number in 0..<UInt64(ContactLimits.unpinnedMachineCountMax) {
            try book.addMachine(id(100 + number), of: alice, label: nil, now: 3, into: &changes)
        }
        #expect(book.agents(on: phone).isEmpty)
        #expect(ContactBook(contacts: book.contacts, revocations: []) == book)
    }
}
