// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Identity
import Primitives
import TestSupport
import Testing
import X0XAPI
import X0XClient

/// `x0x why` against real daemons: every reason an agent cannot be reached, and the one next thing to try.
@Suite(.serialized, .timeLimit(.minutes(2))) struct WhyTests {
    private struct Answer {
        let code: Int32
        let json: JSONValue
        let errors: String

        /// `yes`, `no` or `open`.
        func verdict(_ step: String) -> String? { self.member("verdict", of: step) }
        func detail(_ step: String) -> String { self.member("detail", of: step) ?? "" }
        var isReachable: Bool? { self.json["reachable"] == .bool(true) }
        var next: String { self.json["next"]?.stringValue ?? "" }

        private func member(_ name: String, of step: String) -> String? {
            self.json["steps"]?.arrayValue?.first { $0["step"] == .string(step) }?[name]?.stringValue
        }
    }

    private static func why(_ arguments: String..., on daemon: DaemonFixture) async throws -> Answer {
        let outcome = await CommandLineTool(of: daemon).outcome(["why"] + arguments)
        let json = try JSONValue(parsing: Array(outcome.output.utf8))
        return Answer(code: outcome.code, json: json, errors: outcome.errors)
    }

    @Test func anAgentThatCanBeReached() async throws {
        try await DaemonStage.run { stage in
            let alice = try await stage.start("alice")
            let bob = try await stage.start("bob")
            try await alice.meet(bob)
            // It connects by itself, whichever way the agent is named.
            let words = try #require(AgentID(bytes: try Self.bytes(bob.agentID)).map { "\(IdentityWords($0))" })
            for name in [bob.agentID, String(bob.agentID.prefix(10)), words] {
                let answer = try await Self.why(name, on: alice)
                #expect(answer.code == 0, "\(name): \(answer.json)")
                #expect(answer.isReachable == true && answer.json["next"] == .null)
                #expect(answer.json["agent_id"] == .string(bob.agentID))
                #expect(answer.json["identity_words"] == .string(words))
                for step in ["known", "address", "handshake", "trust"] { #expect(answer.verdict(step) == "yes") }
                #expect(answer.verdict("last_error") == "open")
            }
            let own = try await Self.why(alice.agentID, on: alice)
            #expect(own.code == 0 && own.detail("known").contains("own agent"))
        }
    }

    @Test func agentsNobodyKnowsOrHasOnlyHeardOf() async throws {
        try await DaemonStage.run { stage in
            let alice = try await stage.start("alice")
            let stranger = String(repeating: "5a", count: 32)
            let unknown = try await Self.why(stranger, on: alice)
            #expect(unknown.code == 1 && unknown.isReachable == false)
            #expect(unknown.errors.contains("Searching the network"))
            #expect(unknown.verdict("known") == "no" && unknown.detail("known").contains("search of the network"))
            #expect(unknown.verdict("address") == "no" && unknown.verdict("handshake") == "open")
            #expect(unknown.next.contains("no peers") && unknown.next.contains("x0x agent import"))

            // A contact without an address.
            try await alice.client.addContact(stranger, trust: "known", label: "Old Friend")
            let contact = try await Self.why("old", "friend", "--offline", on: alice)
            #expect(contact.code == 1 && contact.json["agent_id"] == .string(stranger))
            #expect(contact.verdict("known") == "yes" && contact.detail("known").contains("Old Friend"))
            #expect(contact.verdict("address") == "no")
            #expect(contact.verdict("trust") == "yes" && contact.detail("trust").hasPrefix("known"))

            let nobody = await CommandLineTool(of: alice).outcome(["why", "nobody here"])
            #expect(nobody.code == 1 && nobody.output.isEmpty)
            #expect(nobody.errors.contains("nothing here is called 'nobody here'"))
        }
    }

    @Test func anAddressThatDoesNotAnswer() async throws {
        try await DaemonStage.run { stage in
            let alice = try await stage.start("alice")
            let bob = try await stage.start("bob")
            try await alice.meet(bob)
            let port = try await bob.quicPort()
            #expect(await bob.process.stop() == .code(0))
            let answer = try await Self.why(bob.agentID, on: alice)
            #expect(answer.code == 1 && answer.isReachable == false)
            #expect(answer.errors.contains("Connecting to"))
            #expect(answer.verdict("known") == "yes" && answer.verdict("address") == "yes")
            #expect(answer.detail("address").contains("127.0.0.1:\(port)"))
            #expect(answer.verdict("handshake") == "no" && answer.detail("handshake").contains("Unreachable"))
            #expect(answer.verdict("last_error") == "no")
            #expect(answer.detail("last_error").contains("127.0.0.1:\(port): nobody answered in time"))
            #expect(answer.next.contains("UDP") && answer.next.contains("x0x direct connect \(bob.agentID)"))
            // The error stays known after the attempt, for programs too.
            let later = try await alice.client.agentReachability(bob.agentID).lastDial
            #expect(later?.failures.map(\.error).contains("timed_out") == true && later?.connected == nil)
            let offline = try await Self.why(bob.agentID, "--offline", on: alice)
            #expect(offline.verdict("last_error") == "no" && offline.verdict("handshake") == "open")
        }
    }

    @Test func agentsThatAreShutOut() async throws {
        try await DaemonStage.run { stage in
            let alice = try await stage.start("alice")
            let bob = try await stage.start("bob")
            try await alice.meet(bob)
            try await alice.client.setTrust(bob.agentID, level: "blocked")
            let blocked = try await Self.why(bob.agentID, on: alice)
            #expect(blocked.code == 1 && blocked.isReachable == false)
            #expect(blocked.verdict("trust") == "no" && blocked.detail("trust") == "blocked by you")
            #expect(blocked.verdict("handshake") == "open" && blocked.detail("handshake").contains("never dialled"))
            #expect(blocked.next.contains("x0x trust set \(bob.agentID) known"))

            try await alice.client.revokeContact(bob.agentID, reason: "stolen laptop")
            let revoked = try await Self.why(String(bob.agentID.prefix(8)), on: alice)
            #expect(revoked.code == 1 && revoked.detail("trust") == "revoked: stolen laptop")
            #expect(revoked.next.contains("revocation is for good"))
        }
    }

    private static func bytes(_ hex: String) throws -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
