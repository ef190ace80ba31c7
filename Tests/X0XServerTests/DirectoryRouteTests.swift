// SPDX-License-Identifier: MIT OR Apache-2.0

import Discovery
import Identity
import Primitives
import Synchronization
import Testing
import X0X

/// The lookups of spec 11 §7.9, field by field.
@Suite(.timeLimit(.minutes(1))) struct DirectoryRouteTests {
    private let bob = id(7, AgentID.self)
    private let machine = id(3, MachineID.self)
    private let human = id(9, UserID.self)

    private func harness() throws -> APIHarness {
        let harness = APIHarness()
        let agent = DiscoveredAgent(
            agentID: self.bob,
            machineID: self.machine,
            userID: self.human,
            addresses: [try #require(NetworkAddress("127.0.0.1:9"))],
            announcedAt: 5,
            lastSeen: FakeAgent.startTime,
            reachability: Reachability(natType: "Full Cone", canReceiveDirect: false, isRelay: true)
        )
        harness.agent.world.withLock { $0.discovered = [agent] }
        return harness
    }

    private var machineJSON: String {
        #"{"addresses":["127.0.0.1:9"],"agent_ids":["\#(self.bob.hex)"],"announced_at":5,"can_receive_direct":false,"#
            + #""is_coordinator":null,"is_relay":true,"last_seen":1700000000,"machine_id":"\#(self.machine.hex)","#
            + #""nat_type":"Full Cone","user_ids":["\#(self.human.hex)"]}"#
    }

    @Test(arguments: Place.allCases) func machinesAreListedAndShown(_ place: Place) async throws {
        let harness = try self.harness()
        try await harness.run(place) { client async throws in
            let list = #"{"machines":[\#(self.machineJSON)],"ok":true}"#
            #expect(try await client.get("/machines/discovered").text == list)
            #expect(try await client.get("/machines/discovered?unfiltered=1").text == list)
            let one = try await client.get("/machines/discovered/\(self.machine.hex)")
            #expect(one.text == #"{"machine":\#(self.machineJSON),"ok":true}"#)
            let upper = self.bob.hex.uppercased()
            let ofAgent = try await client.get("/agents/\(upper)/machine")
            #expect(ofAgent.text == #"{"agent_id":"\#(upper)","machine":\#(self.machineJSON),"ok":true}"#)
            let ofUser = try await client.get("/users/\(self.human.hex)/machines")
            #expect(ofUser.text == #"{"machines":[\#(self.machineJSON)],"ok":true,"user_id":"\#(self.human.hex)"}"#)
        }
    }

    @Test func theAgentsOfAUserAreListed() async throws {
        let harness = try self.harness()
        try await harness.run(.memory) { client async throws in
            let answer = try await client.get("/users/\(self.human.hex)/agents")
            #expect(answer.status == 200 && answer.json["user_id"] as? String == self.human.hex)
            let agents = try #require(answer.json["agents"] as? [[String: Any]])
            #expect(agents.count == 1 && agents[0]["agent_id"] as? String == self.bob.hex)
            #expect(agents[0]["user_id"] as? String == self.human.hex)
            let nobody = id(1, UserID.self).hex
            #expect(
                try await client.get("/users/\(nobody)/agents").text
                    == #"{"agents":[],"ok":true,"user_id":"\#(nobody)"}"#
            )
        }
    }

    @Test func aSearchFindsOrSaysNo() async throws {
        let harness = try self.harness()
        try await harness.run(.memory) { client async throws in
            let found = try await client.post("/agents/find/\(self.bob.hex)", "{}")
            #expect(found.text == #"{"addresses":["127.0.0.1:9"],"found":true,"ok":true}"#)
            let stranger = id(8, AgentID.self).hex
            let missing = try await client.post("/agents/find/\(stranger)", "")
            #expect(missing.status == 200 && missing.text == #"{"found":false,"ok":true}"#)
        }
        // Together at most 15 s, for clients that wait no longer.
        #expect(harness.agent.world.withLock { $0.searchLimits } == [.seconds(10), .seconds(10)])
    }

    @Test func reachabilityIsToldFromTheCache() async throws {
        let harness = try self.harness()
        try await harness.run(.memory) { client async throws in
            let answer = try await client.get("/agents/reachability/\(self.bob.hex)")
            let expected =
                #"{"addresses":["127.0.0.1:9"],"is_coordinator":false,"is_relay":true,"likely_direct":false,"#
                + #""needs_coordination":true,"ok":true}"#
            #expect(answer.text == expected)
            let stranger = try await client.get("/agents/reachability/\(id(8, AgentID.self).hex)")
            #expect(stranger.status == 404 && stranger.error == "agent not in discovery cache")
        }
    }

    @Test func connectingToAMachineAnswersAsForAnAgent() async throws {
        let harness = try self.harness()
        try await harness.run(.memory) { client async throws in
            let body = #"{"machine_id":"\#(self.machine.hex)"}"#
            #expect(
                try await client.post("/machines/connect", body).text
                    == #"{"addr":null,"ok":true,"outcome":"NotFound"}"#
            )
            harness.agent.world.withLock {
                $0.connectOutcome = ConnectOutcome(.direct, address: NetworkAddress(ipv4: 0x7F00_0001, port: 9))
            }
            let direct = try await client.post("/machines/connect", body)
            #expect(direct.text == #"{"addr":"127.0.0.1:9","ok":true,"outcome":"Direct"}"#)
            #expect(try await client.post("/machines/connect", "{}").status == 422)
            #expect(try await client.post("/machines/connect", #"{"machine_id":"zz"}"#).status == 400)
        }
    }

    @Test(arguments: ["/agents/discovered", "/machines/discovered"])
    func spec11_check23_waitingTakesAFlagOrSeconds(_ list: String) async throws {
        let harness = APIHarness()
        let kind = list.hasPrefix("/agents") ? "agent" : "machine"
        try await harness.run(.memory) { client async throws in
            let path = "\(list)/\(self.bob.hex)"
            for query in ["", "?wait=false", "?wait=0"] {
                let answer = try await client.get(path + query)
                #expect(answer.status == 404 && answer.error == "\(kind) not found")
            }
            for query in ["?wait=61", "?wait=-1", "?wait=soon", "?wait=", "?wait=1.5"] {
                #expect(try await client.get(path + query).status == 400, "\(query)")
            }
            for query in ["?wait=true", "?wait=2", "?wait=60"] {
                let answer = try await client.get(path + query)
                #expect(answer.status == 404 && answer.error == "\(kind) not found within timeout")
            }
        }
        let limits = harness.agent.world.withLock { $0.searchLimits }
        #expect(limits == [.zero, .zero, .zero, .seconds(10), .seconds(2), .seconds(60)])
    }

    @Test func badIdentifiersAreRefusedAsDocumented() async throws {
        let harness = APIHarness()
        try await harness.run(.memory) { client async throws in
            for path in ["/agents/zz/machine", "/agents/reachability/zz", "/machines/discovered/zz"] {
                let answer = try await client.get(path)
                #expect(answer.status == 400 && answer.error?.hasPrefix("invalid hex: ") == true, "\(path)")
            }
            let short = try await client.post("/agents/find/abcd", "")
            #expect(short.status == 400 && short.error == "expected 32 bytes (64 hex chars), got 2")
            for path in ["/users/zz/agents", "/users/abcd/machines"] {
                let answer = try await client.get(path)
                #expect(
                    answer.status == 400 && answer.error == "invalid user_id: expected 64 hex characters",
                    "\(path)"
                )
            }
            let unknown = try await client.get("/agents/\(self.bob.hex)/machine")
            #expect(unknown.status == 404 && unknown.error == "agent machine not found")
        }
    }
}
