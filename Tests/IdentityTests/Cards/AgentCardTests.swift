// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Identity
import Primitives
import Testing

@Suite struct AgentCardTests {
    private func card() throws -> AgentCard {
        AgentCard(
            displayName: "Ann \"/\\\u{1}é🙂",
            agentID: id(1),
            machineID: id(2),
            userID: id(3),
            addresses: [try Fixtures.address("127.0.0.1:5483"), try Fixtures.address("[2001:db8::1]:5483")],
            groups: [AgentCard.Group(name: "g", inviteLink: "x0x://invite/abc")],
            stores: [AgentCard.Store(name: "s", topic: "t/1")],
            createdAt: 1_700_000_000,
            directMessages: DirectMessageCapabilities(
                hasGossipInbox: true,
                keyEncapsulationPublicKey: [UInt8](repeating: 7, count: 1_184)
            )
        )
    }

    @Test func spec01_check39_aLinkRoundTripsWithAndWithoutPrefix() throws {
        let card = try self.card()
        let link = card.link
        #expect(link.hasPrefix("x0x://agent/"))
        #expect(!link.contains("=") && !link.contains("+") && !link.dropFirst(12).contains("/"))
        #expect(try AgentCard(link: link) == card)
        #expect(try AgentCard(link: String(link.dropFirst(12))) == card)
        #expect(try AgentCard(link: " \n\(link)\t ") == card)
        let padding = String(repeating: "=", count: (4 - (link.count - 12) % 4) % 4)
        #expect(try AgentCard(link: link + padding) == card)
        let standard = link.dropFirst(12).replacing("-", with: "+").replacing("_", with: "/")
        #expect(try AgentCard(link: String(standard)) == card)
        #expect(try AgentCard(json: card.json) == card)
    }

