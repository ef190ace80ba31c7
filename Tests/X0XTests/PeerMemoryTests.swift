// SPDX-License-Identifier: MIT OR Apache-2.0

import Connectivity
import Identity
import Node
import Primitives
import Testing

@testable import X0X

/// A node finds its network again without being told where it is (spec 03 §14, §15.3).
@Suite(.serialized, .timeLimit(.minutes(1))) struct PeerMemoryTests {
    private let folder: TemporaryFolder

    init() throws { self.folder = try TemporaryFolder() }

    @Test func spec03_check27_aRestartedAgentFindsItsPeersWithoutConfiguredOnes() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        try await run([alice]) {
            let bob = try await openAgent(in: self.folder, "bob") { $0.bootstrapPeers = [alice.localAddress] }
            try await run([bob]) {
                try await eventually("bob is connected") { await bob.connectedPeers().count == 1 }
                try await eventually("bob remembers alice") { await bob.rememberedPeerCount() == 1 }
            }
            let again = try await openAgent(in: self.folder, "bob")
            #expect(await again.rememberedPeerCount() == 1, "it was written at shutdown")
            try await run([again]) {
                try await eventually("bob is connected again") {
                    await again.connectedPeers().map(\.id) == [alice.identity.machineID]
                }
            }
        }
    }

    /// Nothing but loopback is dialled, whatever was remembered before the node was told to stay here.
    @Test func otherAddressesAreNotRememberedOnLoopback() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let outside = NetworkAddress(ipv4: 0x0808_0808, port: 5483)
        let near = NetworkAddress(ipv4: 0x0A00_0001, port: 5483)
        let peer = PeerID(words: Words32(9, 9, 9, 9))
        for address in [outside, near] {
            alice.peerMemory.connected(
                to: ConnectedPeer(
                    id: peer,
                    address: address,
                    isOutbound: true,
                    generation: 1,
                    smoothedRoundTrip: .milliseconds(1)
                )
            )
        }
        #expect(await alice.rememberedPeerCount() <= 1)
        try await run([alice]) {
            // The exchange refuses the dial before a packet is made.
            await #expect(throws: TransportError.addressNotAllowed) {
                try await alice.network.peers.dial(outside, expecting: peer)
            }
        }
    }
}
