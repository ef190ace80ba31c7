// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import GossipCore
import Primitives
import TestVectors
import Testing

/// Random sequences of everything a peer, the shell and the users can do: the node's own invariants are asserted after each
/// step, and its tables stay within small caps.
@Suite struct NodeFuzzTests {
    private static let topics = ["a", "b", "c", "d"]

    private var configuration: GossipConfiguration {
        var configuration = GossipConfiguration.test
        configuration.topicCountMax = 3
        configuration.peerCountMax = 5
        configuration.seenCountMax = 40
        configuration.cacheCountPerTopicMax = 6
        configuration.cacheByteCountMax = 4000
        configuration.missingCountMax = 20
        configuration.missingCountPerPeerMax = 8
        configuration.verificationCountMax = 6
        configuration.verificationCountPerPeerMax = 3
        configuration.pendingByteCountMax = 3000
        configuration.signingCountMax = 8
        configuration.sendQueueCountMax = 4
        configuration.sendQueueByteCountMax = 3000
        configuration.sendCountInFlightMax = 2
        configuration.serveBurstByteCount = 2000
        return configuration
    }

    @Test(arguments: 0..<4)
    func randomEventsKeepEveryBound(_ round: Int) throws {
        var random = TestRandom("gossip node fuzz")
        for _ in 0..<round { _ = random.next() }
        var node = GossipNode(identity: .test(1), configuration: self.configuration, seed: random.next(), now: .epoch)
        var author = TestAuthor(50)
        var now = Instant.epoch + .seconds(1)
        var open: [GossipAction] = []
        var known: [PubSubMessage] = [try author.eager("a", "seed")]
        for step in 0..<3000 {
            now = now + .milliseconds(Int64.random(in: 0...200, using: &random))
            var actions: [GossipAction] = []
            let event = try self.event(step, known: &known, open: &open, author: &author, random: &random)
            if let event {
                node.handle(event, now: now, into: &actions)
            } else {
                node.handleTimeout(now: now, into: &actions)
            }
            open += actions.filter(\.wantsAnswer)
            // A shell that loses answers is a broken shell, but must not break the node.
            if open.count > 200 { open.removeFirst(open.count - 200) }
            self.checkBounds(node)
        }
    }

    private func checkBounds(_ node: GossipNode) {
        let occupancy = node.occupancy
        #expect(occupancy.topicCount <= 3, "\(TestSeed.note)")
        #expect(occupancy.peerCount <= 5, "\(TestSeed.note)")
        #expect(occupancy.seenCount <= 40, "\(TestSeed.note)")
        #expect(occupancy.cachedByteCount <= 4000, "\(TestSeed.note)")
        #expect(occupancy.missingCount <= 20, "\(TestSeed.note)")
        #expect(occupancy.verificationCount <= 6, "\(TestSeed.note)")
        #expect(occupancy.signingCount <= 8, "\(TestSeed.note)")
        #expect(occupancy.queuedCount <= 5 * (2 + 3 * 4), "\(TestSeed.note)")
    }

    /// `nil` stands for the timer.
    private func event(
        _ step: Int,
        known: inout [PubSubMessage],
        open: inout [GossipAction],
        author: inout TestAuthor,
        random: inout TestRandom
    ) throws -> GossipEvent? {
        let peer = GossipIdentity.test(UInt64.random(in: 2...8, using: &random)).peerID
        let topic = Self.topics[Int.random(in: 0..<4, using: &random)]
        switch Int.random(in: 0..<14, using: &random) {
        case 0: return .peerConnected(peer)
        case 1 where step.isMultiple(of: 3): return .peerDisconnected(peer)
        case 2: return .subscribed(topic: topic)
        case 3: return .unsubscribed(topic: topic)
        case 4:
            let request = PublishRequest(
                id: RequestID(UInt64(step)),
                topic: topic,
                payload: random.bytes(upTo: 300),
                publishedAt: UnixMillis(seconds: random.integer())
            )
            return .publish(request)
        case 5, 6:
            known.append(try author.eager(topic, "message \(step)"))
            if known.count > 30 { known.removeFirst() }
            return .messageReceived(known[known.count - 1].transportMessage, from: peer)
        case 7:
            let message = known[Int.random(in: 0..<known.count, using: &random)]
            return .messageReceived(message.transportMessage, from: peer)
        case 8:
            var bytes = known[Int.random(in: 0..<known.count, using: &random)].transportMessage
            bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            return .messageReceived(bytes, from: peer)
        case 9:
            let kinds = [MessageKind.iHave, .iWant, .antiEntropy]
            let count = Int.random(in: 0...12, using: &random)
            let ids = (0..<count).map { index in
                index.isMultiple(of: 2)
                    ? MessageID.test(UInt64.random(in: 0...60, using: &random))
                    : known[Int.random(in: 0..<known.count, using: &random)].header.messageID
            }
            let hop = UInt8.random(in: 0...1, using: &random)
            let kind = kinds[Int.random(in: 0..<3, using: &random)]
            return .messageReceived(author.control(kind, topic, ids, hop: hop).transportMessage, from: peer)
        case 10: return .messageReceived(random.bytes(upTo: 200), from: peer)
        case 11, 12:
            guard !open.isEmpty else { return nil }
            let action = open.remove(at: Int.random(in: 0..<open.count, using: &random))
            return self.answer(to: action, random: &random)
        default: return nil
        }
    }

    private func answer(to action: GossipAction, random: inout TestRandom) -> GossipEvent? {
        switch action {
        case .send(let request):
            let outcomes = [SendOutcome.sent, .sent, .timedOut, .failed]
            return .sendFinished(request.id, outcomes[Int.random(in: 0..<4, using: &random)])
        case .sign(let request):
            let key = [UInt8](repeating: 3, count: 32)
            let signature = TestSignature.sign(request.message, publicKey: key, nonce: random.next())
            return .signed(request.id, signature: random.next().isMultiple(of: 5) ? nil : signature)
        case .verify(let request):
            return .verified(request.id, SignatureVerdict(of: request.checks, isValid: TestSignature.isValid))
        case .connect(let peer): return .connectFailed(peer)
        case .deliver, .published, .publishFailed, .drop, .release:
            return nil
        }
    }
}

extension GossipAction {
    fileprivate var wantsAnswer: Bool {
        switch self {
        case .send, .sign, .verify, .connect: true
        case .deliver, .published, .publishFailed, .drop, .release: false
        }
    }
}
