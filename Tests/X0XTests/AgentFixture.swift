// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import Discovery
import Foundation
import Identity
import Logging
import Node
import Primitives
import Testing
import Trust
import X0X

/// A folder that is gone after the test.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        self.path = FileManager.default.temporaryDirectory
            .appending(path: "x0x-test-\(UUID().uuidString)").path(percentEncoded: false)
        try FileManager.default.createDirectory(
            atPath: self.path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }
}

/// Opens an agent on loopback with everything in one folder.
func openAgent(
    in folder: TemporaryFolder,
    _ name: String,
    change: (inout AgentConfiguration) -> Void = { _ in }
) async throws -> Agent {
    var configuration = AgentConfiguration(
        dataDirectory: "\(folder.path)/\(name)",
        identityDirectory: "\(folder.path)/\(name)/identity",
        bindAddress: NetworkAddress(ipv4: 0x7F00_0001, port: 0)
    )
    configuration.loopbackOnly = true
    change(&configuration)
    var logger = Logger(label: "x0x.test.\(name)") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    return try await Agent(configuration: configuration, logger: logger)
}

/// Runs agents for the time of `body`, then shuts them down and waits for their end.
func run(_ agents: [Agent], _ body: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        for agent in agents { tasks.addTask { try await agent.run() } }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        tasks.cancelAll()
        try await tasks.waitForAll()
        try result.get()
    }
}

/// The deadline of `eventually` passed.
struct NeverTrue: Error {}

/// Waits until a condition holds; a deadline far longer than it takes makes a wrong program fail, not a slow machine.
func eventually(
    within limit: Duration = .seconds(30),
    _ what: Comment,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record(what, sourceLocation: sourceLocation)
    throw NeverTrue()
}

/// The next element of a feed, lag reports skipped; fails when the feed ends or the time is up.
func nextElement<Element: Sendable>(
    of feed: EventFeed<Element>,
    within limit: Duration = .seconds(30)
) async throws -> Element {
    try await withThrowingTaskGroup(of: Element.self) { tasks in
        tasks.addTask {
            for await item in feed {
                if case .element(let element) = item { return element }
            }
            throw NeverTrue()
        }
        tasks.addTask {
            try await Task.sleep(for: limit)
            throw NeverTrue()
        }
        defer { tasks.cancelAll() }
        return try #require(try await tasks.next())
    }
}

/// Imports the card of `other` and connects to it.
func introduce(_ agent: Agent, to other: Agent, trust: TrustLevel = .known) async throws {
    _ = try await agent.importCard(try await other.card(displayName: "peer", includeUser: false), trust: trust)
    let outcome = await agent.connect(to: other.identity.agentID)
    #expect(outcome == ConnectOutcome(.direct, address: other.localAddress))
}

/// Waits until `agent` holds a verified binding of `other`, by its own announcement, and counts it as online.
func meet(_ agent: Agent, _ other: Agent) async throws {
    try await eventually("an announcement arrives") {
        guard await agent.discoveredAgent(other.identity.agentID)?.binding == .authenticated else { return false }
        return await agent.onlineAgents().contains { $0.agentID == other.identity.agentID }
    }
}

extension IdentityAnnouncement {
    /// The bytes on the wire, with the signature of a machine that need not be the agent's.
    func signed(by machine: MachineKey) throws -> [UInt8] {
        var writer = ByteWriter()
        self.encodeFieldsBefore(into: &writer)
        writer.writeBincodeBytes(try machine.signature(for: self.signedBytes))
        self.encodeFieldsAfter(into: &writer)
        return writer.bytes
    }
}
