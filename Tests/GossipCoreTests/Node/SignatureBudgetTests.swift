// SPDX-License-Identifier: MIT OR Apache-2.0

import GossipCore
import Primitives
import Testing

/// How many signatures a node checks: the envelope once, a header never twice (spec 04 §17, §20 F-3).
@Suite struct SignatureBudgetTests {
    /// A node that counts what it really checks.
    private struct CountingBed {
        var bed: TestBed
        let peers: [PeerID]
        /// Signatures checked, by what was signed.
        var checked: [[UInt8]: Int] = [:]

        init(peerCount: UInt64 = 6, configuration: GossipConfiguration = .test) {
            var bed = TestBed(configuration: configuration)
            self.peers = bed.connect(2..<(2 + peerCount))
            bed.run(.subscribed(topic: "chat"))
            bed.holdsCrypto = true
            self.bed = bed
        }

        var total: Int { self.checked.values.reduce(0, +) }

        mutating func receive(_ message: PubSubMessage, from peer: PeerID) -> [GossipAction] {
            var actions = self.bed.run(.messageReceived(message.transportMessage, from: peer))
            var place = 0
            while place < actions.count {
                if case .verify(let request) = actions[place] {
                    let verdict = SignatureVerdict(of: request.checks) { check in
                        self.checked[check.signature, default: 0] += 1
                        return TestSignature.isValid(check)
                    }
                    actions += self.bed.run(.verified(request.id, verdict))
                }
                place += 1
            }
            return actions
        }
    }

    @Test func aNewMessageCostsTwoChecksHoweverOftenItComes() throws {
        var counting = CountingBed()
        var author = TestAuthor(100)
        var deliveredCount = 0
        for number in 0..<20 {
            let message = try author.eager("chat", "\(number)")
            for peer in counting.peers { deliveredCount += counting.receive(message, from: peer).delivered.count }
        }
        #expect(deliveredCount == 20)
        #expect(counting.total == 40, "one envelope and one header a message, from six peers")
        #expect(counting.checked.values.allSatisfy { $0 == 1 })
        #expect(counting.bed.node.statistics.signatureChecks == 40)
    }

    @Test func aWrongEnvelopeIsCheckedOnce() throws {
        var counting = CountingBed()
        var author = TestAuthor(100)
        var envelope = try author.envelope("chat", "forged")
        envelope[envelope.count - 1] ^= 1
        // Under another header each time: ids are free to invent.
        for number in 0..<30 as Range<UInt64> {
            var header = author.header("chat", payload: envelope)
            header.messageID = .test(number)
            let actions = counting.receive(author.message(header, payload: envelope), from: counting.peers[0])
            #expect(actions.dropped == [number == 0 ? .invalidSignature : .rejectedBefore])
        }
        #expect(counting.total == 1)
        #expect(counting.bed.node.statistics.drops[.rejectedBefore] == 29)
        // Ten minutes later it is a stranger again.
        counting.bed.advance(.seconds(600))
        let header = author.header("chat", payload: envelope)
        #expect(
            counting.receive(author.message(header, payload: envelope), from: counting.peers[0]).dropped
                == [.invalidSignature]
        )
    }

    @Test func aWrongHeaderIsCheckedOnceAndItsEnvelopeNeverAgain() throws {
        var counting = CountingBed()
        var author = TestAuthor(100)
        let genuine = try author.eager("chat", "hello")
        var forged = genuine
        forged.signature[39] ^= 1
        for peer in counting.peers { #expect(counting.receive(forged, from: peer).delivered.isEmpty) }
        #expect(counting.total == 2, "envelope and header, once")
        let actions = counting.receive(genuine, from: counting.peers[0])
        #expect(actions.delivered.count == 1, "the real one is not suppressed")
        #expect(counting.total == 3, "its header alone")
        #expect(counting.checked.values.allSatisfy { $0 == 1 })
    }

    @Test func whatCouldNotBeCheckedIsNotRejected() throws {
        var counting = CountingBed()
        var author = TestAuthor(100)
        let message = try author.eager("chat", "hello")
        let request = try #require(
            counting.bed.run(.messageReceived(message.transportMessage, from: counting.peers[0])).verifyRequests.first
        )
        #expect(counting.bed.run(.verified(request.id, .unchecked)).dropped == [.verificationOverload])
        #expect(counting.receive(message, from: counting.peers[1]).delivered.count == 1)
    }

    @Test func theMemoryOfWrongMessagesIsBounded() throws {
        var configuration = GossipConfiguration.test
        configuration.rejectedCountMax = 3
        var counting = CountingBed(configuration: configuration)
        var author = TestAuthor(100)
        var forged: [PubSubMessage] = []
        for number in 0..<4 {
            var envelope = try author.envelope("chat", "forged \(number)")
            envelope[envelope.count - 1] ^= 1
            forged.append(author.message(author.header("chat", payload: envelope), payload: envelope))
        }
        for message in forged.prefix(3) { _ = counting.receive(message, from: counting.peers[0]) }
        #expect(counting.receive(forged[0], from: counting.peers[0]).dropped == [.rejectedBefore])
        _ = counting.receive(forged[3], from: counting.peers[0])
        #expect(
            counting.receive(forged[0], from: counting.peers[0]).dropped == [.invalidSignature],
            "the oldest gave way"
        )
        // Headers around one good payload are bounded as well.
        let genuine = try author.eager("chat", "hello")
        for bit in 0..<9 as Range<UInt8> {
            var message = genuine
            message.signature[Int(bit)] ^= 1
            _ = counting.receive(message, from: counting.peers[0])
        }
        #expect(counting.receive(genuine, from: counting.peers[0]).delivered.count == 1)
    }
}
