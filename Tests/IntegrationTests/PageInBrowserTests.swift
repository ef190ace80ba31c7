// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import Foundation
import Identity
import Primitives
import Subprocess
import TestSupport
import Testing
import X0XAPI
import X0XClient

/// The web page in a real browser, served by a real daemon (issue: CLI and GUI parity for identity and trust).
///
/// `Browser/walk.py` drives Chromium through the page: identity, words, introduction, card, import, trust, machines and
/// pins, a direct message, block, remove, revoke. Where there is no browser the test is skipped and says so; under
/// continuous integration it fails instead.
@Suite(.timeLimit(.minutes(3))) struct PageInBrowserTests {
    private static let stepCount = 13

    @Test(.enabled(if: Browser.isExpected, Browser.absenceComment))
    func thePageDoesWhatTheOwnerDoes() async throws {
        try await DaemonStage.run { stage in
            let me = try await stage.start("me")
            let peer = try await stage.start("peer")
            try await me.meet(peer, trust: "unknown")
            try await me.connect(to: peer)
            try await me.client.removeContact(peer.agentID)
            _ = try await eventually("the peer's own announcement") {
                try await me.client.discoveredAgents().first { $0.agentID == peer.agentID }?.binding
            } until: {
                $0 == "announced"
            }
            let stranger = AgentID(words: Words32(0x5A5A, 0, 0, 1))
            let unsigned = AgentCard(
                displayName: "stranger",
                agentID: stranger,
                machineID: MachineID(words: Words32(0x5B5B, 0, 0, 1)),
                createdAt: 1
            )
            let scenario = PageScenario(
                me: try await PageScenario.Node(me),
                peer: try await PageScenario.Node(peer),
                stranger: stranger.hex,
                unsignedCard: unsigned.link
            )
            let page = try me.client.endpoint().baseURL + "/gui"
            let walk = try await Browser.walk(page, scenario)
            #expect(walk.failures == [])
            #expect(walk.passedSteps.count == Self.stepCount)
            #expect(walk.exitCode == 0)
            let report = try #require(walk.report)
            // The page talks to the daemon that served it, and to nobody else.
            let base = try me.client.endpoint().baseURL
            #expect(!report.requests.isEmpty)
            #expect(report.requests.filter { !$0.hasPrefix(base + "/") } == [])
            #expect(report.console == [])
        }
    }
}

/// What the script is told.
private struct PageScenario: Encodable {
    struct Node: Encodable {
        let agentID: String
        let machineID: String
        let words: String
        let card: String
        let version: String
        let address: String

        init(_ daemon: DaemonFixture) async throws {
            self.agentID = daemon.agentID
            self.machineID = daemon.machineID
            self.words = IdentityWords(try #require(AgentID(bytes: [UInt8](hex: daemon.agentID)))).description
            self.card = try await daemon.client.agentCard(displayName: daemon.name).link
            self.version = try await daemon.client.health().version
            self.address = try await daemon.client.networkStatus().localAddress
        }

        enum CodingKeys: String, CodingKey {
            case agentID = "agent_id"
            case machineID = "machine_id"
            case words
            case card
            case version
            case address
        }
    }

    let me: Node
    let peer: Node
    let stranger: String
    let unsignedCard: String

    enum CodingKeys: String, CodingKey {
        case me
        case peer
        case stranger
        case unsignedCard = "unsigned_card"
    }
}

/// Chromium and the library that drives it, both installed by `scripts/setup`.
private enum Browser {
    static let absenceComment: Comment = "no browser here: run `make setup`"

    /// What a walk through the page showed.
    struct Walk {
        var exitCode: Int32 = -1
        var passedSteps: [String] = []
        var failures: [String] = []
        var report: Report?
    }

    struct Report: Decodable {
        let requests: [String]
        let console: [String]
    }

    private static let package = URL(fileURLWithPath: #filePath).appending(path: "../../..").standardizedFileURL
    private static let environment = Self.package.appending(path: ".build/interop-venv").path
    private static let programs = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"]

    private static var program: String? {
        Self.programs.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Where the test runs: with a browser, and always under continuous integration.
    static var isExpected: Bool {
        ProcessInfo.processInfo.environment["CI"] != nil || (Self.program != nil && Self.hasDriver)
    }

    private static var hasDriver: Bool {
        let folder = Self.environment + "/lib"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return versions.contains { FileManager.default.fileExists(atPath: "\(folder)/\($0)/site-packages/playwright") }
    }

    static func walk(_ page: String, _ scenario: PageScenario) async throws -> Walk {
        let program = try #require(Self.program, Self.absenceComment)
        let script = Self.package.appending(path: "Tests/IntegrationTests/Browser/walk.py").path
        let json = String(decoding: try JSONEncoder().encode(scenario), as: UTF8.self)
        let result = try await Subprocess.run(
            .name("python"),
            arguments: ["-uB", script, program, page, json],
            environment: .inherit.updating(["PATH": Self.environment + "/bin"]),
            output: .string(limit: 1 << 22),
            error: .currentStandardError
        )
        var walk = Walk()
        if case .exited(let code) = result.terminationStatus { walk.exitCode = code }
        for line in result.standardOutput.split(whereSeparator: \.isNewline).map(String.init) {
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            switch words.first {
            case "ok": walk.passedSteps.append(words[1])
            case "failed": walk.failures.append(words[1])
            case "report": walk.report = try JSONDecoder().decode(Report.self, from: Data(words[1].utf8))
            default: continue
            }
        }
        return walk
    }
}
