// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing
import Trust

@Suite struct ContactFileImportTests {
    private let own: AgentID = id(77)

    private func record(_ machine: MachineID, isPinned: Bool = false, lastSeen: UInt64 = 5) -> MachineRecord {
        MachineRecord(machineID: machine, firstSeen: 1, lastSeen: lastSeen, isPinned: isPinned)
    }

    private func imported(
        _ contacts: [Contact],
        _ revocations: [Revocation] = [],
        into journal: inout JournaledBook
    ) throws -> ContactFileImportOutcome {
        let own = self.own
        return try journal.apply { book, changes in
            try book.importFile(contacts, revocations: revocations, localAgent: own, now: 99, into: &changes)
        }
    }

    @Test func anEmptyBookTakesEverythingAsItIs() throws {
        var journal = JournaledBook()
        let contact = Contact(
            agentID: alice,
            trustLevel: .known,
            label: "build box",
            addedAt: 3,
            lastSeen: 4,
            identityType: .pinned,
            machines: [self.record(laptop, isPinned: true), self.record(phone)]
        )
        let revocation = Revocation(agentID: bob, reason: "lost", timestamp: 7, revokerID: alice)
        let outcome = try self.imported([contact, Contact(agentID: own, addedAt: 1)], [revocation], into: &journal)
        #expect(journal.book[alice] == contact)
        #expect(journal.book.revocations == [revocation])
        #expect(journal.book[self.own] == nil, "the own agent is no contact")
        #expect(outcome.contactCount == 1 && outcome.revocationCount == 1 && outcome.strangersLeftOut == 0)
        #expect(journal.reloaded == journal.book, "everything taken over is stored")
    }

    @Test func spec01_check32_neitherSideUndoesABlockOrRevocationOfTheOther() throws {
        var journal = JournaledBook()
        let charlie: AgentID = id(3)
        try journal.apply { book, changes in
            try book.setTrust(.blocked, of: alice, now: 1, into: &changes)
            try book.setTrust(.trusted, of: bob, now: 1, into: &changes)
            try book.revoke(charlie, reason: "first", by: nil, now: 1, into: &changes)
        }
        _ = try self.imported(
            [
                Contact(agentID: alice, trustLevel: .trusted, addedAt: 9),
                Contact(agentID: bob, trustLevel: .blocked, addedAt: 9),
                Contact(agentID: charlie, trustLevel: .trusted, addedAt: 9),
            ],
            [Revocation(agentID: charlie, reason: "second", timestamp: 9)],
            into: &journal
        )
        #expect([alice, bob, charlie].allSatisfy { journal.book.isBlocked($0) })
        #expect(journal.book.revocation(of: charlie)?.reason == "first")
        #expect(journal.reloaded == journal.book)
    }

    @Test func whatIsHereStays() throws {
        var journal = JournaledBook()
        try journal.apply { book, changes in
            try book.add(alice, trust: .trusted, label: "mine", now: 1, into: &changes)
            try book.addMachine(laptop, of: alice, label: "desk", pin: true, now: 1, into: &changes)
        }
        let file = Contact(
            agentID: alice,
            trustLevel: .known,
            label: "theirs",
            addedAt: 9,
            lastSeen: 8,
            identityType: .anonymous,
            machines: [self.record(laptop), self.record(phone, isPinned: true)]
        )
        #expect(try self.imported([file], into: &journal).contactCount == 1)
        let contact = try #require(journal.book[alice])
        #expect(contact.trustLevel == .trusted && contact.label == "mine" && contact.addedAt == 1)
        #expect(contact.lastSeen == 8 && contact.identityType == .pinned)
        #expect(contact.machines.map(\.isPinned) == [true, true] && contact.machine(laptop)?.label == "desk")
        // A second time there is nothing to do.
        let again = try self.imported([file], into: &journal)
        #expect(again == ContactFileImportOutcome() && journal.changes.isEmpty)
    }

    @Test func strangersGetTheRoomThatDecisionsLeave() throws {
        var journal = JournaledBook()
        let strangers = (0..<UInt64(ContactLimits.contactCountMax + 5)).map {
            Contact(agentID: id(1000 + $0), addedAt: 1, lastSeen: $0)
        }
        let outcome = try self.imported(
            strangers + [Contact(agentID: alice, trustLevel: .blocked, addedAt: 1)],
            into: &journal
        )
        #expect(journal.book.count == ContactLimits.contactCountMax && journal.book.isBlocked(alice))
        #expect(outcome.strangersLeftOut == 6)
        #expect(journal.book[id(1000)] == nil, "the one seen longest ago")
        #expect(journal.book[id(1000 + UInt64(ContactLimits.contactCountMax) + 4)] != nil)
    }

    @Test func aDecisionThatDoesNotFitIsAnErrorAndChangesNothing() throws {
        var journal = JournaledBook()
        let pins = (0...UInt64(ContactLimits.pinnedMachineCountMax)).map { self.record(id(500 + $0), isPinned: true) }
        let contact = Contact(agentID: alice, addedAt: 1, identityType: .pinned, machines: pins)
        #expect(throws: ContactError.pinnedMachineCountOverLimit(ContactLimits.pinnedMachineCountMax)) {
            _ = try self.imported([contact], into: &journal)
        }
        let decided = (0...UInt64(ContactLimits.contactCountMax)).map {
            Contact(agentID: id(1000 + $0), trustLevel: .known, addedAt: 1)
        }
        #expect(throws: ContactError.contactCountOverLimit(ContactLimits.contactCountMax)) {
            var book = ContactBook()
            var changes: [ContactChange] = []
            _ = try book.importFile(decided, revocations: [], localAgent: self.own, now: 1, into: &changes)
        }
    }

    @Test func longTextsAndSurplusMachinesAreCutAndCounted() throws {
        var journal = JournaledBook()
        let machines = (0..<UInt64(ContactLimits.unpinnedMachineCountMax + 3)).map {
            self.record(id(500 + $0), lastSeen: $0)
        }
        let contact = Contact(
            agentID: alice,
            trustLevel: .known,
            label: String(repeating: "ü", count: 200),
            addedAt: 1,
            machines: machines
        )
        let revocation = Revocation(agentID: bob, reason: String(repeating: "r", count: 2_000), timestamp: 1)
        let outcome = try self.imported([contact], [revocation], into: &journal)
        #expect(outcome.textsCut == 2 && outcome.machinesLeftOut == 3)
        #expect(journal.book[alice]?.label == String(repeating: "ü", count: 128))
        #expect(journal.book[alice]?.machines.count == ContactLimits.unpinnedMachineCountMax)
        #expect(journal.book[alice]?.machine(id(500)) == nil, "the one seen longest ago")
        #expect(journal.book.revocation(of: bob)?.reason.utf8.count == ContactLimits.reasonByteCountMax)
    }
}
