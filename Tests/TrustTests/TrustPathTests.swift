// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing
import Trust

@Suite struct TrustPathTests {
    /// Every cell of path × decision × verified, written out by hand beside spec 01 §12.
    @Test(arguments: TrustPath.allCases, [true, false])
    func spec01_check37_everyCellOfTheTable(_ path: TrustPath, _ isVerified: Bool) {
        for level in TrustLevel.allCases {
            #expect(path.verdict(.rejectBlocked, level: level, isVerified: isVerified) == .refuse(.blocked))
            #expect(
                path.verdict(.rejectMachineMismatch, level: level, isVerified: isVerified) == .refuse(.machineMismatch)
            )
            for decision in [TrustDecision.accept, .acceptWithFlag, .unknown] {
                #expect(
                    path.verdict(decision, level: level, isVerified: isVerified)
                        == self.expected(path, decision, level, isVerified),
                    "\(path) \(decision) \(level)"
                )
            }
        }
    }

    private func expected(
        _ path: TrustPath,
        _ decision: TrustDecision,
        _ level: TrustLevel,
        _ isVerified: Bool
    ) -> TrustVerdict {
        switch (path, isVerified) {
        case (.file, true): .admit(decision)
        case (.file, false), (.remoteExecution, false): .refuse(.unverified)
        case (.presenceReferral, true): decision == .unknown ? .refuse(.notTrusted) : .admit(decision)
        case (.presenceReferral, false): .refuse(.notTrusted)
        case (.remoteExecution, true):
            decision == .accept && level == .trusted ? .admit(.accept) : .refuse(.notTrusted)
        case (.announcement, true), (.pubSub, true), (.rawDirect, true), (.gossipDirect, true), (.presence, true),
            (.group, true):
            .admit(decision)
        case (.announcement, false), (.pubSub, false), (.rawDirect, false), (.gossipDirect, false),
            (.presence, false), (.group, false):
            .admit(.unknown)
        }
    }

    @Test(arguments: TrustDecision.allCases, [true, false])
    func spec08_check17_aClaimedSenderIsNeverAccepted(_ decision: TrustDecision, _ isVerified: Bool) {
        for path in TrustPath.allCases {
            guard case .admit(let reported) = path.verdict(decision, level: .trusted, isVerified: isVerified) else {
                continue
            }
            #expect(!decision.isReject)
            #expect(isVerified ? reported == decision : reported == .unknown)
        }
    }

    @Test func aPinnedStrangerMayTalkButNotRunCommands() throws {
        var book = ContactBook()
        var changes: [ContactChange] = []
        try book.addMachine(laptop, of: alice, label: nil, pin: true, now: 1, into: &changes)
        #expect(book.decision(for: alice, on: laptop) == .accept)
        let direct = book.verdict(on: .gossipDirect, agent: alice, machine: laptop, isVerified: true)
        #expect(direct == .admit(.accept))
        let command = book.verdict(on: .remoteExecution, agent: alice, machine: laptop, isVerified: true)
        #expect(command == .refuse(.notTrusted))
        try book.setTrust(.trusted, of: alice, now: 2, into: &changes)
        #expect(
            book.verdict(on: .remoteExecution, agent: alice, machine: laptop, isVerified: true) == .admit(.accept)
        )
    }

    /// Where the machine is not known, the level decides; what is blocked or revoked stops all the same.
    @Test func withoutAMachineThePinIsNotChecked() throws {
        var book = ContactBook()
        var changes: [ContactChange] = []
        try book.addMachine(laptop, of: alice, label: nil, pin: true, now: 1, into: &changes)
        #expect(book.verdict(on: .pubSub, agent: alice, machine: nil, isVerified: true) == .admit(.unknown))
        try book.setTrust(.known, of: alice, now: 1, into: &changes)
        #expect(book.verdict(on: .pubSub, agent: alice, machine: nil, isVerified: true) == .admit(.acceptWithFlag))
        try book.setTrust(.trusted, of: alice, now: 1, into: &changes)
        #expect(book.verdict(on: .pubSub, agent: alice, machine: nil, isVerified: true) == .admit(.accept))
        try book.setTrust(.blocked, of: alice, now: 1, into: &changes)
        #expect(book.verdict(on: .pubSub, agent: alice, machine: nil, isVerified: true) == .refuse(.blocked))
        try book.revoke(bob, reason: "", by: nil, now: 1, into: &changes)
        #expect(book.remove(bob, into: &changes) != nil)
        #expect(book.verdict(on: .pubSub, agent: bob, machine: nil, isVerified: true) == .refuse(.blocked))
    }

    @Test func theTallyCountsEachAnswerOnItsPath() {
        var tally = TrustTally()
        for verdict in [TrustVerdict.admit(.accept), .refuse(.blocked), .refuse(.blocked), .refuse(.unverified)] {
            tally.count(verdict, on: .file)
        }
        tally.count(.refuse(.machineMismatch), on: .rawDirect)
        #expect(tally[.file].admitted == 1)
        #expect(tally[.file].refused == [.blocked: 2, .unverified: 1])
        #expect(tally[.rawDirect].refused == [.machineMismatch: 1])
        #expect(tally[.group] == TrustTally.Line())
    }

    @Test func verdictsSpeakTheWordsOfTheEvaluator() {
        #expect(TrustVerdict.refuse(.blocked).decision == .rejectBlocked)
        #expect(TrustVerdict.refuse(.machineMismatch).decision == .rejectMachineMismatch)
        #expect(TrustVerdict.refuse(.unverified).decision == .unknown)
        #expect(TrustVerdict.refuse(.notTrusted).decision == .unknown)
        #expect(TrustVerdict.admit(.acceptWithFlag).decision == .acceptWithFlag)
        #expect(TrustVerdict.admit(.unknown).isAdmitted && !TrustVerdict.refuse(.blocked).isAdmitted)
    }
}
