// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import TestSupport
import Testing
import X0XAPI
import X0XClient

/// Real daemons over real sockets: the way of a message from one REST call to another process's event stream.
///
/// Serialized: three daemons at a time are what two processor cores carry within the deadlines.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ThreeDaemonTests {
    @Test func threeAgentsMeetPublishAndTalk() async throws {
        try await DaemonStage.run { stage in
            let daemons = try await Self.startTrio(stage)
            let (alice, bob, charlie) = (daemons[0], daemons[1], daemons[2])
            #expect(Set(daemons.map(\.agentID)).count == 3 && Set(daemons.map(\.machineID)).count == 3)
            for reader in daemons {
                for owner in daemons where owner.agentID != reader.agentID { try await reader.meet(owner) }
            }
            try await alice.connect(to: bob)
            try await alice.connect(to: charlie)
            try await bob.connect(to: charlie)

            try await Self.publish(from: alice, to: [bob, charlie])
            try await Self.sendDirect("to bob ✓", from: alice, to: bob)
            try await Self.sendDirect("and back", from: bob, to: alice)

            for daemon in daemons {
                let others = Set(daemons.map(\.agentID)).subtracting([daemon.agentID])
                let online = try await eventually("\(daemon.name) seeing the others online") {
                    try await daemon.client.presenceOnline()
                } until: {
                    others.isSubset(of: $0.map(\.agentID))
                }
                #expect(online.count <= 3)
                let peers = try await daemon.client.peers()
                #expect(Set(peers) == Set(daemons.map(\.machineID)).subtracting([daemon.machineID]))
            }
        }
    }

    /// One connection is enough: the overlay forwards what alice signed through bob, and charlie still verifies alice.
    @Test func aMessageReachesAnAgentThatIsNotConnectedToItsAuthor() async throws {
        try await DaemonStage.run { stage in
            let daemons = try await Self.startTrio(stage)
            let (alice, bob, charlie) = (daemons[0], daemons[1], daemons[2])
            for (reader, owner) in [(alice, bob), (bob, alice), (charlie, bob), (bob, charlie)] {
                try await reader.meet(owner)
            }
            try await alice.connect(to: bob)
            try await charlie.connect(to: bob)
            _ = try await bob.client.subscribe(topic: "test/forwarded")
            _ = try await charlie.client.subscribe(topic: "test/forwarded")
            let stream = try await charlie.client.events()
            try await alice.client.publish(topic: "test/forwarded", payload: Array("over bob".utf8))
            let message = try await first("the forwarded message at charlie", in: stream, where: Self.message)
            #expect(message.sender == alice.agentID && message.isVerified)
            #expect(message.payload == base64("over bob") && message.trustLevel != "trusted")
        }
    }

    @Test func aBlockedAgentIsNotHeard() async throws {
        try await DaemonStage.run { stage in
            let daemons = try await Self.startTrio(stage)
            let (alice, bob, charlie) = (daemons[0], daemons[1], daemons[2])
            for sender in [alice, charlie] {
                try await sender.meet(bob)
                try await bob.meet(sender)
                try await sender.connect(to: bob)
            }
            let direct = try await bob.client.directEvents()
            try await bob.client.setTrust(alice.agentID, level: "blocked")
            // The receipt, if there is one, proves that the message went through bob's transport: it lies in front of
            // charlie's in his inbox. Whether alice gets one is bob's affair; what counts is what bob hears.
            _ = try? await alice.client.sendDirect(
                to: bob.agentID,
                payload: Array("unheard".utf8),
                requireAcknowledgementWithin: .seconds(2)
            )
            _ = try await charlie.client.sendDirect(to: bob.agentID, payload: Array("heard".utf8))
            let heard = try await first("charlie's message at bob", in: direct) { $0 }
            #expect(heard.payload == base64("heard") && heard.sender == charlie.agentID)
        }
    }

    private static func startTrio(_ stage: DaemonStage) async throws -> [DaemonFixture] {
        async let alice = stage.start("alice")
        async let bob = stage.start("bob")
        async let charlie = stage.start("charlie")
        return try await [alice, bob, charlie]
    }

    private static func message(_ event: FeedEvent) -> TopicMessage? {
        guard case .message(let message) = event else { return nil }
        return message
    }

    private static func publish(from author: DaemonFixture, to readers: [DaemonFixture]) async throws {
        let topic = "test/greetings"
        var streams: [(DaemonFixture, EventSequence<FeedEvent>)] = []
        for reader in readers {
            _ = try await reader.client.subscribe(topic: topic)
            streams.append((reader, try await reader.client.events()))
        }
        try await author.client.publish(topic: topic, payload: Array("hello, everybody".utf8))
        for (reader, stream) in streams {
            let message = try await first("the published message at \(reader.name)", in: stream, where: Self.message)
            #expect(message.topic == topic && message.payload == base64("hello, everybody"))
            #expect(message.sender == author.agentID && message.isVerified && message.trustLevel == "trusted")
        }
    }

    private static func sendDirect(_ text: String, from sender: DaemonFixture, to receiver: DaemonFixture) async throws
    {
        let stream = try await receiver.client.directEvents()
        let receipt = try await sender.client.sendDirect(
            to: receiver.agentID,
            payload: Array(text.utf8),
            requireAcknowledgementWithin: .seconds(5)
        )
        #expect(receipt.acknowledgement?.ok == true, "\(receipt)")
        let message = try await first("the direct message at \(receiver.name)", in: stream) { $0 }
        #expect(message.payload == base64(text) && message.isVerified)
        #expect(message.sender == sender.agentID && message.machineID == sender.machineID)
    }
}
