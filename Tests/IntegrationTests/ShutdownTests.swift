// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import TestSupport
import Testing
import X0XAPI
import X0XClient

/// A daemon ends in time whoever is connected, and comes back with everything (spec 13 §2.3, §11).
@Suite(.serialized, .timeLimit(.minutes(2))) struct ShutdownTests {
    private enum Trigger: CaseIterable, CustomTestStringConvertible {
        case terminate, interrupt, request

        var testDescription: String { "\(self)" }
    }

    /// Clients that never read and never answer a close frame, on every kind of stream.
    private static func hangingClients(of daemon: DaemonFixture) throws -> [LoopbackStream] {
        let endpoint = try daemon.client.endpoint()
        let port = try #require(endpoint.baseURL.split(separator: ":").last.flatMap { UInt16($0) })
        let token = try #require(endpoint.token?.value)
        let upgrade =
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        let requests = [
            ("/events", ""), ("/direct/events", ""), ("/presence/events", ""), ("/peers/events", ""), ("/ws", upgrade),
            ("/ws/direct", upgrade),
        ]
        return try requests.map { path, headers in
            let stream = try LoopbackStream(port: port)
            try stream.send(
                "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(token)\r\n\(headers)\r\n"
            )
            let answer = try stream.receive()
            #expect(answer.hasPrefix("HTTP/1.1 200") || answer.hasPrefix("HTTP/1.1 101"), "\(path): \(answer)")
            return stream
        }
    }

    @Test(arguments: Trigger.allCases)
    private func spec13_check10_everyWayOutTakesLessThanFiveSecondsWithHangingClients(_ trigger: Trigger) async throws {
        try await DaemonStage.run { stage in
            let daemon = try await stage.start("alice")
            let clients = try Self.hangingClients(of: daemon)
            let portFile = daemon.dataDirectory + "/api.port"
            #expect(FileManager.default.fileExists(atPath: portFile))
            let start = ContinuousClock.now
            switch trigger {
            case .terminate: daemon.process.child.send(signal: SIGTERM)
            case .interrupt: daemon.process.child.send(signal: SIGINT)
            case .request: try await daemon.client.shutdown()
            }
            #expect(await daemon.process.child.waitForExit() == .code(0))
            #expect(ContinuousClock.now - start < .seconds(5))
            #expect(!FileManager.default.fileExists(atPath: portFile))
            withExtendedLifetime(clients) {}
        }
    }

    @Test func spec13_check09_healthAnswersBeforeTheNetworkJoinAndThePortFileNamesTheListener() async throws {
        try await DaemonStage.run { stage in
            // A bootstrap peer that never answers: the join goes on while the API serves.
            let silent = try stage.configurationArguments("bootstrap_peers = [\"127.0.0.1:9\"]\n")
            let daemon = try await stage.start("alice", arguments: silent)
            let port = try String(contentsOfFile: daemon.dataDirectory + "/api.port", encoding: .utf8)
            let health = try await X0XClient(try DaemonEndpoint(address: port)).health()
            #expect(health.peers == 0)
            #expect(try await daemon.client.status().apiAddress == port)
            #expect(try await daemon.client.status().status == "connecting")
        }
    }

    @Test func spec13_check11_aKilledDaemonComesBackWithContactsAndIdentity() async throws {
        try await DaemonStage.run { stage in
            let stranger = String(repeating: "5a", count: 32)
            let before = try await stage.start("alice")
            try await before.client.addContact(stranger, trust: "trusted", label: "friend")
            try await before.client.revokeContact(String(repeating: "6b", count: 32), reason: "lost")
            let book = try await before.client.contactBook()
            let agent = try await before.client.agent()
            before.process.child.send(signal: SIGKILL)
            #expect(await before.process.child.waitForExit() == .signal(SIGKILL))
            // The port file of the killed daemon is stale; the new one replaces it.
            let after = try await stage.start("alice")
            #expect(try await after.client.contactBook() == book)
            #expect(try await after.client.agent() == agent)
        }
    }

    @Test func spec13_check32_aSecondDaemonOnTheSameDirectoryRefusesToStart() async throws {
        try await DaemonStage.run { stage in
            let daemon = try await stage.start("alice")
            let second = try stage.launch("alice")
            #expect(await second.child.waitForExit() == .code(1))
            let log = try String(contentsOfFile: second.launch.logPath, encoding: .utf8)
            #expect(log.contains("already running"))
            #expect(await daemon.client.isHealthy(), "the first one is not disturbed")
            // Its port file still names the first one.
            #expect(try await X0XClient(daemon.process.locator).health().status == "healthy")
        }
    }

    @Test func spec13_check31_withoutConfiguredPeersNobodyIsDialled() async throws {
        try await DaemonStage.run { stage in
            // The stage starts every daemon with --no-hard-coded-bootstrap; trace would show any attempt.
            let daemon = try await stage.start("alice", environment: ["RUST_LOG": "trace"])
            #expect(try await daemon.client.bootstrapCache().connectionCount == 0)
            #expect(await daemon.process.stop() == .code(0))
            let log = try String(contentsOfFile: daemon.process.launch.logPath, encoding: .utf8)
            for address in ["142.93.199.50", "147.182.234.192", "65.21.157.229", "2604:a880"] {
                #expect(!log.contains(address))
            }
            #expect(!log.contains("configured peer"))
        }
    }

    @Test func spec13_check12_logsAsTheEnvironmentSays() async throws {
        try await DaemonStage.run { stage in
            let quiet = try stage.configurationArguments("log_level = \"warn\"\nlog_format = \"json\"\n")
            let folder = stage.directory + "/logs"
            let daemon = try await stage.start(
                "alice",
                arguments: quiet,
                environment: ["RUST_LOG": "debug", "X0X_LOG_DIR": folder]
            )
            let process = daemon.process.child.processIdentifier
            #expect(await daemon.process.stop() == .code(0))
            let output = try String(contentsOfFile: daemon.process.launch.logPath, encoding: .utf8)
            let copy = try String(contentsOfFile: "\(folder)/x0xd-\(process).log", encoding: .utf8)
            #expect(output.contains("daemon ready"), "debug wins over warn")
            for line in output.split(separator: "\n") {
                let record = try JSONValue(parsing: Array(line.utf8))
                #expect(record["level"]?.stringValue != nil && record["fields"]?["message"]?.stringValue != nil)
                #expect(copy.contains(line))
            }
            // What cannot be read falls back to the file: no line below a warning.
            let strange = try await stage.start("bob", arguments: quiet, environment: ["RUST_LOG": "===,,"])
            #expect(await strange.process.stop() == .code(0))
            let rest = try String(contentsOfFile: strange.process.launch.logPath, encoding: .utf8)
            #expect(!rest.contains("daemon ready"))
        }
    }
}
