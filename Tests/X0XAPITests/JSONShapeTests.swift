// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Testing
import X0XAPI

/// The exact keys of requests and answers, and that each type reads what it writes.
@Suite struct JSONShapeTests {
    private func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private func roundTrip<Value: Codable & Equatable>(_ value: Value, _ json: String) throws {
        #expect(try self.encode(value) == json)
        #expect(try JSONDecoder().decode(Value.self, from: Data(json.utf8)) == value)
    }

    @Test func statusTypes() throws {
        try self.roundTrip(
            HealthResponse(status: "healthy", version: "0.1.0", peers: 3, uptimeSeconds: 42),
            #"{"peers":3,"status":"healthy","uptime_secs":42,"version":"0.1.0"}"#
        )
        try self.roundTrip(
            StatusResponse(
                status: "connected",
                version: "0.1.0",
                uptimeSeconds: 1,
                apiAddress: "127.0.0.1:12700",
                externalAddresses: ["1.2.3.4:5483"],
                agentID: "aa",
                peers: 1,
                warnings: []
            ),
            #"{"agent_id":"aa","api_address":"127.0.0.1:12700","external_addrs":["1.2.3.4:5483"],"peers":1,"#
                + #""status":"connected","uptime_secs":1,"version":"0.1.0","warnings":[]}"#
        )
        try self.roundTrip(ShutdownResponse(message: "shutting down"), #"{"message":"shutting down"}"#)
        try self.roundTrip(ErrorResponse("no"), #"{"error":"no","ok":false}"#)
        try self.roundTrip(ErrorResponse("no", detail: "x"), #"{"detail":"x","error":"no","ok":false}"#)
    }

    @Test func identityTypesKeepNullFields() throws {
        try self.roundTrip(
            AgentResponse(agentID: "aa", machineID: "bb", userID: nil, keyEncapsulationPublicKey: "a/=="),
            #"{"agent_id":"aa","kem_public_key_b64":"a/==","machine_id":"bb","user_id":null}"#
        )
        try self.roundTrip(UserIDResponse(userID: "cc"), #"{"user_id":"cc"}"#)
        try self.roundTrip(
            AnnounceRequest(includeUserIdentity: true),
            #"{"include_user_identity":true}"#
        )
        let missing = try JSONDecoder().decode(UserIDResponse.self, from: Data("{}".utf8))
        #expect(missing.userID == nil)
    }

    @Test func aCardIsReadAsLinkOrAsObject() throws {
        let card = CardDocument(
            displayName: "alice",
            agentID: "aa",
            machineID: "bb",
            userID: nil,
            addresses: ["127.0.0.1:1"],
            createdAt: 7,
            directMessageCapabilities: .init(
                maximumProtocolVersion: 1,
                gossipInbox: true,
                keyEncapsulationAlgorithm: "ML-KEM-768",
                maximumEnvelopeByteCount: 65_536,
                keyEncapsulationPublicKey: [1, 255]
            )
        )
        let json =
            #"{"addresses":["127.0.0.1:1"],"agent_id":"aa","created_at":7,"display_name":"alice","dm_capabilities":"#
            + #"{"gossip_inbox":true,"kem_algorithm":"ML-KEM-768","kem_public_key":[1,255],"max_envelope_bytes":65536,"#
            + #""max_protocol_version":1},"machine_id":"bb"}"#
        try self.roundTrip(card, json)
        try self.roundTrip(CardImportRequest(card: .document(card)), #"{"card":\#(json)}"#)
        try self.roundTrip(
            CardImportRequest(card: .link("x0x://agent/AA"), trustLevel: "Trusted"),
            #"{"card":"x0x://agent/AA","trust_level":"Trusted"}"#
        )
    }

    @Test func agentAndContactRecords() throws {
        try self.roundTrip(
            DiscoveredAgentRecord(
                agentID: "aa",
                machineID: "bb",
                userID: nil,
                addresses: [],
                announcedAt: 1,
                lastSeen: 2,
                canReceiveDirect: true
            ),
            #"{"addresses":[],"agent_id":"aa","announced_at":1,"can_receive_direct":true,"is_coordinator":null,"#
                + #""is_relay":null,"last_seen":2,"machine_id":"bb","nat_type":null,"user_id":null}"#
        )
        try self.roundTrip(
            ContactRecord(
                agentID: "aa",
                trustLevel: "known",
                label: nil,
                addedAt: 1,
                lastSeen: nil,
                identityType: "known",
                isRevoked: false
            ),
            #"{"added_at":1,"agent_id":"aa","identity_type":"known","label":null,"last_seen":null,"revoked":false,"#
                + #""trust_level":"known"}"#
        )
        try self.roundTrip(
            MachineRecordDocument(machineID: "bb", label: nil, firstSeen: 1, lastSeen: 2, isPinned: true),
            #"{"first_seen":1,"label":null,"last_seen":2,"machine_id":"bb","pinned":true}"#
        )
        try self.roundTrip(
            RevocationRecord(agentID: "aa", reason: "r", timestamp: 3, revokerID: nil),
            #"{"agent_id":"aa","reason":"r","revoked_at":3,"revoker_id":null,"timestamp":3}"#
        )
        try self.roundTrip(ContactsResponse(contacts: []), #"{"contacts":[]}"#)
        try self.roundTrip(ContactsResponse(contacts: [], revocations: []), #"{"contacts":[],"revocations":[]}"#)
        #expect(AddMachineRequest.fields == ["machine_id", "label", "pinned"])
        #expect(RevokeContactRequest.fields == ["reason"])
        #expect(AddContactRequest.fields == ["agent_id", "trust_level", "label"])
        #expect(UpdateContactRequest.fields == ["trust_level", "identity_type", "label"])
    }

    @Test func feedEventsCarryTheirTypeAndKeepUnknownOnes() throws {
        let message = TopicMessage(
            subscriptionID: "0123456789abcdef",
            topic: "t",
            payload: "aGk/",
            sender: nil,
            isVerified: false,
            trustLevel: nil
        )
        try self.roundTrip(
            FeedEvent.message(message),
            #"{"data":{"payload":"aGk/","sender":null,"subscription_id":"0123456789abcdef","topic":"t","#
                + #""trust_level":null,"verified":false},"type":"message"}"#
        )
        try self.roundTrip(FeedEvent.lagged(missed: 9), #"{"data":{"missed":9},"type":"lagged"}"#)
        let other = #"{"type":"file:offer","data":{"size":1}}"#
        #expect(try JSONDecoder().decode(FeedEvent.self, from: Data(other.utf8)) == .other(name: "file:offer"))
    }

    @Test func directTypes() throws {
        try self.roundTrip(
            DirectSendResponse(
                path: "raw_quic",
                retriesUsed: 0,
                requestID: "00",
                acknowledgement: .answered(roundTripMilliseconds: 12)
            ),
            #"{"path":"raw_quic","request_id":"00","require_ack":{"ok":true,"rtt_ms":12},"retries_used":0}"#
        )
        try self.roundTrip(
            DirectSendResponse(path: "loopback", retriesUsed: 0, requestID: "00", acknowledgement: nil),
            #"{"path":"loopback","request_id":"00","require_ack":null,"retries_used":0}"#
        )
        try self.roundTrip(
            DirectMessageEvent(
                sender: "aa",
                machineID: "bb",
                payload: "aGk=",
                receivedAt: 1_700_000_000_123,
                isVerified: true,
                trustDecision: "accept"
            ),
            #"{"machine_id":"bb","payload":"aGk=","received_at":1700000000123,"sender":"aa","#
                + #""trust_decision":"accept","verified":true}"#
        )
        try self.roundTrip(ConnectResponse(outcome: "NotFound", address: nil), #"{"addr":null,"outcome":"NotFound"}"#)
    }

    /// Statuses of spec 08 §7.1.
    @Test func everyDirectSendFailureHasItsStatus() {
        let table = Dictionary(uniqueKeysWithValues: DirectSendFailure.allCases.map { ($0.rawValue, $0.status) })
        #expect(
            table == [
                "recipient_rejected": 403, "recipient_key_unavailable": 404, "timeout": 504,
                "peer_likely_offline": 502, "peer_disconnected": 502, "local_gossip_unavailable": 503,
                "envelope_construction": 400, "payload_too_large": 413, "no_connectivity": 503, "publish_failed": 500,
            ]
        )
    }

    /// Keys of spec 04 §14, on a node that has done nothing yet.
    @Test func spec04_check29_gossipDiagnosticsHaveEveryKey() throws {
        let json = try JSONSerialization.jsonObject(
            with: Data(try self.encode(GossipDiagnosticsResponse()).utf8)
        )
        let root = try #require(json as? [String: [String: Any]])
        #expect(
            root.keys.sorted() == ["dispatcher", "overlay", "presence", "pubsub_stages", "recv_pump", "stats", "trust"]
        )
        #expect(root["stats"]?.count == 10)
        #expect(root["pubsub_stages"]?.count == 15)
        #expect((root["pubsub_stages"]?["message_kinds"] as? [String: Any])?.count == 8)
        #expect(
            root["dispatcher"]?.keys.sorted() == [
                "bulk", "membership", "membership_workers", "pubsub", "pubsub_workers", "recv_depth",
            ]
        )
        #expect(root["recv_pump"]?.keys.sorted() == ["bulk", "membership", "per_peer", "pubsub", "uptime_secs"])
        #expect((root["recv_pump"]?["bulk"] as? [String: Any])?.count == 12)
        try self.roundTrip(GossipDiagnosticsResponse(), try self.encode(GossipDiagnosticsResponse()))
    }
}
