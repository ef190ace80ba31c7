// SPDX-License-Identifier: MIT OR Apache-2.0

import Discovery
import Foundation
import Identity
import Node
import Presence
import Primitives
import Synchronization
import Testing
import X0X
import X0XServer

/// `/presence…` (spec 05 §10, spec 11 §7.4).
@Suite(.timeLimit(.minutes(1))) struct PresenceTests {
    private let bob = id(7, AgentID.self)
    private let old = id(8, AgentID.self)

    private func harness() -> APIHarness {
        let harness = APIHarness()
        let fresh = DiscoveredAgent(
            agentID: self.bob,
            machineID: id(3, MachineID.self),
            addresses: [NetworkAddress(ipv4: 0x0102_0304, port: 9)],
            announcedAt: 5,
            lastSeen: FakeAgent.startTime
        )
        let old = DiscoveredAgent(agentID: self.old, machineID: .zero, announcedAt: 1, lastSeen: 1)
        harness.agent.world.withLock { $0.discovered = [fresh, old] }
        return harness
    }

    private var bobJSON: String {
        #"{"addresses":["1.2.3.4:9"],"agent_id":"\#(self.bob.hex)","announced_at":5,"binding":"claimed","can_receive_direct":null,"#
            + #""is_coordinator":null,"is_relay":null,"last_seen":1700000000,"#
            + #""machine_id":"\#(id(3, MachineID.self).hex)","nat_type":null,"user_id":null}"#
    }

    @Test(arguments: Place.allCases)
    func spec05_check19_theShapesAreThoseOfTheSpecification(_ place: Place) async throws {
        try await self.harness().run(place) { client async throws in
            let bob = self.bobJSON
            #expect(try await client.get("/presence").text == #"{"agents":["\#(self.bob.hex)"],"ok":true}"#)
            #expect(try await client.get("/presence/online").text == #"{"agents":[\#(bob)],"ok":true}"#)
            #expect(try await client.get("/presence/foaf").text == #"{"agents":[\#(bob)],"ok":true}"#)
            #expect(try await client.get("/presence/find/\(self.bob.hex)").text == #"{"agent":\#(bob),"ok":true}"#)
            let unknown = String(repeating: "ab", count: 32)
            #expect(try await client.get("/presence/find/\(unknown)").text == #"{"agent":null,"ok":true}"#)
            #expect(
                try await client.get("/presence/status/\(self.bob.hex)").text
                    == #"{"agent":\#(bob),"ok":true,"online":true}"#
            )
            #expect(
                try await client.get("/presence/status/\(unknown)").text == #"{"agent":null,"ok":true,"online":false}"#
            )
        }
    }

    @Test func spec05_check20_anAgentOfLongAgoIsNotOnlineButShown() async throws {
        try await self.harness().run(.memory) { client async throws in
            let status = try await client.get("/presence/status/\(self.old.hex)").json
            #expect(status["online"] as? Bool == false && status["agent"] is [String: Any])
        }
    }

    @Test(arguments: ["zz", "abcd", String(repeating: "g", count: 64), String(repeating: "a", count: 66)])
    func spec05_check19_badIdsAreRefusedInOneSentence(_ text: String) async throws {
        try await self.harness().run(.memory) { client async throws in
            for path in ["/presence/find/", "/presence/status/"] {
                let reply = try await client.get(path + text)
                #expect(reply.status == 400)
                #expect(reply.error == "invalid agent id (expected 64 hex chars)")
            }
        }
    }

    @Test func spec05_flawP10_theLimitsOfAWalkAreClamped() async throws {
        let harness = self.harness()
        try await harness.run(.memory) { client async throws in
            let cases: [(query: String, timeToLive: UInt8, milliseconds: Int64)] = [
                ("", 3, 5000), ("?ttl=0&timeout_ms=0", 1, 100), ("?ttl=255&timeout_ms=99999999", 5, 30_000),
                ("?ttl=2&timeout_ms=250", 2, 250),
            ]
            for path in ["/presence/foaf", "/presence/find/\(self.bob.hex)"] {
                for example in cases {
                    #expect(try await client.get(path + example.query).status == 200)
                    let walk = harness.agent.world.withLock { $0.walk }
                    #expect(walk?.timeToLive == example.timeToLive)
                    #expect(walk?.timeout == .milliseconds(example.milliseconds))
                }
                for query in ["?ttl=256", "?ttl=-1", "?ttl=", "?ttl=x", "?ttl=%2B3"] {
                    let reply = try await client.get(path + query)
                    #expect(reply.status == 400)
                    #expect(reply.error == "invalid query: ttl must be a number from 0 to 255")
                }
                #expect(try await client.get(path + "?timeout_ms=1.5").status == 400)
            }
        }
    }

    @Test func spec05_check19_eventsBeginWithWhoIsThereAndAreNeverLost() async throws {
        let harness = self.harness()
        try await withRunningServer(harness) { port, _ async throws in
            let stream = try await RawConnection.open(port: port)
            try await stream.send("GET /presence/events?token=\(APIHarness.token) HTTP/1.1\nHost: localhost\n\n")
            let bob = "\"agent_id\":\"\(self.bob.hex)\""
            let online =
                "event: presence\ndata: {\(bob),\"event\":\"online\",\"reachable\":true,\"type\":\"online\"}\n\n"
            #expect(await stream.receive(online).contains("text/event-stream"))
            harness.agent.presenceChanges.publish(.offline(self.bob))
            harness.agent.presenceChanges.publish(.online(self.old, isReachable: false))
            let offline = "event: presence\ndata: {\(bob),\"event\":\"offline\",\"type\":\"offline\"}\n\n"
            let text = await stream.receive("\"reachable\":false,\"type\":\"online\"}\n\n")
            #expect(text.contains(offline) && text.contains(self.old.hex))
            await stream.close()
        }
    }

    /// A feed that is two behind is told that it lagged, and then exactly the difference (issue: never lost).
    @Test func aSlowReaderIsBroughtUpToDate() async throws {
        let harness = self.harness()
        let feed = try await harness.agent.presenceEvents()
        var reader = feed.makeAsyncIterator()
        #expect(await reader.next() == .online(self.bob, isReachable: true))
        for number in 20..<30 as Range<UInt64> {
            harness.agent.presenceChanges.publish(.online(id(UInt8(number), AgentID.self), isReachable: true))
        }
        #expect(await reader.next() == .lagged(8))
        // The snapshot of this stand-in does not know them: the last two come out of the queue.
        #expect(await reader.next() == .online(id(28, AgentID.self), isReachable: true))
        #expect(await reader.next() == .online(id(29, AgentID.self), isReachable: true))
        harness.agent.presenceChanges.finish()
        #expect(await reader.next() == nil)
    }
}
