// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import TestSupport
import Testing
import X0XAPI
import X0XClient

/// Start, stop and start again (spec 13 §1, §2).
@Suite(.serialized, .timeLimit(.minutes(2))) struct LifecycleTests {
    @Test func spec11_check01_aFreshStartServesBeforeThereArePeers() async throws {
        try await DaemonStage.run { stage in
            let daemon = try await stage.start("alice")
            let port = try String(contentsOfFile: daemon.dataDirectory + "/api.port", encoding: .utf8)
            #expect(port.hasPrefix("127.0.0.1:") && !port.hasSuffix(":0") && !port.contains("\n"))
            let token = try String(contentsOfFile: daemon.dataDirectory + "/api-token", encoding: .utf8)
            #expect(token.utf8.count == 64 && token.allSatisfy { $0.isHexDigit && !$0.isUppercase })
            #expect(try await daemon.client.health().peers == 0)
        }
    }

    @Test func identityContactsAndTokenSurviveARestart() async throws {
        try await DaemonStage.run { stage in
            let stranger = String(repeating: "5a", count: 32)
            let before = try await stage.start("alice")
            try await before.client.addContact(stranger, trust: "trusted", label: "old friend")
            let token = try before.client.endpoint().token
            #expect(await before.process.stop() == .code(0), "SIGTERM ends the daemon gracefully")

            let after = try await stage.start("alice")
            #expect(after.agentID == before.agentID && after.machineID == before.machineID)
            #expect(try after.client.endpoint().token == token)
            let contacts = try await after.client.contacts()
            #expect(contacts.map(\.agentID) == [stranger])
            #expect(contacts.first?.trustLevel == "trusted" && contacts.first?.label == "old friend")
        }
    }

    @Test func whatWasAcknowledgedSurvivesAKill() async throws {
        try await DaemonStage.run { stage in
            let before = try await stage.start("alice")
            let ids = (1...20).map { String(repeating: String(format: "%02x", $0), count: 32) }
            for id in ids { try await before.client.addContact(id, trust: "blocked") }
            before.process.child.send(signal: SIGKILL)
            #expect(await before.process.child.waitForExit() == .signal(SIGKILL))
            let after = try await stage.start("alice")
            let contacts = try await after.client.contacts()
            #expect(contacts.map(\.agentID) == ids && contacts.allSatisfy { $0.trustLevel == "blocked" })
        }
    }

    @Test func aSecondDaemonOnTheSameDirectoryIsRefusedAndTheFirstLives() async throws {
        try await DaemonStage.run { stage in
            let daemon = try await stage.start("alice")
            let second = try stage.launch("alice")
            let exit = await second.child.waitForExit()
            #expect(exit == .code(1))
            let log = try String(contentsOfFile: second.launch.logPath, encoding: .utf8)
            #expect(
                log.contains("\(daemon.process.child.processIdentifier)"),
                "it says who holds the directory: \(log)"
            )
            #expect(await daemon.client.isHealthy())
            #expect(try await daemon.client.agent().agentID == daemon.agentID)
        }
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func spec11_check28_signalsEndTheDaemonWithinFiveSecondsAndTidyUp(signal: Int32) async throws {
        try await DaemonStage.run { stage in
            let daemon = try await stage.start("alice")
            let portFile = daemon.dataDirectory + "/api.port"
            #expect(FileManager.default.fileExists(atPath: portFile))
            // An open event stream must not keep the daemon alive.
            let stream = try await daemon.client.events()
            let clock = ContinuousClock()
            let start = clock.now
            daemon.process.child.send(signal: signal)
            #expect(await daemon.process.child.waitForExit() == .code(0))
            #expect(clock.now - start < .seconds(5))
            #expect(!FileManager.default.fileExists(atPath: portFile))
            withExtendedLifetime(stream) {}
        }
    }

    @Test func spec11_check28_shutdownByRequestIsGraceful() async throws {
        try await DaemonStage.run { stage in
            let daemon = try await stage.start("alice")
            try await daemon.client.shutdown()
            #expect(await daemon.process.child.waitForExit() == .code(0))
        }
    }

    @Test func secretFilesArePrivate() async throws {
        try await DaemonStage.run { stage in
            let daemon = try await stage.start("alice")
            let home = URL(fileURLWithPath: daemon.process.launch.home)
            let files = FileManager.default.enumerator(at: home, includingPropertiesForKeys: [.isDirectoryKey])
            var names: [String] = []
            while let file = files?.nextObject() as? URL {
                let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int ?? -1
                let name = file.lastPathComponent
                names.append(name)
                if name.hasSuffix(".key") || name == "api-token" || name.hasPrefix("x0x.db") {
                    #expect(mode & 0o077 == 0, "\(name): \(String(mode, radix: 8))")
                }
            }
            #expect(names.contains("api-token") && names.contains("x0x.db") && names.contains { $0.hasSuffix(".key") })
        }
    }
}
