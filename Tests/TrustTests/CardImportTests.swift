// SPDX-License-Identifier: MIT OR Apache-2.0

import Identity
import Primitives
import Testing
import Trust

@Suite struct CardImportTests {
    private var journal = JournaledBook()
    private let me: AgentID = id(77)

    private func card(_ agent: AgentID = alice, name: String = "Ann") -> AgentCard {
        AgentCard(displayName: name, agentID: agent, machineID: laptop, createdAt: 1)
    }

    private mutating func importCard(_ card: AgentCard, _ level: TrustLevel) throws -> CardImportOutcome {
        let me = self.me
        return try self.journal.apply {
            try $0.importCard(card, requesting: level, localAgent: me, now: 50, into: &$1)
        }
    }

    @Test mutating func aStrangerBecomesAContact() throws {
        let outcome = try self.importCard(self.card(), .known)
        #expect(outcome.trustLevel == .known && !outcome.isTrustDowngradeIgnored)
        let contact = try #require(self.journal.book[alice])
        #expect(contact.label == "Ann" && contact.addedAt == 50 && contact.identityType == .known)
        #expect(contact.machines.isEmpty, "a card is only a claim about a machine")
    }

    /// Every pair of levels: blocked is sticky, nothing falls, and the answer says when a request was ignored.
    @Test(arguments: TrustLevel.allCases, TrustLevel.allCases)
    mutating func spec01_check40_levelsNeverFall(existing: TrustLevel, requested: TrustLevel) throws {
        try self.journal.apply {
            try $0.add(alice, trust: existing, label: "mine", now: 1, into: &$1)
            try $0.addMachine(phone, of: alice, label: nil, pin: true, now: 2, into: &$1)
            $0.touch(alice, now: 3, into: &$1)
        }
        let before = try #require(self.journal.book[alice])
        let outcome = try self.importCard(self.card(), requested)
        let expected = existing == .blocked ? .blocked : max(existing, requested)
        #expect(outcome.trustLevel == expected)
        #expect(outcome.isTrustDowngradeIgnored == (expected != requested))
        var after = before
        after.trustLevel = expected
        #expect(self.journal.book[alice] == after)
    }

    @Test mutating func spec01_check32_aRevokedAgentStaysBlockedThroughAnImport() throws {
        try self.journal.apply {
            try $0.revoke(alice, reason: "", by: nil, now: 1, into: &$1)
            _ = $0.remove(alice, into: &$1)
        }
        let outcome = try self.importCard(self.card(), .trusted)
        #expect(outcome.trustLevel == .blocked && outcome.isTrustDowngradeIgnored)
        #expect(self.journal.book[alice]?.trustLevel == .blocked)
    }

    @Test mutating func spec01_check27_theOwnCardMakesNoContact() throws {
        _ = try self.importCard(self.card(self.me), .trusted)
        #expect(self.journal.changes.isEmpty && self.journal.book.count == 0)
    }

    @Test mutating func aCardDoesNotRenameAContact() throws {
        try self.journal.apply { try $0.add(alice, trust: .known, label: "my bank", now: 1, into: &$1) }
        _ = try self.importCard(self.card(name: "other"), .known)
        #expect(self.journal.book[alice]?.label == "my bank")
        _ = try self.importCard(self.card(bob, name: ""), .known)
        #expect(self.journal.book[bob]?.label == nil)
    }

    @Test mutating func countsAreReported() throws {
        var card = self.card()
        card.groups = [AgentCard.Group(name: "g", inviteLink: "i")]
        card.stores = [AgentCard.Store(name: "s", topic: "t"), AgentCard.Store(name: "s", topic: "u")]
        let outcome = try self.importCard(card, .unknown)
        #expect(outcome.groupCount == 1 && outcome.storeCount == 2 && outcome.displayName == "Ann")
        #expect(self.journal.book[alice]?.identityType == .anonymous)
    }
}
