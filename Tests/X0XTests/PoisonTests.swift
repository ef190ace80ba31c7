// SPDX-License-Identifier: MIT OR Apache-2.0

import GossipCore
import Identity
import Node
import Presence
import Primitives
import Testing

@testable import X0X

/// No message ends or stalls the handling of those behind it.
///
/// The original watches over 32 workers, cancels handlers that hang and starts more when queues grow (spec 04 §9). Here one
/// value handles every message of a class without waiting, so the property behind the supervisor is what is tested: each
/// message costs its own time and nothing else.
@Suite(.serialized, .timeLimit(.minutes(1))) struct PoisonTests {
    private let folder: TemporaryFolder

    init() throws { self.folder = try TemporaryFolder() }

    /// Everything a peer can do wrong in one message, for the consumer selected by `first`.
    private static func poison(first: UInt8, number: UInt64) -> [UInt8] {
        var random = SplitMix64(seed: number << 8 | UInt64(first))
        switch number % 5 {
        case 0: return [first]
        case 1: return [first] + [UInt8](repeating: 0xFF, count: Int(random.next() % 2000))
        case 2: return [first] + (0..<Int(random.next() % 8000)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        default:
            // A well-formed message of random kind, topic and payload, with signatures of the right size.
            let header = MessageHeader(
                topic: TopicID(name: "news"),
                messageID: MessageID(words: Words32(random.next(), 1, 2, 3)),
                kind: MessageKind.allCases[Int(random.next() % UInt64(MessageKind.allCases.count))]
            )
            let message = PubSubMessage(
                header: header,
                payload: (0..<Int(random.next() % 4000)).map { _ in UInt8(truncatingIfNeeded: random.next()) },
                signature: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 3309),
                publicKey: [UInt8](repeating: 7, count: 1952)
            )
            return [first] + message.transportMessage.dropFirst()
        }
    }

    @Test func spec04_check24_onePoisonousMessageNeitherEndsNorStallsProcessing() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let bob = try await openAgent(in: self.folder, "bob") { $0.bootstrapPeers = [alice.localAddress] }
        try await run([alice, bob]) {
            for agent in [alice, bob] {
                try await eventually("they are connected") { await agent.connectedPeers().count == 1 }
            }
            _ = try await bob.subscribe(topic: "news")
            let events = try await bob.events()
            let target = bob.identity.machineID
            for round in 0..<20 as Range<UInt64> {
                for first in [0x00, 0x01, 0x02, 0x10, 0x7F] as [UInt8] {
                    for number in 0..<5 as Range<UInt64> {
                        let message = Self.poison(first: first, number: round * 5 + number)
                        try await alice.network.peers.send(message, to: target)
                    }
                }
                try await alice.publish(topic: "news", payload: [UInt8(round)])
            }
            var received: Set<[UInt8]> = []
            while received.count < 20 {
                guard case .message(let message) = try await nextElement(of: events) else { return }
                received.insert(message.payload)
            }
            #expect(received == Set((0..<20).map { [$0] }))
            try await eventually("every message has been handled") {
                let dispatcher = await bob.gossipDiagnostics().dispatcher
                return dispatcher.pubSub.received == dispatcher.pubSub.completed && dispatcher.pubSub.completed >= 100
                    && dispatcher.membership.received == dispatcher.membership.completed
            }
            let diagnostics = await bob.gossipDiagnostics()
            #expect(diagnostics.stages.drops[.undecodable] > 0)
            #expect(diagnostics.overlay.drops[.membershipUndecodable] > 0)
            #expect(diagnostics.presence.dropped[.malformed, default: 0] > 0)
            #expect(diagnostics.dispatcher.pubSub.timedOut == 0)
            #expect(await bob.connectedPeers().count == 1, "nobody is thrown out for it")
        }
    }
}
