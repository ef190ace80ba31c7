// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing
import Trust

@testable import X0X

/// The gate as the paths meet it that have no traffic of their own yet: each asks this one call, once per message.
@Suite struct GateSeamTests {
    private let alice = AgentID(words: Words32(1, 2, 3, 4))
    private let laptop = MachineID(words: Words32(5, 6, 7, 8))
    private let elsewhere = MachineID(words: Words32(9, 9, 9, 9))

    private enum Refusal: CaseIterable {
        case blocked
        case revoked
        case revokedAndRemoved
        case pinnedElsewhere
    }

    private func gate(_ refusal: Refusal) throws -> ContactGate {
        var book = ContactBook()
        var changes: [ContactChange] = []
        try book.setTrust(.trusted, of: self.alice, now: 1, into: &changes)
        switch refusal {
        case .blocked: try book.setTrust(.blocked, of: self.alice, now: 2, into: &changes)
        case .revoked: try book.revoke(self.alice, reason: "lost", by: nil, now: 2, into: &changes)
        case .revokedAndRemoved:
            try book.revoke(self.alice, reason: "lost", by: nil, now: 2, into: &changes)
            _ = book.remove(self.alice, into: &changes)
        case .pinnedElsewhere:
            try book.addMachine(self.elsewhere, of: self.alice, label: nil, pin: true, now: 2, into: &changes)
        }
        return ContactGate(ContactSnapshot(book))
    }

    @Test(arguments: TrustPath.allCases)
    func spec01_check37_aRefusedSenderIsStoppedAndCountedAtEveryGate(_ path: TrustPath) throws {
        for refusal in Refusal.allCases {
            let gate = try self.gate(refusal)
            let reason: TrustRefusal = refusal == .pinnedElsewhere ? .machineMismatch : .blocked
            for isVerified in [true, false] {
                let verdict = gate.verdict(on: path, agent: self.alice, machine: self.laptop, isVerified: isVerified)
                #expect(verdict == .refuse(reason), "\(refusal)")
            }
            #expect(gate.tally[path].refused == [reason: 2] && gate.tally[path].admitted == 0)
            for other in TrustPath.allCases where other != path { #expect(gate.tally[other] == TrustTally.Line()) }
        }
    }

    @Test(arguments: TrustPath.allCases)
    func aTrustedAgentOnItsMachineComesIn(_ path: TrustPath) throws {
        let gate = try self.gate(.pinnedElsewhere)
        #expect(gate.verdict(on: path, agent: self.alice, machine: self.elsewhere, isVerified: true) == .admit(.accept))
        #expect(gate.tally[path].admitted == 1 && gate.tally[path].refused.isEmpty)
    }

    /// A file, a referral and a command are refused when their sender is only claimed; the rest is marked as a stranger's.
    @Test func aClaimedSenderIsNobody() throws {
        let gate = ContactGate(ContactSnapshot(ContactBook()))
        let refused = TrustPath.allCases.filter {
            !gate.verdict(on: $0, agent: self.alice, machine: self.laptop, isVerified: false).isAdmitted
        }
        #expect(refused == [.file, .presenceReferral, .remoteExecution])
        #expect(gate.tally[.file].refused == [.unverified: 1])
    }
}
