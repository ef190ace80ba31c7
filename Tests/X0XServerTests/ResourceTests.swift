// SPDX-License-Identifier: MIT OR Apache-2.0

import DirectMessages
import Discovery
import Foundation
import GossipCore
import HTTPTypes
import Identity
import Node
import Primitives
import Synchronization
import Testing
import Trust
import X0X

/// Exact answers of the remaining endpoints.
@Suite(.timeLimit(.minutes(1))) struct ResourceTests {
    private let bob = id(7, AgentID.self)
    private let me = FakeAgent.agentID.hex
    /// The one field of the exact answers that depends on how busy this machine is.
    private var uptime: Regex<Substring> { /"uptime_secs":[0-9]+/ }

    private func peer(_ number: UInt8) -> ConnectedPeer {
        ConnectedPeer(
            id: id(number, PeerID.self),
            address: NetworkAddress(ipv4: 0x7F00_0001, port: 1),
            isOutbound: true,
            generation: 1,
            smoothedRoundTrip: .milliseconds(1)
        )
    }

    @Test(arguments: Place.allCases) func statusAndHealth(_ place: Place) async throws {
        let harness = APIHarness()
        try await harness.run(place) { client async throws in
            let alone = try await client.get("/health")
            #expect(
                alone.text.replacing(self.uptime, with: #""uptime_secs":N"#)
                    == #"{"ok":true,"peers":0,"status":"healthy","uptime_secs":N,"version":"0.1.0"}"#
            )
            #expect(try await client.get("/status").json["status"] as? String == "connecting")
            harness.agent.world.withLock { $0.peers = [self.peer(9), self.peer(8)] }
            #expect(try await client.get("/health").json["peers"] as? Int == 2)
            let status = try await client.get("/status").json
            #expect(status["status"] as? String == "connected")
            #expect(status["agent_id"] as? String == self.me)
            #expect((status["warnings"] as? [String]) == [])
            let address = try #require(status["api_address"] as? String)
            #expect(address.hasPrefix("127.0.0.1:"))
            #expect(address.hasSuffix(":0") == (place == .memory))
            let peers = try await client.get("/peers")
            let ids = [UInt8(8), 9].map { #"{"id":"\#(id($0, PeerID.self).hex)"}"# }.joined(separator: ",")
            #expect(peers.text == #"{"ok":true,"peers":[\#(ids)]}"#)
        }
    }

    @Test func agentAndNetworkStatus() async throws {
        try await APIHarness().run(.memory) { client async throws in
            let agent = try await client.get("/agent").json
            #expect(agent.keys.sorted() == ["agent_id", "kem_public_key_b64", "machine_id", "ok", "user_id"])
            #expect(agent["machine_id"] as? String == FakeAgent.machineID.hex)
            #expect((agent["kem_public_key_b64"] as? String)?.utf8.count == 1580)
            #expect(try await client.get("/agent/user-id").text == #"{"ok":true,"user_id":null}"#)
            let network = try await client.get("/network/status").text
            #expect(
                network.replacing(self.uptime, with: #""uptime_secs":N"#)
                    == #"{"avg_rtt_ms":7,"can_receive_direct":false,"connected_peers":0,"coordination_sessions":0,"#
                    + #""direct_connections":3,"external_addrs":[],"has_global_address":false,"#
                    + #""hole_punch_success_rate":0,"is_coordinating":false,"is_relaying":false,"#
                    + #""local_addr":"127.0.0.1:5483","nat_type":"None","ok":true,"relay_sessions":0,"#
                    + #""relayed_connections":0,"uptime_secs":N}"#
            )
        }
    }

    /// A card as the original writes it (spec 11 §7.2): its fields, its order, a list of numbers for the key, fields of
    /// later versions; as a link with and without padding, in both alphabets, and as an object.
    @Test func spec11_check12_cardsOfTheOriginal() async throws {
        let key = (0..<1184).map { String($0 % 251) }.joined(separator: ",")
        let card =
            #"{"display_name":"Ünï>?","agent_id":"\#(self.bob.hex)","machine_id":"\#(String(repeating: "3c", count: 32))","#
            + #""addresses":["203.0.113.7:5483","[2001:db8::7]:5483"],"groups":[{"name":"g","invite_link":"x0x://invite/a"}],"#
            + #""stores":[{"name":"t","topic":"t"}],"created_at":1760000000,"dm_capabilities":{"max_protocol_version":1,"#
            + #""gossip_inbox":true,"kem_algorithm":"ML-KEM-768","max_envelope_bytes":65536,"kem_public_key":[\#(key)]},"#
            + #""of_a_later_version":{"x":[1]}}"#
        let padded = Data(card.utf8).base64EncodedString()
        let link = padded.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        let harness = APIHarness()
        try await harness.run(.memory) { client async throws in
            for form in [
                #""x0x://agent/\#(link)""#, #""\#(link)""#, #""\#(padded)""#, #""x0x://agent/\#(padded)""#, card,
            ] {
                let answer = try await client.post("/agent/card/import", #"{"card":\#(form)}"#)
                #expect(answer.status == 200, "\(answer.text)")
                #expect(answer.json["display_name"] as? String == "Ünï>?")
                #expect(answer.json["groups"] as? Int == 1 && answer.json["stores"] as? Int == 1)
            }
            let own = try await client.get("/agent/card").json["card"] as? [String: Any]
            let capabilities = own?["dm_capabilities"] as? [String: Any]
            #expect((capabilities?["kem_public_key"] as? [Int])?.count == 1184)
        }
        let imported = harness.agent.world.withLock { $0.importedCards }
        #expect(imported.count == 5 && imported.allSatisfy { $0.agentID == self.bob })
        #expect(imported.allSatisfy { $0.addresses.count == 2 })
    }

    @Test(arguments: Place.allCases)
    func spec11_check11_cards(_ place: Place) async throws {
        let harness = APIHarness()
        try await harness.run(place) { client async throws in
            let card = try await client.get("/agent/card?display_name=Alice%20%26%20Co+1").json
            let link = try #require(card["link"] as? String)
            let document = try #require(card["card"] as? [String: Any])
            #expect(document["display_name"] as? String == "Alice & Co 1")
            #expect(document["agent_id"] as? String == self.me)
            #expect(document["user_id"] == nil)
            #expect(
                (document["dm_capabilities"] as? [String: Any])?["kem_public_key"] as? [Int]
                    == Array(repeating: 0xFB, count: 1184)
            )
            #expect(link.hasPrefix("x0x://agent/") && !link.hasSuffix("="))
            #expect(try AgentCard(link: link).agentID == FakeAgent.agentID)

            // Another agent's card, as a link and as the whole answer that made it.
            let other = AgentCard(displayName: "Bob", agentID: self.bob, machineID: nil, createdAt: 5)
            let imported = try await client.post(
                "/agent/card/import",
                #"{"card":"\#(other.link)","trust_level":"TRUSTED"}"#
            )
            #expect(
                imported.text
                    == #"{"agent_id":"\#(self.bob.hex)","display_name":"Bob","groups":0,"ok":true,"stores":0,"#
                    + #""trust_level":"Trusted","verified":false}"#
            )
            let object = #"{"ok":true,"link":"\#(other.link)","card":\#(other.json)}"#
            let again = try await client.post("/agent/card/import", object)
            #expect(again.status == 200)
            #expect(again.json["trust_level"] as? String == "Trusted")
            #expect(harness.agent.world.withLock { $0.importedCards.map(\.agentID) } == [self.bob, self.bob])

            _ = try await client.post("/contacts/trust", #"{"agent_id":"\#(self.bob.hex)","level":"blocked"}"#)
            let blocked = try await client.post(
                "/agent/card/import",
                #"{"card":"\#(other.link)","trust_level":"trusted"}"#
            )
            #expect(blocked.status == 200)
            #expect(blocked.json["trust_level"] as? String == "Blocked")
            #expect(blocked.json["trust_downgrade_ignored"] as? Bool == true)

            for bad in [#""x0x://agent/!!!""#, "{}", "7", #""""#, #"{"agent_id":"zz"}"#, "null"] {
                let answer = try await client.post("/agent/card/import", #"{"card":\#(bad),"trust_level":"bogus"}"#)
                #expect(answer.status == 400, "\(bad)")
                #expect(answer.json["ok"] as? Bool == false)
                #expect(answer.error?.hasPrefix("invalid card: ") == true, "\(answer.text)")
            }
            let level = try await client.post("/agent/card/import", #"{"card":"\#(other.link)","trust_level":"bogus"}"#)
            #expect(level.error == "invalid trust level: bogus (valid values: blocked, unknown, known, trusted)")
        }
    }

    /// Strangers see the id and the open services; acquaintances also the machine and a signature (spec 11 §7.2).
    @Test func introductionsShowWhatTrustEarns() async throws {
        try await APIHarness().run(.memory) { client async throws in
            let stranger = try await client.get("/introduction").json
            #expect(stranger.keys.sorted() == ["agent_id", "display_name", "identity_words", "ok", "services"])
            #expect(stranger["display_name"] is NSNull)
            let words = try #require(stranger["identity_words"] as? String)
            #expect(throws: Never.self) { try IdentityWords(words.split(separator: " ")) }
            let open = try #require(stranger["services"] as? [[String: String]])
            #expect(open.map { $0["name"] } == ["presence"])
            #expect(open.map { $0["min_trust"] } == ["unknown"])

            func level(_ level: String) async throws -> APIClient.Answer {
                _ = try await client.post("/contacts/trust", #"{"agent_id":"\#(self.bob.hex)","level":"\#(level)"}"#)
                return try await client.get("/introduction?peer=\(self.bob.hex)")
            }
            let known = try await level("known").json
            #expect((known["signature"] as? String)?.utf8.count == 16)
            #expect((known["machine_id"] as? String)?.utf8.count == 64)
            #expect(known["certificate"] as? String == "(present)" && known["user_id"] != nil)
            #expect((known["services"] as? [Any])?.count == 3)
            #expect((try await level("trusted").json["services"] as? [Any])?.count == 5)
            let blocked = try await level("blocked")
            #expect(blocked.status == 403)
            #expect(blocked.text == #"{"error":"blocked","ok":false}"#)
            #expect(try await client.get("/introduction?peer=zz").error == "invalid peer agent_id hex")
            #expect(try await client.get("/introduction?peer=abcd").error == "peer agent_id must be 32 bytes")
        }
    }

    @Test(arguments: Place.allCases) func discoveryAndPresence(_ place: Place) async throws {
        let harness = APIHarness()
        let fresh = DiscoveredAgent(
            agentID: self.bob,
            machineID: id(3, MachineID.self),
            addresses: [NetworkAddress(ipv4: 0x7F00_0001, port: 9)],
            announcedAt: 5,
            lastSeen: FakeAgent.startTime,
            reachability: Reachability(natType: "Full Cone", canReceiveDirect: true)
        )
        let old = DiscoveredAgent(agentID: id(8, AgentID.self), machineID: .zero, announcedAt: 1, lastSeen: 1)
        harness.agent.world.withLock { $0.discovered = [fresh, old] }
        try await harness.run(place) { client async throws in
            let entry =
                #"{"addresses":["127.0.0.1:9"],"agent_id":"\#(self.bob.hex)","announced_at":5,"binding":"claimed","#
                + #""can_receive_direct":true,"is_coordinator":null,"is_relay":null,"last_seen":1700000000,"#
                + #""machine_id":"\#(id(3, MachineID.self).hex)","nat_type":"Full Cone","user_id":null}"#
            #expect(try await client.get("/agents/discovered").text == #"{"agents":[\#(entry)],"ok":true}"#)
            #expect(try await client.get("/presence/online").text == #"{"agents":[\#(entry)],"ok":true}"#)
            #expect(try await client.get("/presence").text == #"{"agents":["\#(self.bob.hex)"],"ok":true}"#)
            let all = try await client.get("/agents/discovered?unfiltered=true").json["agents"] as? [Any]
            #expect(all?.count == 2)
            let one = try await client.get("/agents/discovered/\(self.bob.hex)")
            #expect(one.text == #"{"agent":\#(entry),"ok":true}"#)
            _ = try await client.post("/contacts/trust", #"{"agent_id":"\#(self.bob.hex)","level":"blocked"}"#)
            #expect(try await client.get("/presence/online").text == #"{"agents":[],"ok":true}"#)
        }
    }

    @Test(arguments: Place.allCases)
    func spec11_check15_directSend(_ place: Place) async throws {
        let harness = APIHarness()
        let bob = self.bob.hex
        try await harness.run(place) { client async throws in
            let unknown = try await client.post("/direct/send", #"{"agent_id":"\#(bob)","payload":"aGk="}"#)
            #expect(unknown.status == 404)
            #expect(unknown.error == "recipient_key_unavailable")
            #expect(unknown.json["detail"] is String)

            harness.agent.world.withLock { world in
                world.sendResult = .success(
                    DirectSendReceipt(
                        path: .rawQUIC,
                        retriesUsed: 0,
                        requestID: [UInt8](repeating: 0xA5, count: 16),
                        acknowledgement: .roundTrip(.milliseconds(12))
                    )
                )
            }
            let sent = try await client.post(
                "/direct/send",
                #"{"agent_id":"\#(bob)","payload":"//8=","require_ack_ms":1}"#
            )
            #expect(
                sent.text
                    == #"{"ok":true,"path":"raw_quic","request_id":"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5","#
                    + #""require_ack":{"ok":true,"rtt_ms":12},"retries_used":0}"#
            )
            #expect(harness.agent.world.withLock { $0.sent.last } == [0xFF, 0xFF])
            #expect(harness.agent.world.withLock { $0.probeTimeout } == .milliseconds(100))

            _ = try await client.post("/contacts/trust", #"{"agent_id":"\#(bob)","level":"blocked"}"#)
            let blocked = try await client.post("/direct/send", #"{"agent_id":"\#(bob)","payload":"!!!"}"#)
            #expect(blocked.status == 403)
            #expect(blocked.error == "agent is blocked")
            _ = try await client.post("/contacts/trust", #"{"agent_id":"\#(bob)","level":"known"}"#)
            let payload = try await client.post("/direct/send", #"{"agent_id":"\#(bob)","payload":"!!!"}"#)
            #expect(payload.status == 400)
            #expect(payload.error?.hasPrefix("invalid base64: ") == true)
        }
    }

    @Test(arguments: [
        (DirectSendError.recipientRejected(reason: "reject_machine_mismatch"), 403, "recipient_rejected"),
        (.timeout, 504, "timeout"), (.peerLikelyOffline, 502, "peer_likely_offline"),
        (.peerDisconnected, 502, "peer_disconnected"), (.localGossipUnavailable, 503, "local_gossip_unavailable"),
        (.envelopeConstruction, 400, "envelope_construction"),
        (.payloadTooLarge(byteCount: 2, limit: 1), 413, "payload_too_large"),
        (.noConnectivity, 503, "no_connectivity"), (.publishFailed, 500, "publish_failed"),
        (.blocked, 403, "agent is blocked"),
    ])
    func everySendFailureHasItsStatus(_ error: DirectSendError, _ status: Int, _ tag: String) async throws {
        let harness = APIHarness()
        harness.agent.world.withLock { $0.sendResult = .failure(error) }
        try await harness.run(.memory) { client async throws in
            let answer = try await client.post("/direct/send", #"{"agent_id":"\#(self.bob.hex)","payload":""}"#)
            #expect(answer.status == status)
            #expect(answer.error == tag)
        }
    }

    @Test func spec11_check24_connecting() async throws {
        let harness = APIHarness()
        try await harness.run(.memory) { client async throws in
            let request = #"{"agent_id":"\#(self.bob.hex)"}"#
            let unknown = try await client.post("/agents/connect", request)
            #expect(unknown.status == 200)
            #expect(unknown.text == #"{"addr":null,"ok":true,"outcome":"NotFound"}"#)
            harness.agent.world.withLock {
                $0.connectOutcome = ConnectOutcome(.direct, address: NetworkAddress(ipv4: 0x7F00_0001, port: 9))
                $0.connections = [DirectConnection(agentID: self.bob, machineID: nil)]
            }
            let direct = try await client.post("/agents/connect", request)
            #expect(direct.text == #"{"addr":"127.0.0.1:9","ok":true,"outcome":"Direct"}"#)
            #expect(
                try await client.get("/direct/connections").text
                    == #"{"connections":[{"agent_id":"\#(self.bob.hex)","machine_id":null}],"ok":true}"#
            )
        }
    }

    /// The gossip route of the four diagnostics routes.
    @Test func spec11_check27_gossipDiagnosticsOnANodeWithoutPeers() async throws {
        try await APIHarness().run(.memory) { client async throws in
            let json = try await client.get("/diagnostics/gossip").json
            // Every gate has its counters, also those of paths without traffic yet (spec 01 §12).
            let gates = try #require(json["trust"] as? [String: Any])
            #expect(Set(gates.keys) == Set(TrustPath.allCases.map(\.rawValue)))
            for case let counters as [String: Any] in gates.values {
                #expect(
                    counters.keys.sorted() == ["admitted", "blocked", "machine_mismatch", "not_trusted", "unverified"]
                )
            }
            // `trust`, `overlay` and `presence` are additions of this implementation.
            #expect(
                json.keys.sorted() == [
                    "dispatcher", "ok", "overlay", "presence", "pubsub_stages", "recv_pump", "stats", "trust",
                ]
            )
            let presence = try #require(json["presence"] as? [String: [String: Int]])
            #expect(presence["drops"]?["rate_limited"] == 0 && presence["counters"]?["beacons_accepted"] == 0)
            let drops = try #require((json["overlay"] as? [String: Any])?["drops"] as? [String: Int])
            #expect(drops.count == DropReason.allCases.count)
            #expect(drops["send_queue_full"] == 0 && drops["membership_sender_mismatch"] == 0)
            let stages = try #require(json["pubsub_stages"] as? [String: Any])
            #expect((stages["suppressed_peers"] as? [Any])?.isEmpty == true)
            #expect((stages["peer_scores"] as? [Any])?.isEmpty == true)
            let pump = try #require((json["recv_pump"] as? [String: Any])?["pubsub"] as? [String: Any])
            #expect(pump["capacity"] as? Int == 10_000)
        }
    }

    @Test func subscriptionsEndOnce() async throws {
        let harness = APIHarness()
        try await harness.run(.memory) { client async throws in
            let first = try await client.post("/subscribe", #"{"topic":"t"}"#)
            #expect(first.text == #"{"ok":true,"subscription_id":"0000000000000001"}"#)
            #expect(try await client.post("/subscribe", #"{"topic":""}"#).error == "topic must not be empty")
            #expect(try await client.send(.delete, "/subscribe/0000000000000001").text == #"{"ok":true}"#)
            let second = try await client.send(.delete, "/subscribe/0000000000000001")
            #expect(second.status == 404)
            #expect(second.error == "subscription not found")
            let long = String(repeating: "x", count: 65_536)
            #expect(try await client.post("/publish", #"{"topic":"\#(long)","payload":""}"#).status == 400)
        }
    }

    @Test func theConstitutionIsOneText() async throws {
        try await APIHarness().run(.memory) { client async throws in
            let text = try await client.get("/constitution")
            #expect(text.headers[.contentType] == "text/markdown; charset=utf-8")
            #expect(text.text.contains("x0x"))
            let json = try await client.get("/constitution/json").json
            #expect(json["content"] as? String == text.text)
            #expect(json["status"] as? String == "Draft")
            #expect(json["version"] as? String == "1.0")
        }
    }
}
