// SPDX-License-Identifier: MIT OR Apache-2.0

import ContactsFile
import Foundation
import Primitives
import Testing
import Trust
import X0X

/// The `contacts.json` of the original at the start of an agent (spec 01 §10.2, F4).
@Suite(.timeLimit(.minutes(1))) struct ContactFileStartTests {
    private let folder: TemporaryFolder
    private let mallory = AgentID(words: Words32(6, 6, 6, 6))
    private let friend = AgentID(words: Words32(5, 5, 5, 5))

    init() throws {
        self.folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: "\(self.folder.path)/alice",
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    private var path: String { "\(self.folder.path)/alice/contacts.json" }

    private func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(fileURLWithPath: self.path)) }

    private var document: ContactsDocument {
        ContactsDocument(
            contacts: [
                .init(agentID: self.mallory.bytes, trustLevel: "blocked", addedAt: 1),
                .init(agentID: self.friend.bytes, trustLevel: "trusted", label: "friend", addedAt: 2),
            ],
            revocations: [.init(agentID: Array(repeating: 9, count: 32), reason: "lost", timestamp: 3)]
        )
    }

    /// Opens the agent, looks at it, and lets it go again.
    private func once(_ body: @escaping @Sendable (Agent) async throws -> Void) async throws {
        let agent = try await openAgent(in: self.folder, "alice")
        try await run([agent]) { try await body(agent) }
    }

    @Test func spec01_check33_theFileIsTakenOverOnceAndNeverWritten() async throws {
        try self.write(self.document.encoded)
        let (mallory, friend) = (self.mallory, self.friend)
        try await self.once { agent in
            #expect(await agent.contacts().map(\.agentID) == [friend, mallory].sorted())
            #expect(await agent.evaluateTrust(agent: mallory, machine: .zero) == .rejectBlocked)
            #expect(
                await agent.isRevoked(
                    AgentID(
                        words: Words32(
                            0x0909_0909_0909_0909,
                            0x0909_0909_0909_0909,
                            0x0909_0909_0909_0909,
                            0x0909_0909_0909_0909
                        )
                    )
                )
            )
            // Decisions made afterwards are not undone by the next start.
            try await agent.setTrust(mallory, .known)
            #expect(try await agent.removeContact(friend))
        }
        #expect(FileManager.default.contents(atPath: self.path) == Data(self.document.encoded))
        // Not even a broken file matters any more.
        try self.write([0x7B])
        try await self.once { agent in
            #expect(await agent.contacts().map(\.agentID) == [mallory])
            #expect(await agent.evaluateTrust(agent: mallory, machine: .zero) == .acceptWithFlag)
        }
    }

    @Test(arguments: ["{", "{\"contacts\":[{}]}", "[]", ""])
    func spec01_check33_aDamagedFileStopsTheStartAndStays(_ text: String) async throws {
        let bytes = Array(text.utf8)
        try self.write(bytes)
        for _ in 0..<2 {
            let error = await #expect(throws: ContactFileRefused.self) { try await openAgent(in: self.folder, "alice") }
            #expect(error?.description.contains(self.path) == true)
            #expect(FileManager.default.contents(atPath: self.path) == Data(bytes))
        }
        // The operator decides: without the file it starts, and nothing else was held against it.
        try FileManager.default.moveItem(atPath: self.path, toPath: self.path + ".old")
        try await self.once { #expect(await $0.contacts().isEmpty) }
    }

    @Test func spec01_check33_aFileWithALevelNobodyKnowsIsRefusedByName() async throws {
        var document = self.document
        document.contacts[1].trustLevel = "friendly"
        try self.write(document.encoded)
        let error = await #expect(throws: ContactFileRefused.self) { try await openAgent(in: self.folder, "alice") }
        #expect(error?.reason.contains("contacts[1].trust_level: invalid trust level: friendly") == true)
        document = self.document
        document.contacts.append(document.contacts[0])
        try self.write(document.encoded)
        let twice = await #expect(throws: ContactFileRefused.self) { try await openAgent(in: self.folder, "alice") }
        #expect(twice?.reason == "contacts[2].agent_id: listed twice")
    }

    @Test func aFileThatNobodyMayReadStopsTheStart() async throws {
        // A directory in its place is unreadable for every user, root included.
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
        await #expect(throws: ContactFileRefused.self) { try await openAgent(in: self.folder, "alice") }
    }
}
