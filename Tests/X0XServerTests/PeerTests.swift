// SPDX-License-Identifier: MIT OR Apache-2.0

import DirectMessages
import Foundation
import Node
import Primitives
import Synchronization
import Testing
import Trust
import X0X
import X0XServer

/// Peers, diagnostics and upgrades (spec 11 §7.3, §7.5, §7.6, §7.12).
@Suite(.timeLimit(.minutes(1))) struct PeerTests {
    private static let peer = ConnectedPeer(
        id: id(5, PeerID.self),
        address: NetworkAddress(ipv4: 0x7F00_0001, port: 5483),
        isOutbound: false,
        generation: 3,
        smoothedRoundTrip: .milliseconds(7),
        sinceReceived: .milliseconds(250),
        sinceSent: .milliseconds(1200)
    )

    private func harness() -> APIHarness {
        let harness = APIHarness()
        harness.agent.world.withLock { $0.peers = [Self.peer] }
        return harness
    }

    @Test(arguments: Place.allCases) func spec11_check20_probing(_ place: Place) async throws {
        let harness = self.harness()
        try await harness.run(place) { client async throws in
            let path = "/peers/\(Self.peer.id.hex)/probe"
            let answer = try await client.post(path + "?timeout_ms=3000")
            #expect(answer.status == 200)
            #expect(answer.json["rtt_ms"] as? Int == 7)
            #expect(answer.json["rtt_us"] as? Int == 7000)
            #expect(answer.json["timeout_ms"] as? Int == 3000)
            for (asked, used) in [("", 2000), ("?timeout_ms=1", 100), ("?timeout_ms=99999999", 30_000)] {
                #expect(try await client.post(path + asked, "{}").json["timeout_ms"] as? Int == used)
            }
            #expect(try await client.post(path + "?timeout_ms=x").status == 400)
            let unknown = try await client.post("/peers/\(String(repeating: "ab", count: 32))/probe")
            #expect(unknown.status == 503)
            #expect(unknown.error == "probe failed: no live connection")
            let bad = try await client.post("/peers/xyz/probe")
            #expect(bad.status == 400)
            #expect(bad.error?.hasPrefix("invalid hex peer_id: ") == true)
            #expect(try await client.post("/peers/abcd/probe").error == "peer_id must be 32 bytes, got 2")
        }
    }

    @Test(arguments: Place.allCases) func spec11_check20_healthOfPeers(_ place: Place) async throws {
        try await self.harness().run(place) { client async throws in
            let live = try await client.get("/peers/\(Self.peer.id.hex)/health")
            #expect(live.status == 200)
            #expect(live.json["peer_id"] as? String == Self.peer.id.hex)
            #expect((live.json["health"] as? String)?.contains("connected: true") == true)
            let snapshot = try #require(live.json["snapshot"] as? [String: Any])
            #expect(snapshot["connected"] as? Bool == true)
            #expect(snapshot["generation"] as? Int == 3)
            #expect(snapshot["close_reason"] is NSNull)
            #expect(snapshot["reader_task_active"] as? Bool == true)
            #expect(snapshot["last_received_ms_ago"] as? Int == 250)
            #expect(snapshot["last_sent_ms_ago"] as? Int == 1200)
            #expect(snapshot["idle_ms"] as? Int == 250)
            let stranger = String(repeating: "AB", count: 32)
            let never = try await client.get("/peers/\(stranger)/health")
            #expect(never.status == 200)
            #expect(never.json["peer_id"] as? String == stranger)
            let nothing = try #require(never.json["snapshot"] as? [String: Any])
            #expect(nothing["connected"] as? Bool == false)
            #expect(nothing["generation"] is NSNull)
            #expect(nothing["idle_ms"] is NSNull && nothing["last_sent_ms_ago"] is NSNull)
            #expect(
                Set(nothing.keys) == [
                    "connected", "generation", "reader_task_active", "last_received_ms_ago", "last_sent_ms_ago",
                    "idle_ms", "close_reason",
                ]
            )
        }
    }

    @Test func spec11_check21_connectionsAreStreamed() async throws {
        let harness = self.harness()
        try await withRunningServer(harness) { port, _ async throws in
            let stream = try await RawConnection.open(port: port)
            try await stream.send("GET /peers/events?token=\(APIHarness.token) HTTP/1.1\nHost: localhost\n\n")
            _ = await stream.receive("\r\n\r\n")
            let time = UnixMillis(milliseconds: 1_700_000_000_123)
            let peer = Self.peer.id
            harness.agent.lifecycles.publish(.init(peer: peer, change: .established(generation: 1), at: time))
            harness.agent.lifecycles.publish(.init(peer: peer, change: .replaced(old: 1, new: 2), at: time))
            harness.agent.lifecycles.publish(
                .init(peer: peer, change: .closed(generation: 2, .peerShutdown), at: time)
            )
            let text = await stream.receive("Closed")
            #expect(
                text.contains(
                    "event: peer-lifecycle\ndata: {\"at_ms\":1700000000123,\"event\":\"Established { generation: 1 }\","
                        + "\"generation\":1,\"kind\":\"Established\",\"peer_id\":\"\(peer.hex)\"}\n\n"
                )
            )
            #expect(text.contains("Replaced { old_generation: 1, new_generation: 2 }"))
            #expect(text.contains("Closed { generation: 2, reason: PeerShutdown }"))
            await stream.close()
        }
    }

    /// Every key of spec 11 §7.5 on a node without peers.
    @Test(arguments: [
        (
            "connectivity",
            "peer_id local_addr external_addrs nat_type can_receive_direct direct_reachability_scope has_global_address "
                + "port_mapping mdns services connections relay coordinator avg_rtt_ms uptime_s"
        ),
        ("gossip", "stats pubsub_stages dispatcher recv_pump"),
        ("dm", "stats per_peer subscriber_count subscriber_capacity"),
        ("groups", "groups"),
        ("exec", "enabled active_sessions active_per_agent totals recent_warnings acl_summary"),
    ])
    func spec11_check27_diagnosticsHaveEveryKey(_ name: String, _ keys: String) async throws {
        try await APIHarness().run(.memory) { client async throws in
            let answer = try await client.get("/diagnostics/\(name)")
            #expect(answer.status == 200)
            let expected = Set(keys.split(separator: " ").map(String.init))
            #expect(expected.subtracting(answer.json.keys) == [])
        }
    }

    @Test func spec11_check26_updatesAreSwitchedOff() async throws {
        try await APIHarness().run(.memory) { client async throws in
            let upgrade = try await client.get("/upgrade")
            #expect(upgrade.status == 200)
            #expect(upgrade.json["update_available"] as? Bool == false)
            #expect(upgrade.json["reason"] as? String == "updates disabled")
            #expect(upgrade.json["current_version"] as? String == "0.1.0")
            #expect(upgrade.json["version"] == nil)
            let apply = try await client.post("/upgrade/apply")
            #expect(apply.status == 200)
            #expect(apply.json["applied"] as? Bool == false)
            #expect(apply.json["reason"] as? String == "updates disabled")
        }
    }
}

extension DirectMessage {
    /// A direct message of somebody.
    static func test(payload: [UInt8]) -> DirectMessage {
        DirectMessage(
            sender: id(7, AgentID.self),
            machineID: id(3, MachineID.self),
            payload: payload,
            receivedAt: UnixMillis(milliseconds: 1_700_000_000_123),
            isVerified: true,
            trustDecision: .accept
        )
    }
}
