// SPDX-License-Identifier: MIT OR Apache-2.0

import Discovery
import Identity
import Node
import Primitives
import Testing
import Trust

@testable import X0X

/// Addresses of verified announcements are used, within bounds (spec 01 F16).
@Suite(.timeLimit(.minutes(3))) struct AutoConnectorTests {
    private let folder: TemporaryFolder

    init() throws { self.folder = try TemporaryFolder() }

    /// Charlie knows bob's address only, and hears of alice through him.
    private func line(
        charlie change: @escaping (inout AgentConfiguration) -> Void
    ) async throws -> (alice: Agent, bob: Agent, charlie: Agent) {
        let alice = try await openAgent(in: self.folder, "alice") { $0.dialsAnnouncedMachines = false }
        let bob = try await openAgent(in: self.folder, "bob") {
            $0.bootstrapPeers = [alice.localAddress]
            $0.dialsAnnouncedMachines = false
            // Keeps the overlay from introducing them itself.
            $0.gossip.activeViewSize = 1
        }
        let charlie = try await openAgent(in: self.folder, "charlie") {
            $0.bootstrapPeers = [bob.localAddress]
            change(&$0)
        }
        return (alice, bob, charlie)
    }

    @Test func anAnnouncedMachineIsDialled() async throws {
        let (alice, bob, charlie) = try await self.line { _ in }
        try await run([alice, bob, charlie]) {
            // A dial that a busy machine let fail comes again with an announcement a minute later.
            var looks = 0
            try await eventually(within: .seconds(100), "charlie is connected with both") {
                looks += 1
                if looks.isMultiple(of: 200) { try await alice.announce(includeUser: false, humanConsent: false) }
                let connected = await Set(charlie.connectedPeers().map(\.id))
                return connected == [alice.identity.machineID, bob.identity.machineID]
            }
            try await meet(charlie, alice)
        }
    }

    /// The owner blocked her before she was heard of: nothing of her is kept, so nothing is dialled.
    @Test func aBlockedAgentIsNotDialled() async throws {
        let (alice, bob, charlie) = try await self.line { $0.gossip.activeViewSize = 2 }
        try await run([alice, bob, charlie]) {
            try await charlie.setTrust(alice.identity.agentID, .blocked)
            try await eventually("her announcement is refused") {
                try await alice.announce(includeUser: false, humanConsent: false)
                return await charlie.trustTally()[.pubSub].refused[.blocked, default: 0] >= 1
            }
            try await meet(charlie, bob)
            #expect(charlie.autoConnector.statistics.attemptCount == 0)
            #expect(
                await charlie.discoveredMachines(unfiltered: true).allSatisfy {
                    $0.agentIDs != [alice.identity.agentID]
                }
            )
        }
    }
}
