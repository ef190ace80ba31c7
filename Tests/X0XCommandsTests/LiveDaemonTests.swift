// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Synchronization
import TestSupport
import Testing
import X0XAPI
import X0XClient
import X0XCommands

/// The commands against the real daemon, if `x0xd` is built; otherwise these tests are skipped.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: (try? BuiltProgram.path(of: "x0xd")) != nil))
struct LiveDaemonTests {
    /// Runs `body` with a function that runs `x0x` for the instance `ann` of a user of her own; ends her daemon
    /// afterwards.
    private static func withUser(
        _ body: (String, @Sendable ([String], [String: String]) async -> CommandRun) async throws -> Void
    ) async throws {
        let daemon = try BuiltProgram.path(of: "x0xd")
        let executable = URL(fileURLWithPath: daemon).deletingLastPathComponent().appending(path: "x0x").path
        try await withTemporaryDirectory { home in
            let user = ["HOME": home, "X0X_LOOPBACK_ONLY": "1", "PATH": "/usr/bin:/bin"]
            let x0x: @Sendable ([String], [String: String]) async -> CommandRun = { arguments, environment in
                await CommandRun.x0x(
                    ["--name", "ann"] + arguments,
                    environment: user.merging(environment) { $1 },
                    executablePath: executable
                )
            }
            do {
                try await body(home, x0x)
            } catch {
                _ = await x0x(["stop"], [:])
                throw error
            }
            _ = await x0x(["stop"], [:])
        }
    }

    @Test func spec13_check18_startStopInstances() async throws {
        try await Self.withUser { home, x0x in
            let first = await x0x(["start"], [:])
            #expect(first.code == 0, "\(first.errors)")
            #expect(first.output.hasPrefix("Daemon started at http://127.0.0.1:"))
            let second = await x0x(["start"], [:])
            #expect(second.code == 0)
            let address = first.output.dropFirst("Daemon started at ".count)
            #expect(second.output == "Daemon already running at \(address)")
            #expect(await x0x(["instances"], [:]).output.contains("running"))
            #expect(FileManager.default.fileExists(atPath: "\(home)/.local/share/x0x-ann/x0xd.log"))
            #expect(FileManager.default.fileExists(atPath: "\(home)/.x0x-ann/machine.key"))

            let stop = await x0x(["stop"], [:])
            #expect(stop.code == 0)
            #expect(stop.output == "Daemon shutting down.\n")
            #expect(await x0x(["instances"], [:]).output == "No running instances found.\n")
            #expect(await x0x(["health"], [:]).code == 2)
            // The directory is free as soon as `stop` has returned.
            #expect(await x0x(["start"], [:]).output.hasPrefix("Daemon started at http://127.0.0.1:"))
        }
    }

    @Test func spec13_check17_tokenOfTheEnvironment() async throws {
        try await Self.withUser { _, x0x in
            #expect(await x0x(["start"], [:]).code == 0)
            let wrong = await x0x(["agent"], ["X0X_API_TOKEN": "wrong"])
            #expect(wrong.code == 1)
            #expect(wrong.errors.hasSuffix("(HTTP 401)\n"))
            #expect(await x0x(["agent"], ["X0X_API_TOKEN": ""]).code == 0)
        }
    }

    @Test func spec13_check26_displayNames() async throws {
        try await Self.withUser { _, x0x in
            #expect(await x0x(["start"], [:]).code == 0)
            let card = await x0x(["agent", "card", "Ann Lee", "--json"], [:])
            let value = try JSONValue(parsing: Array(card.output.utf8))
            #expect(value["card"]?["display_name"] == .string("Ann Lee"))
            // Her own card: understood, and no contact made of it.
            let link = try #require(value["link"]?.stringValue)
            #expect(await x0x(["agent", "import", link], [:]).code == 0)
            #expect(await x0x(["contacts", "--json"], [:]).output.contains("\"contacts\": []"))
        }
    }

    @Test func aDaemonThatCannotStartIsReported() async throws {
        try await Self.withUser { home, x0x in
            let configuration = "\(home)/config.toml"
            try "api_address = 7\n".write(toFile: configuration, atomically: true, encoding: .utf8)
            let run = await x0x(["start", "--config", configuration], [:])
            #expect(run.code == 1)
            #expect(run.errors.hasPrefix("error: x0xd ended while starting (exit code 1); see \(home)"))
            #expect(run.output.isEmpty)
        }
    }

