// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Discovery
import Identity
import Node
import Presence
import Primitives
import Testing

@testable import X0X

/// A rendezvous record from the agent that publishes it to the one that asks (spec 05 §11).
@Suite(.serialized, .timeLimit(.minutes(1))) struct RendezvousAgentTests {
    private let folder: TemporaryFolder

    init() throws { self.folder = try TemporaryFolder() }

    @Test func spec05_check23_advertiseThenSeekOnAConnectedNode() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let bob = try await openAgent(in: self.folder, "bob") { $0.bootstrapPeers = [alice.localAddress] }
        let topic = AnnouncementTopic.rendezvousShard(of: alice.identity.agentID)
        #expect(topic != AnnouncementTopic.rendezvousShard(of: bob.identity.agentID))
        bob.hub.listen(to: [topic])
        await bob.gossip.updateSubscription(of: topic)
        try await run([alice, bob]) {
            // The first record goes out three seconds after the start.
            try await eventually("alice's record is at bob's") {
                bob.rendezvous.addresses(of: alice.identity.agentID) == [alice.localAddress]
            }
            let stub = try #require(bob.rendezvous.stub(of: alice.identity.agentID))
            #expect(stub.addresses == [alice.localAddress])
            #expect(stub.machineID == .zero, "an address is no word about a machine")
            #expect(alice.rendezvous.addresses(of: bob.identity.agentID) == nil, "nobody listens to bob's shard")
            // A blocked agent's records are forgotten, and its addresses with them.
            bob.rendezvous.forget(alice.identity.agentID)
            #expect(bob.rendezvous.addresses(of: alice.identity.agentID) == nil)
        }
    }

    /// The directory of coordinators is there with the network, and shares its state and the memory of peers.
    @Test func spec05_check24_aValidAdvertIsKeptAndItsAddressRemembered() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        try await run([alice]) {
            let key = try MLDSA65PrivateKey()
            let now = SystemClock().wallTime().milliseconds
            var advert = CoordinatorAdvert(
                peer: PeerID(publicKeyBytes: key.publicKey.bytes),
                hints: [.init(address: NetworkAddress(ipv4: 0x7F00_0001, port: 9), observedAt: now)],
                notBefore: now - 1000,
                notAfter: now + 60_000
            )
            #expect(await !alice.coordinators.insert(advert, publicKey: key.publicKey.bytes), "unsigned")
            advert.signature = try key.signature(for: advert.signedBytes)
            let clone = alice.coordinators
            #expect(await clone.insert(advert, publicKey: key.publicKey.bytes))
            #expect(alice.coordinators.count == 1 && alice.coordinators.advert(of: advert.peer) == advert)
            #expect(alice.coordinators.helpers() == [advert])
            #expect(await alice.rememberedPeerCount() == 1)
            advert.notAfter = now - 1
            advert.signature = try key.signature(for: advert.signedBytes)
            #expect(await !clone.insert(advert, publicKey: key.publicKey.bytes), "expired")
        }
    }
}
