// SPDX-License-Identifier: MIT OR Apache-2.0

import DirectMessages
import Testing
import Trust

@Suite struct InboundDirectRuleTests {
    private func verdict(_ isVerified: Bool, _ decision: TrustDecision) -> InboundDirectRule.Verdict {
        InboundDirectRule.verdict(.init(isBindingVerified: isVerified, decision: decision))
    }

    @Test func blockedSendersAreDroppedVerifiedOrNot() {
        #expect(self.verdict(true, .rejectBlocked) == .drop)
        #expect(self.verdict(false, .rejectBlocked) == .drop)
    }

    @Test(arguments: [TrustDecision.accept, .acceptWithFlag])
    func spec08_check17_unverifiedIsNeverAccepted(_ decision: TrustDecision) {
        #expect(self.verdict(false, decision) == .deliver(isVerified: false, decision: .unknown))
        #expect(self.verdict(true, decision) == .deliver(isVerified: true, decision: decision))
    }

    @Test(arguments: [true, false])
    func pinMismatchIsDeliveredWithItsAnnotation(_ isVerified: Bool) {
        #expect(
            self.verdict(isVerified, .rejectMachineMismatch)
                == .deliver(isVerified: isVerified, decision: .rejectMachineMismatch)
        )
    }

    @Test(arguments: TrustDecision.allCases, [true, false])
    func theVerdictNeverRaisesTrust(_ decision: TrustDecision, _ isVerified: Bool) {
        guard case .deliver(let marked, let reported) = self.verdict(isVerified, decision) else { return }
        #expect(marked == isVerified)
        #expect(reported == decision || reported == .unknown)
    }
}