    @Test func subscribersSeePublishedMessages() async throws {
        try await Self.withUser { home, x0x in
            #expect(await x0x(["start"], [:]).code == 0)
            let locator = try DaemonLocator(instance: "ann", environment: ["HOME": home])
            let client = X0XClient(locator)
            async let subscriber = CommandRun.x0x(
                ["subscribe", "a/b", "--json", "--name", "ann"],
                environment: ["HOME": home]
            ) { $0.contains("aGkgw7w=") }
            // Published until seen: the subscriber says on standard error when it is ready, which only people read.
            let publisher = Task {
                while !Task.isCancelled {
                    try await client.publish(topic: "a/b", payload: Array("hi ü".utf8))
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            let run = await subscriber
            publisher.cancel()
            #expect(run.code == 0)
            let line = try #require(run.output.split(separator: "\n").first)
            let message = try #require(try JSONValue(parsing: Array(line.utf8))["data"])
            #expect(message["topic"] == .string("a/b"))
            #expect(message["verified"] == .bool(true))
            #expect(message["sender"]?.stringValue == (try await client.agent().agentID))
        }
    }

    @Test func theDemoSucceeds() async throws {
        let daemon = try BuiltProgram.path(of: "x0xd")
        let run = await CommandRun.x0x(["demo", "--json", "--x0xd", daemon])
        #expect(run.code == 0, "\(run.errors)")
        let entries = try run.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        let steps = entries.compactMap { $0["step"]?.stringValue }
        let expected = [("start", 3), ("card", 6), ("connect", 3), ("publish", 2), ("direct", 2), ("presence", 3)]
        for (step, count) in expected { #expect(steps.count { $0 == step } == count, "\(step)") }
        #expect(entries.count { $0["verified"] == .bool(true) } == 4)
        #expect(Self.children(named: "bob").isEmpty)
    }

    #if os(Linux)
    @Test(arguments: ["\"step\":\"start\"", "\"step\":\"card\"", "\"step\":\"publish\""])
    func theDemoFailsWhenADaemonIsKilled(_ moment: String) async throws {
        let daemon = try BuiltProgram.path(of: "x0xd")
        let isKilled = Mutex(false)
        let run = await CommandRun.x0x(["demo", "--json", "--x0xd", daemon]) { output in
            let isFirst = isKilled.withLock { isKilled in
                defer { isKilled = isKilled || output.contains(moment) }
                return !isKilled && output.contains(moment)
            }
            if isFirst { for process in Self.children(named: "bob") { kill(process, SIGKILL) } }
            return false
        }
        #expect(run.code == 1)
        #expect(
            run.errors == "error: bob's daemon ended in the middle of the demo (signal 9)\n"
                || run.errors.contains("bob's daemon ended while starting (signal 9)")
        )
        #expect(!run.output.contains("\"step\":\"presence\""))
        for name in ["alice", "bob", "charlie"] { #expect(Self.children(named: name).isEmpty) }
    }

    @Test func aStoppedDemoIsNoSuccessAndLeavesNothing() async throws {
        let daemon = try BuiltProgram.path(of: "x0xd")
        let run = await CommandRun.x0x(["demo", "--x0xd", daemon], stopWhen: { $0.contains("\ncard") })
        #expect(run.code == 1)
        #expect(run.errors == "error: demo stopped before it was complete\n")
        #expect(!run.output.contains("Everything happened"))
        for name in ["alice", "bob", "charlie"] { #expect(Self.children(named: name).isEmpty) }
    }
    #endif

    /// The process ids of this process's children that were started with `--name <name>`.
    private static func children(named name: String) -> [pid_t] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.filter { process in
            guard let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline"),
                let status = FileManager.default.contents(atPath: "/proc/\(process)/status")
            else { return false }
            let arguments = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            let isChild = String(decoding: status, as: UTF8.self).contains("\nPPid:\t\(getpid())\n")
            return isChild && arguments.dropFirst().starts(with: ["--name", name])
        }
    }
}