    @Test func spec01_check39_emptyOptionalsAreLeftOut() throws {
        let card = AgentCard(displayName: "", agentID: id(1), machineID: id(2), createdAt: 5)
        let ones = String(repeating: "01", count: 32)
        let twos = String(repeating: "02", count: 32)
        #expect(
            card.json
                == #"{"display_name":"","agent_id":"\#(ones)","machine_id":"\#(twos)","addresses":[],"created_at":5}"#
        )
        #expect(try AgentCard(json: card.json) == card)
        #expect(try self.card().json.contains(#"x0x://invite/abc"#))
    }

    @Test func membersStandInTheOrderOfTheSpecification() throws {
        let json = try self.card().json
        let names = [
            "display_name", "agent_id", "machine_id", "user_id", "addresses", "groups", "stores", "created_at",
            "dm_capabilities", "max_protocol_version", "gossip_inbox", "kem_algorithm", "max_envelope_bytes",
            "kem_public_key",
        ]
        let places = names.map { json.firstRange(of: "\"\($0)\":")?.lowerBound }
        #expect(!places.contains(nil))
        #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
    }

    @Test(arguments: [
        ("x0x://agent/!!!", "invalid base64"), ("", "invalid base64"), ("x0x://agent/A", "invalid base64"),
        ("x0x://agent/_w", "invalid UTF-8"), ("x0x://agent/e30", "invalid card JSON"),
        ("bm90IGpzb24", "invalid card JSON"),
    ])
    func spec01_check39_garbageNamesItsFault(link: String, fault: String) {
        let error = #expect(throws: AgentCardError.self) { try AgentCard(link: link) }
        #expect(error?.description.contains(fault) == true)
        #expect(error?.description.hasPrefix("invalid card: ") == true)
    }

    @Test func badMembersAreNamed() throws {
        let json = try self.card().json
        let ones = String(repeating: "01", count: 32)
        #expect(throws: AgentCardError.invalidAgentID) { try AgentCard(json: json.replacing(ones, with: "01zz")) }
        let twos = String(repeating: "02", count: 32)
        #expect(throws: AgentCardError.invalidMachineID) { try AgentCard(json: json.replacing(twos, with: "02")) }
        #expect(try AgentCard(json: json.replacing(twos, with: "")).machineID == nil)
        #expect(throws: AgentCardError.invalidJSON("missing field `created_at`")) {
            try AgentCard(json: json.replacing("created_at", with: "created"))
        }
        #expect(throws: AgentCardError.invalidJSON("wrong type of `created_at`")) {
            try AgentCard(json: json.replacing("1700000000", with: "\"soon\""))
        }
        #expect(throws: AgentCardError.invalidJSON("not valid JSON, or a number out of range")) {
            try AgentCard(json: json.replacing("1700000000", with: "-1"))
        }
        #expect(throws: AgentCardError.self) { try AgentCard(json: json.replacing("[7,7,", with: "[7,")) }
        #expect(
            try AgentCard(json: json.replacing("{\"display", with: "{\"new_member\":[1,{}],\"display")) == self.card()
        )
    }

    @Test func limitsHoldAtTheLimitAndOnePast() throws {
        var card = AgentCard(displayName: "", agentID: id(1), machineID: id(2), createdAt: 5)
        card.displayName = String(repeating: "n", count: 256)
        card.groups = Array(repeating: AgentCard.Group(name: "g", inviteLink: "i"), count: 256)
        #expect(try AgentCard(link: card.link) == card)
        card.displayName += "n"
        #expect(throws: AgentCardError.self) { try AgentCard(link: card.link) }
        card.displayName = ""
        card.groups.append(card.groups[0])
        #expect(throws: AgentCardError.self) { try AgentCard(link: card.link) }
        #expect(throws: AgentCardError.tooLarge(limit: 65_536)) {
            try AgentCard(link: String(repeating: "A", count: 65_537))
        }
        card.groups = []
        card.addresses = (1...20).map { NetworkAddress(ipv4: 0x0102_0304, port: $0) }
        #expect(try AgentCard(link: card.link).addresses == Array(card.addresses.prefix(16)))
        let mixed = try AgentCard(json: card.json.replacing("1.2.3.4:1\"", with: "host:1\""))
        #expect(mixed.addresses.first == card.addresses[1])
    }

    @Test func aSignedCardIsRecognised() throws {
        let agent = try AgentKey(seed: Fixtures.seed(4))
        var card = try self.card()
        card.agentID = agent.id
        card.addresses = (1...20).map { NetworkAddress(ipv4: 0x0102_0304, port: $0) }
        #expect(try card.authenticity() == .unsigned)
        let signed = try card.signed(by: agent)
        #expect(try signed.authenticity() == .signedByAgent)
        let read = try AgentCard(link: signed.link)
        #expect(try read.authenticity() == .signedByAgent)
        #expect(read.json == signed.json)
    }

    @Test func aSignedCardCannotBeChanged() throws {
        let agent = try AgentKey(seed: Fixtures.seed(4))
        var card = try self.card()
        card.agentID = agent.id
        let json = try card.signed(by: agent).json
        let changes = [
            ("Ann", "Bob"), (id(2, MachineID.self).hex, id(9, MachineID.self).hex), ("127.0.0.1", "127.0.0.2"),
            ("1700000000", "1700000001"), ("[7,7,", "[8,7,"), ("invite/abc", "invite/abd"), ("t/1", "t/2"),
            (",\"agent_public_key\":\"", ",\"other\":\""), (agent.id.hex, id(1, AgentID.self).hex),
        ]
        for (from, to) in changes {
            #expect(throws: AgentCardError.invalidSignature) { try AgentCard(json: json.replacing(from, with: to)) }
        }
    }

    @Test func noChangedCharacterTraps() throws {
        let link = Array(try self.card().link.utf8)
        var random = SplitMix64(seed: 39)
        for _ in 0..<2_000 {
            var changed = link
            for _ in 0...Int(random.next() % 3) {
                changed[Int(random.next() % UInt64(link.count))] = UInt8(random.next() % 128)
            }
            _ = try? AgentCard(link: String(decoding: changed, as: UTF8.self))
        }
        for count in stride(from: 0, to: link.count, by: 7) {
            #expect(throws: AgentCardError.self) {
                try AgentCard(link: String(decoding: link.prefix(count), as: UTF8.self))
            }
        }
    }

    @Test func theShortFormShowsNameAndID() throws {
        var card = try self.card()
        card.displayName = "Ann"
        #expect(card.shortDescription == "Ann (01010101…)")
    }
}
