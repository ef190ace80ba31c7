// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing
import Trust

@Suite struct TrustEvaluatorTests {
    private func book(
        _ level: TrustLevel,
        _ type: IdentityType = .known,
        machines: [MachineRecord] = []
    ) -> ContactBook {
        let contact = Contact(agentID: alice, trustLevel: level, addedAt: 1, identityType: type, machines: machines)
        return ContactBook(contacts: [contact], revocations: [])
    }

    private func record(_ machine: MachineID, isPinned: Bool) -> MachineRecord {
        MachineRecord(machineID: machine, firstSeen: 1, lastSeen: 1, isPinned: isPinned)
    }

    @Test func spec01_check29_everyRowOfTheTable() {
        let pinned = [self.record(laptop, isPinned: true), self.record(phone, isPinned: false)]
        // Row 0: revoked, whatever the contact says.
        let revoked = ContactBook(
            contacts: [Contact(agentID: alice, trustLevel: .trusted, addedAt: 1)],
            revocations: [Revocation(agentID: alice, reason: "", timestamp: 1)]
        )
        #expect(revoked.decision(for: alice, on: laptop) == .rejectBlocked)
        let revokedStranger = ContactBook(
            contacts: [],
            revocations: [Revocation(agentID: alice, reason: "", timestamp: 1)]
        )
        #expect(revokedStranger.decision(for: alice, on: laptop) == .rejectBlocked)
        // Row 1.
        #expect(ContactBook().decision(for: alice, on: laptop) == .unknown)
        // Row 2: blocked beats pinning, on the right and on the wrong machine.
        #expect(self.book(.blocked).decision(for: alice, on: laptop) == .rejectBlocked)
        #expect(self.book(.blocked, .pinned, machines: pinned).decision(for: alice, on: laptop) == .rejectBlocked)
        #expect(self.book(.blocked, .pinned, machines: pinned).decision(for: alice, on: phone) == .rejectBlocked)
        // Rows 3 and 4, for every level: recorded but not pinned is a mismatch.
        for level in [TrustLevel.unknown, .known, .trusted] {
            let book = self.book(level, .pinned, machines: pinned)
            #expect(book.decision(for: alice, on: laptop) == .accept)
            #expect(book.decision(for: alice, on: phone) == .rejectMachineMismatch)
            #expect(book.decision(for: alice, on: id(99)) == .rejectMachineMismatch)
            #expect(self.book(level, .pinned).decision(for: alice, on: laptop) == .rejectMachineMismatch)
        }
        // Rows 5 to 7; a pin without the pinned type has no effect, nor have the other types.
        for type in [IdentityType.anonymous, .known, .trusted] {
            #expect(self.book(.trusted, type, machines: pinned).decision(for: alice, on: phone) == .accept)
            #expect(self.book(.known, type, machines: pinned).decision(for: alice, on: phone) == .acceptWithFlag)
            #expect(self.book(.unknown, type, machines: pinned).decision(for: alice, on: phone) == .unknown)
        }
    }

    @Test func spec01_check36_namesAreThoseOfTheAPI() {
        let names = TrustDecision.allCases.map(\.capitalizedName)
        #expect(names == ["Accept", "AcceptWithFlag", "RejectMachineMismatch", "RejectBlocked", "Unknown"])
        let texts = TrustDecision.allCases.map(\.description)
        #expect(texts == ["accept", "accept_with_flag", "reject_machine_mismatch", "reject_blocked", "unknown"])
        #expect(TrustDecision.allCases.filter(\.isReject) == [.rejectMachineMismatch, .rejectBlocked])
    }

    @Test func spec01_check34_levelsParseInAnyCase() throws {
        #expect(try TrustLevel(parsing: "Trusted") == .trusted)
        #expect(try TrustLevel(parsing: "BLOCKED") == .blocked)
        #expect(try IdentityType(parsing: "Pinned") == .pinned)
        #expect(throws: TrustParseError.invalidTrustLevel("bogus")) { try TrustLevel(parsing: "bogus") }
        #expect(
            TrustParseError.invalidTrustLevel("bogus").description
                == "invalid trust level: bogus (valid values: blocked, unknown, known, trusted)"
        )
        #expect(throws: TrustParseError.invalidIdentityType("")) { try IdentityType(parsing: "") }
        #expect(TrustParseError.invalidIdentityType("x").description == "invalid identity type: x")
        #expect(TrustLevel.allCases.sorted().map(\.rank) == [0, 1, 2, 3])
        #expect(TrustLevel.allCases.map(\.capitalizedName) == ["Blocked", "Unknown", "Known", "Trusted"])
    }
}
