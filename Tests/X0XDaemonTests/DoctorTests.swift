// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import X0XDaemon

@Suite(.timeLimit(.minutes(1))) struct DoctorTests {
    private func report(
        _ home: String,
        apiPort: String = "0",
        path: String = ""
    ) async throws -> DoctorReport {
        let environment = ["HOME": home, "X0X_LOOPBACK_ONLY": "1", "PATH": path]
        let configuration = try DaemonConfiguration(
            options: DaemonOptions(arguments: ["--name", "doc", "--api-port", apiPort]),
            environment: environment
        ) { _ in nil }
        return await Doctor(configuration: configuration, environment: environment, executablePath: "/opt/x0xd")
            .examine()
    }

    @Test func aFreshHomeHasWarningsOnly() async throws {
        try await withTemporaryDirectory { home in
            let report = try await self.report(home)
            #expect(!report.hasFailed)
            #expect(report.findings.contains(.init(grade: .warn, text: "x0xd is not on PATH")))
            #expect(report.findings.contains(.init(grade: .warn, text: "no daemon answers for this data directory")))
            #expect(report.text.hasPrefix("x0xd doctor\n-----"))
            let lines = report.text.split(separator: "\n").dropFirst(2).dropLast(2)
            #expect(lines.allSatisfy { ["PASS  ", "WARN  ", "FAIL  "].contains($0.prefix(6)) })
        }
    }

    @Test func aSecretThatOthersCanReadIsAFailure() async throws {
        try await withTemporaryDirectory { home in
            let folder = "\(home)/.x0x-doc"
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            let key = "\(folder)/agent.key"
            try Data("k".utf8).write(to: URL(filePath: key))
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
            #expect(try await self.report(home).hasFailed)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
            #expect(try await !self.report(home).hasFailed)
        }
    }

    @Test func aDataDirectoryThatIsAFileIsAFailure() async throws {
        try await withTemporaryDirectory { home in
            let base = "\(home)/.local/share"
            try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true)
            try Data().write(to: URL(filePath: "\(base)/x0x-doc"))
            let report = try await self.report(home)
            #expect(report.hasFailed)
            #expect(report.text.contains("is not a directory"))
        }
    }

    @Test func aTakenPortIsAFailureAndAFreeOneAWarning() async throws {
        try await withTemporaryDirectory { home in
            // A port that was given back may be somebody else's a moment later: then another one is tried.
            for attempt in 1...5 {
                let (port, release) = try await LoopbackListener.hold()
                let taken = try await self.report(home, apiPort: "\(port)").text
                #expect(taken.contains("API port 127.0.0.1:\(port) is taken by another program"))
                try await release()
                let free = try await self.report(home, apiPort: "\(port)").text
                if free.contains("API port 127.0.0.1:\(port) is free") { return }
                #expect(attempt < 5, "\(free)")
            }
        }
    }
}
