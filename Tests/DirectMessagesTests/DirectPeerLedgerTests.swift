// SPDX-License-Identifier: MIT OR Apache-2.0

import DirectMessages
import Primitives
import Testing

@Suite struct DirectPeerLedgerTests {
    private func agent(_ number: UInt64) -> AgentID { AgentID(words: Words32(0, 0, 0, number)) }

    @Test func sendsAndReceiptsAreCountedPerAgent() {
        var ledger = DirectPeerLedger()
        ledger.sent(to: self.agent(1), over: .rawQUIC, at: UnixMillis(milliseconds: 10))
        ledger.sent(to: self.agent(1), over: nil, at: UnixMillis(milliseconds: 20))
        ledger.received(from: self.agent(1), at: UnixMillis(milliseconds: 30))
        ledger.received(from: self.agent(2), at: UnixMillis(milliseconds: 40))
        let first = ledger.peers[self.agent(1)]
        #expect(first?.sendSucceeded == 1)
        #expect(first?.sendFailed == 1)
        #expect(first?.receiveCount == 1)
        #expect(first?.lastPath == .rawQUIC)
        #expect(first?.lastSend == UnixMillis(milliseconds: 20))
        #expect(ledger.peers[self.agent(2)]?.lastReceive == UnixMillis(milliseconds: 40))
    }

    @Test func theLongestIdleAgentMakesRoom() {
        var ledger = DirectPeerLedger()
        for number in 1...UInt64(DirectPeerLedger.countMax) {
            ledger.received(from: self.agent(number), at: UnixMillis(milliseconds: number))
        }
        #expect(ledger.peers.count == DirectPeerLedger.countMax)
        ledger.received(from: self.agent(1), at: UnixMillis(milliseconds: 5000))
        ledger.received(from: self.agent(9999), at: UnixMillis(milliseconds: 5001))
        #expect(ledger.peers.count == DirectPeerLedger.countMax)
        #expect(ledger.peers[self.agent(1)] != nil)
        #expect(ledger.peers[self.agent(2)] == nil)
    }
}
