// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Identity
import Primitives
import ServiceLifecycle
import Testing
import X0X
import X0XServer

/// The server in front of the real agent, on loopback, with itself as the only correspondent.
@Suite(.timeLimit(.minutes(2))) struct RealAgentTests {
    /// Runs an agent and its API in one service group, as the daemon does.
    private func withDaemon(_ body: @Sendable (_ port: Int, _ agent: Agent) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "x0x-server-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var configuration = AgentConfiguration(
            dataDirectory: folder.appending(path: "data").path,
            identityDirectory: folder.appending(path: "identity").path,
            bindAddress: NetworkAddress(ipv4: 0x7F00_0001, port: 0)
        )
        configuration.loopbackOnly = true
        let agent = try await Agent(configuration: configuration, logger: APIHarness.logger)
        let (ports, listening) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let server = APIServer(
            agent: agent,
            configuration: APIServerConfiguration(
                address: NetworkAddress(ipv4: 0x7F00_0001, port: 0),
                token: APIHarness.token,
                version: "0.1.0"
            ),
            logger: APIHarness.logger,
            onListening: { listening.yield(Int($0.port)) }
        )
        let group = ServiceGroup(configuration: .init(services: [agent, server], logger: APIHarness.logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next())
            do {
                try await body(port, agent)
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private func request(_ method: String, _ path: String, _ json: String = "", port: Int) async throws -> String {
        let connection = try await RawConnection.open(port: port)
        try await connection.send(
            "\(method) \(path) HTTP/1.1\nHost: localhost\nAuthorization: Bearer \(APIHarness.token)\n"
                + "Content-Type: application/json\nContent-Length: \(json.utf8.count)\nConnection: close\n\n\(json)"
        )
        let text = await connection.receiveAll()
        await connection.close()
        return text
    }

    @Test func spec11_check15_anAgentWritesToItself() async throws {
        try await self.withDaemon { port, agent async throws in
            let me = agent.identity.agentID.hex
            let stream = try await RawConnection.open(port: port)
            try await stream.send("GET /direct/events?token=\(APIHarness.token) HTTP/1.1\nHost: localhost\n\n")
            _ = await stream.receive("\r\n\r\n")
            let sent = try await self.request(
                "POST",
                "/direct/send",
                #"{"agent_id":"\#(me)","payload":"aGk="}"#,
                port: port
            )
            #expect(sent.contains(#""path":"loopback""#))
            let event = await stream.receive(#""payload":"aGk=""#)
            #expect(event.contains("event: direct_message\ndata: {"))
            #expect(event.contains(#""sender":"\#(me)""#) && event.contains(#""verified":true"#))
            await stream.close()

            let unknown = String(repeating: "ab", count: 32)
            let clock = ContinuousClock()
            let start = clock.now
            let refused = try await self.request(
                "POST",
                "/direct/send",
                #"{"agent_id":"\#(unknown)","payload":"aGk="}"#,
                port: port
            )
            #expect(refused.hasPrefix("HTTP/1.1 404 ") && refused.contains("recipient_key_unavailable"))
            // "Under 1 s" for the send itself; the bound leaves room for a machine that runs all tests at once.
            #expect(clock.now - start < .seconds(4))
        }
    }

    @Test func spec11_check13_ownPublishesArriveOnTheEventStream() async throws {
        try await self.withDaemon { port, agent async throws in
            let subscribed = try await self.request("POST", "/subscribe", #"{"topic":"news"}"#, port: port)
            #expect(subscribed.contains("subscription_id"))
            let stream = try await RawConnection.open(port: port)
            try await stream.send("GET /events?token=\(APIHarness.token) HTTP/1.1\nHost: localhost\n\n")
            _ = await stream.receive("\r\n\r\n")
            let published = try await self.request(
                "POST",
                "/publish",
                #"{"topic":"news","payload":"//8="}"#,
                port: port
            )
            #expect(published.hasSuffix(#"{"eager_peers":0,"ok":true}"#), "with no peer the answer says so")
            let event = await stream.receive(#""payload":"//8=""#)
            #expect(event.contains(#""sender":"\#(agent.identity.agentID.hex)""#))
            await stream.close()
            let card = try await self.request("GET", "/agent/card?display_name=me", port: port)
            let link = try #require(card.firstMatch(of: /"link":"([^"]+)"/)?.1)
            let imported = try await self.request("POST", "/agent/card/import", #"{"card":"\#(link)"}"#, port: port)
            #expect(imported.hasPrefix("HTTP/1.1 200 "))
            #expect(try await self.request("GET", "/contacts", port: port).hasSuffix(#"{"contacts":[],"ok":true}"#))
            for path in ["/status", "/network/status", "/diagnostics/gossip", "/presence/online", "/introduction"] {
                #expect(try await self.request("GET", path, port: port).hasPrefix("HTTP/1.1 200 "), "\(path)")
            }
        }
    }
}
