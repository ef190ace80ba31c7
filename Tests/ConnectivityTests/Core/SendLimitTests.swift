// SPDX-License-Identifier: MIT OR Apache-2.0

import Connectivity
import Node
import Primitives
import QUICCore
import Testing

/// A send's time limit measures the peer and nothing else, and a message outlives the lesser of two connections
/// (spec 04 §7.6, §20 F-7; spec 02 §4.8).
@Suite(.timeLimit(.minutes(1)))
struct SendLimitTests {
    /// Three of them are more than a connection keeps for sending: 10 MB.
    private static let large = [UInt8](repeating: 1, count: 4_000_000)

    /// Sends three large messages; the third waits for the peer.
    private static func sendThree(_ harness: inout ExchangeHarness, within limit: Nanoseconds?) {
        for number in 1...3 as ClosedRange<UInt64> {
            harness.command(.send(RequestID(number), Self.large, to: harness.rawPeer, within: limit))
        }
    }

    private static func isTimeout(_ result: Result<Void, TransportError>?) -> Bool {
        if case .failure(.timedOut)? = result { true } else { false }
    }

    private static func isSuccess(_ result: Result<Void, TransportError>?) -> Bool {
        if case .success? = result { true } else { false }
    }

    @Test
    func aPeerThatGrantsNothingTimesOut() throws {
        var (harness, _) = try ExchangeHarness.connected()
        harness.isCut = true
        Self.sendThree(&harness, within: .milliseconds(750))
        #expect(Self.isSuccess(harness.sent(1)) && Self.isSuccess(harness.sent(2)))
        harness.run(.milliseconds(749))
        #expect(harness.sent(3) == nil)
        harness.run(.milliseconds(1))
        #expect(Self.isTimeout(harness.sent(3)))
        #expect(harness.statistics.sendTimeouts == 1)
        // Without a limit a message waits as long as the connection lives.
        harness.command(.send(RequestID(4), Self.large, to: harness.rawPeer))
        harness.run(.seconds(5))
        #expect(harness.sent(4) == nil)
        harness.run(.seconds(60))
        guard case .failure(.closed(.timedOut))? = harness.sent(4) else {
            Issue.record("expected the end of the connection, not \(String(describing: harness.sent(4)))")
            return
        }
    }

    @Test
    func aBusyProcessDoesNotBlameThePeer() throws {
        var (harness, handle) = try ExchangeHarness.connected()
        Self.sendThree(&harness, within: .milliseconds(750))
        #expect(harness.sent(3) == nil)
        // The answers of the peer lie in the socket for two seconds; the timer fires before they are read.
        harness.stall(.seconds(2))
        for _ in 0..<24 {
            harness.run(.milliseconds(50))
            _ = harness.readAll(handle)
        }
        #expect(Self.isSuccess(harness.sent(3)), "\(String(describing: harness.sent(3)))")
        #expect(harness.statistics.sendTimeouts == 0)
    }

    @Test
    func aBusyProcessWaitsOnceAndNotForEver() throws {
        var (harness, _) = try ExchangeHarness.connected()
        harness.isCut = true
        Self.sendThree(&harness, within: .milliseconds(750))
        harness.stall(.seconds(2))
        harness.run(.milliseconds(1249))
        #expect(harness.sent(3) == nil, "1,250 ms late, so as long again")
        harness.stall(.seconds(2))
        harness.run(.milliseconds(1))
        #expect(Self.isTimeout(harness.sent(3)))
    }

    @Test
    func whatTheLesserConnectionHasNotTakenGoesOverTheBetterOne() throws {
        var (harness, first) = try ExchangeHarness.connected()
        // Nobody reads, so the first connection's credit ends in the middle of the third message.
        harness.run(.seconds(1))
        Self.sendThree(&harness, within: nil)
        harness.command(.send(RequestID(4), Self.large, to: harness.rawPeer))
        harness.run(.milliseconds(100))
        #expect(harness.sent(4) == nil)
        let second = try harness.raw.connect(to: harness.exchangeAddress, serverName: "peer", now: harness.now)
        harness.run(.seconds(5))
        #expect(harness.end(of: first) != nil)
        #expect(harness.end(of: second) == nil)
        #expect(harness.statistics.supersededConnections == 1)
        #expect(harness.statistics.resentMessages >= 1)
        #expect(Self.isSuccess(harness.sent(4)), "\(String(describing: harness.sent(4)))")
    }
}
