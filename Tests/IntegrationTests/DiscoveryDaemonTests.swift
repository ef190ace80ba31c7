// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import TestSupport
import Testing
import X0XAPI
import X0XClient

/// Finding, losing and finding again between real daemons, over REST (spec 01 §5–§8).
@Suite(.serialized, .timeLimit(.minutes(2))) struct DiscoveryDaemonTests {
    /// Writes a configuration with a short lifetime of discovered agents, and one peer.
    private static func configuration(in stage: DaemonStage, peer: UInt16) throws -> String {
        let path = "\(stage.directory)/bob.toml"
        let text = "identity_ttl_secs = 4\nbootstrap_peers = [\"127.0.0.1:\(peer)\"]\n"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test func spec01_check20_bobFindsAliceLosesHerAndFindsHerAgain() async throws {
        try await DaemonStage.run { stage in
            let alice = try await stage.start("alice")
            let configuration = try Self.configuration(in: stage, peer: try await alice.quicPort())
            let bob = try await stage.start("bob", arguments: ["--config", configuration])

            // No card, no contact: her announcement is all he has.
            let addresses = try #require(try await bob.client.findAgent(alice.agentID))
            #expect(addresses == ["127.0.0.1:\(try await alice.quicPort())"])
            let machine = try await bob.client.agentMachine(alice.agentID)
            #expect(machine.machineID == alice.machineID && machine.agentIDs == [alice.agentID])
            #expect(try await bob.client.discoveredMachine(alice.machineID).machineID == alice.machineID)
            #expect(try await bob.client.contacts().isEmpty)
            let reachable = try await eventually("alice says that she was dialled") {
                try await bob.client.agentReachability(alice.agentID)
            } until: {
                $0.isLikelyDirect
            }
            #expect(!reachable.needsCoordination && !reachable.isRelay && !reachable.isCoordinator)
            let outcome = try await bob.client.connectMachine(alice.machineID).outcome
            #expect(outcome == "Direct")

            _ = try await eventually("alice expires at bob") {
                try await bob.client.discoveredAgents().map(\.agentID)
            } until: {
                !$0.contains(alice.agentID)
            }
            #expect(try await bob.client.discoveredAgents(unfiltered: true).contains { $0.agentID == alice.agentID })
            #expect(
                try await bob.client.discoveredMachines(unfiltered: true).contains { $0.machineID == alice.machineID }
            )
            _ = try await alice.client.announce()
            _ = try await eventually("alice is back") {
                try await bob.client.discoveredAgents().map(\.agentID)
            } until: {
                $0.contains(alice.agentID)
            }
            #expect(try await bob.client.discoveredMachines().contains { $0.machineID == alice.machineID })
        }
    }
}
