// SPDX-License-Identifier: MIT OR Apache-2.0

import Connectivity
import CryptoSuite
import Node
import Primitives
import QUICCore
import QUICTransport
import Testing

@Suite(.timeLimit(.minutes(1))) struct PeerNetworkOverSocketsTests {
    @Test func twoNodesAuthenticateEachOther() async throws {
        try await LoopbackNode.withPair { first, second in
            let peer = try await first.network.dial(second.address, expecting: second.peerID)
            #expect(peer == second.peerID)
            guard case .connected(let connected)? = await second.nextEvent() else {
                Issue.record("the dialled side was not told")
                return
            }
            #expect(connected.id == first.peerID)
            #expect(connected.address == first.address)
            #expect(!connected.isOutbound)
            #expect(await first.network.connectedPeers().map(\.id) == [second.peerID])
        }
    }

    @Test func marksTravelOverSocketsAndAreReported() async throws {
        try await LoopbackNode.withPair { first, second in
            _ = try await first.network.dial(second.address, expecting: second.peerID)
            try await first.network.send([0] + [UInt8](repeating: 1, count: 100_000), to: second.peerID)
            _ = await second.nextMessage()
            let isUsed = try await eventually {
                try await first.transport.inspect {
                    $0.inspectedEndpoint.connections.allSatisfy(\.usesExplicitCongestionNotification)
                }
            }
            #expect(isUsed)
        }
    }

    @Test func anybodyMayAnswerAnUnspecificDial() async throws {
        try await LoopbackNode.withPair { first, second in
            #expect(try await first.network.dial(second.address, expecting: nil) == second.peerID)
            let again = try await first.network.dial(second.address, expecting: second.peerID)
            #expect(again == second.peerID)
            #expect(try await first.transport.inspect { $0.inspectedEndpoint.connectionCount } == 1)
        }
    }

    @Test func spec02_check37_aWrongPeerIsClosedBeforeAnyMessage() async throws {
        try await LoopbackNode.withPair { first, second in
            let stranger = PeerID(publicKeyBytes: [1, 2, 3])
            await #expect(throws: TransportError.wrongPeer(second.peerID)) {
                try await first.network.dial(second.address, expecting: stranger)
            }
            await #expect(throws: TransportError.notConnected) {
                try await first.network.send([0, 1], to: second.peerID)
            }
            #expect(await first.network.connectedPeers().isEmpty)
            #expect(try await first.transport.inspect { $0.inspectedApplication.statistics.wrongPeersClosed } == 1)
            // The other side is told, and has received nothing.
            let isClosed = try await eventually { await second.network.connectedPeers().isEmpty }
            #expect(isClosed)
            #expect(second.messages.statistics.acceptedTotal == 0)
        }
    }

    /// Two different messages of 3 MiB.
    private static func bulkMessages() -> (there: [UInt8], back: [UInt8]) {
        var random = SplitMix64(seed: 3)
        var there: [UInt8] = [0]
        var back: [UInt8] = [1]
        while there.count < 3 << 20 {
            let word = random.next()
            for shift in 0..<8 as Range<UInt64> {
                there.append(UInt8(truncatingIfNeeded: word >> (8 * shift)))
                back.append(UInt8(truncatingIfNeeded: word >> (8 * (7 - shift))))
            }
        }
        return (there, back)
    }

    @Test func threeMebibytesArriveInBothDirections() async throws {
        try await LoopbackNode.withPair { first, second in
            _ = try await first.network.dial(second.address, expecting: second.peerID)
            let (there, back) = Self.bulkMessages()
            async let sentThere: Void = first.network.send(there, to: second.peerID)
            async let sentBack: Void = second.network.send(back, to: first.peerID)
            _ = try await (sentThere, sentBack)
            let received = await (second.nextMessage(), first.nextMessage())
            #expect(received.0?.peer == first.peerID && received.0?.bytes == there)
            #expect(received.1?.peer == second.peerID && received.1?.bytes == back)
        }
    }

    /// Enough packets that keys are updated on the way and acknowledgements wrap every policy.
    @Test func twoThousandMessagesArriveEachOnce() async throws {
        try await LoopbackNode.withPair { first, second in
            _ = try await first.network.dial(second.address, expecting: second.peerID)
            for number in 0..<2_000 {
                let message = [0, UInt8(number >> 8), UInt8(number & 255)] + [UInt8](repeating: 7, count: 900)
                try await first.network.send(message, to: second.peerID)
            }
            var seen: Set<Int> = []
            while seen.count < 2_000, let message = await second.nextMessage() {
                let isNew = seen.insert(Int(message.bytes[1]) << 8 | Int(message.bytes[2])).inserted
                #expect(isNew && message.bytes.count == 903)
            }
            #expect(seen == Set(0..<2_000))
        }
    }

    @Test func aProbeMeasuresTheRoundTrip() async throws {
        try await LoopbackNode.withPair { first, second in
            _ = try await first.network.dial(second.address, expecting: second.peerID)
            let roundTrip = try await first.network.probe(second.peerID, timeout: .seconds(20))
            #expect(roundTrip > .zero)
            await #expect(throws: TransportError.notConnected) {
                try await first.network.probe(first.peerID, timeout: .seconds(1))
            }
        }
    }

    @Test func simultaneousDialsLeaveOneConnection() async throws {
        try await LoopbackNode.withPair { first, second in
            async let one = first.network.dial(second.address, expecting: second.peerID)
            async let two = second.network.dial(first.address, expecting: first.peerID)
            _ = try await (one, two)
            let isSettled = try await eventually {
                let counts = try await (
                    first.transport.inspect { $0.inspectedEndpoint.connectionCount },
                    second.transport.inspect { $0.inspectedEndpoint.connectionCount }
                )
                return counts == (1, 1)
            }
            #expect(isSettled)
            try await first.network.send([0, 42], to: second.peerID)
            #expect(await second.nextMessage()?.bytes == [0, 42])
        }
    }

    @Test func shutdownTellsThePeerAndEndsEverything() async throws {
        let first = try await LoopbackNode.open()
        let second = try await LoopbackNode.open()
        _ = try await first.network.dial(second.address, expecting: second.peerID)
        _ = await second.nextEvent()
        try await first.close()
        guard case .disconnected(let peer, _, let reason)? = await second.nextEvent() else {
            Issue.record("the end was not announced")
            return
        }
        #expect(peer == first.peerID && reason == .applicationClosed)
        await #expect(throws: TransportError.notConnected) { try await second.network.send([0], to: first.peerID) }
        try await second.close()
    }

    @Test func aClosedTransportStillAnswers() async throws {
        try await LoopbackNode.withPair { first, second in
            await first.network.shutDown()
            await first.transport.close()
            await first.transport.close()
            await #expect(throws: TransportError.shutDown) {
                try await first.network.dial(second.address, expecting: second.peerID)
            }
            await #expect(throws: (any Error).self) { try await first.network.send([0], to: second.peerID) }
        }
    }

    /// The bounded version of the endurance run in x0x-bench.
    @Test func handshakesLeaveNothingBehind() async throws {
        try await LoopbackNode.withPair { first, second in
            func connectAndPart() async throws {
                _ = try await first.network.dial(second.address, expecting: second.peerID)
                guard case .connected? = await second.nextEvent() else { throw TransportError.notConnected }
                await first.network.disconnect(second.peerID)
                guard case .disconnected? = await second.nextEvent() else { throw TransportError.notConnected }
                let isGone = try await eventually { await second.network.connectedPeers().isEmpty }
                #expect(isGone)
            }
            for _ in 0..<20 { try await connectAndPart() }
            let before = try residentByteCount()
            for _ in 0..<60 { try await connectAndPart() }
            let isDrained = try await eventually {
                let counts = try await (
                    first.transport.inspect { $0.inspectedEndpoint.connectionCount },
                    second.transport.inspect { $0.inspectedEndpoint.connectionCount }
                )
                return counts == (0, 0)
            }
            #expect(isDrained)
            #expect(try await second.transport.inspect { $0.statistics.handshakesCompleted } == 80)
            // Other tests of this process come and go; 60 kept connections would hold tens of megabytes.
            #expect(try residentByteCount() - before < 32 << 20)
        }
    }
}
