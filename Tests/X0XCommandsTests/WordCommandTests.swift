// SPDX-License-Identifier: MIT OR Apache-2.0

import Identity
import Primitives
import TestSupport
import Testing
import X0XClient
import X0XCommands

/// `find`, `connect` and the words in answers, against a server that says what a daemon would.
@Suite(.timeLimit(.minutes(1)))
struct WordCommandTests {
    private static let id = "deadbeef0001" + String(repeating: "7", count: 52)
    private static let twin = "deadbeef0001" + String(repeating: "8", count: 52)
    private static let user = "0123456789ab" + String(repeating: "9", count: 52)
    private static let agents = """
        {"ok":true,"agents":[\
        {"agent_id":"\(id)","user_id":"\(user)","addresses":["192.0.2.1:5483"]},\
        {"agent_id":"\(twin)","user_id":null,"addresses":["192.0.2.2:1"]}]}
        """
    private static let contacts = #"{"ok":true,"contacts":[{"agent_id":"\#(user)","label":"Ann"}]}"#

    private static func words(_ indices: Int...) -> [String] { indices.map { WordList.words[$0] } }
    private static let agentWords = Self.words(0xDEA, 0xDBE, 0xEF0, 0x001)
    private static let userWords = Self.words(0x012, 0x345, 0x678, 0x9AB)

    private static func run(_ arguments: [String]) async throws -> (run: CommandRun, requests: [String]) {
        try await StubServer.run { request in
            switch request.target {
            case "/health": .json(#"{"ok":true,"status":"healthy","version":"0.19.21","peers":0,"uptime_secs":1}"#)
            case "/agents/discovered?unfiltered=true": .json(self.agents)
            case "/contacts": .json(self.contacts)
            case "/agents/connect": .json(#"{"ok":true,"outcome":"Direct","addr":"192.0.2.1:5483"}"#)
            case "/agent": .json(#"{"ok":true,"agent_id":"\#(self.id)","user_id":"\#(self.user)"}"#)
            case "/status":
                .json(
                    #"{"ok":true,"agent_id":"\#(self.id)","external_addrs":["192.0.2.1:5483","[2001:db8::1]:5483"]}"#
                )
            default: .json(#"{"ok":true}"#)
            }
        } _: { server in
            let run = await CommandRun.x0x(
                arguments + ["--json", "--api", server.address],
                environment: ["X0X_API_TOKEN": "t"]
            )
            let requests = server.requests.map {
                "\($0.method) \($0.target) \(String(decoding: $0.body, as: UTF8.self))"
            }
            return (run, requests)
        }
    }

    @Test func spec01_check43_agentAndStatusShowTheSameWords() async throws {
        let agent = try JSONValue(parsing: Array(try await Self.run(["agent"]).run.output.utf8))
        let status = try JSONValue(parsing: Array(try await Self.run(["status"]).run.output.utf8))
        let words = JSONValue.string(Self.agentWords.joined(separator: " "))
        #expect(agent["identity_words"] == words && status["identity_words"] == words)
        #expect(agent["user_words"] == .string(Self.userWords.joined(separator: " ")))
        let location = Self.words(0x56B, 0x011, 0x002, 0xC00).joined(separator: " ")
        #expect(
            status["location_words"]
                == .array([.object(["addr": .string("192.0.2.1:5483"), "location_words": .string(location)])])
        )
        #expect(agent["location_words"] == nil)
    }

    @Test func spec01_check43_findListsEveryMatch() async throws {
        let both = try await Self.run(["find"] + Self.agentWords.map { $0.uppercased() }).run
        #expect(both.code == 0)
        let found = try #require(try JSONValue(parsing: Array(both.output.utf8)).arrayValue)
        #expect(found.map { $0["agent_id"] } == [.string(Self.id), .string(Self.twin)])
        #expect(found[0]["identity_words"] == .string(Self.agentWords.joined(separator: " ")))
        // With the user's words only one of the two is left; one argument with blanks is the same as many.
        let name = [Self.agentWords.joined(separator: " ") + " @ " + Self.userWords.joined(separator: " ")]
        let one = try await Self.run(["find"] + name).run
        #expect(try JSONValue(parsing: Array(one.output.utf8)).arrayValue?.map { $0["agent_id"] } == [.string(Self.id)])
        // A contact nobody has heard of is found, too.
        let contact = try await Self.run(["find"] + Self.userWords).run
        #expect(contact.output.contains(Self.user) && contact.output.contains("Ann"))
    }

    @Test func spec01_check43_findWithoutMatchSaysSo() async throws {
        let none = try await Self.run(["find"] + Self.words(1, 2, 3, 4)).run
        #expect(none.code == 0)
        #expect(none.errors == "No agents found matching those words.\n")
        #expect(try JSONValue(parsing: Array(none.output.utf8)) == .array([]))
    }

    @Test func spec13_check23_threeFourAndNineWords() async throws {
        let three = try await Self.run(["find"] + Self.agentWords.dropLast()).run
        #expect(three.code == 1 && three.errors.contains("got 3"))
        let four = try await Self.run(["find"] + Self.agentWords).run
        #expect(try JSONValue(parsing: Array(four.output.utf8)).arrayValue?.count == 2)
        let nine = try await Self.run(["find"] + Self.agentWords + ["@"] + Self.userWords).run
        #expect(
            try JSONValue(parsing: Array(nine.output.utf8)).arrayValue?.map { $0["user_id"] } == [.string(Self.user)]
        )
    }

    @Test func spec01_check43_findExplainsWhatIsWrong() async throws {
        let short = try await Self.run(["find"] + Self.agentWords.dropLast()).run
        #expect(short.code == 1)
        #expect(short.errors.contains("agent identity requires exactly 4 words (got 3)"))
        let unknown = try await Self.run(["find", "one", "two", "three", "four"]).run
        #expect(unknown.errors.contains("failed to decode agent identity words — check spelling"))
        let misplaced = try await Self.run(["find"] + Self.agentWords + ["@"]).run
        #expect(misplaced.code == 1 && misplaced.errors.contains("got 5 tokens"))
    }

    @Test func spec01_check43_connectNeedsFourWordsEvenWithoutADaemon() async {
        let down = await CommandRun.x0x(["connect"] + Self.words(1, 2, 3))
        #expect(down.code == 1)
        #expect(down.errors == "error: location words require exactly 4 words (got 3)\n")
        let unknown = await CommandRun.x0x(["connect", "one", "two", "three", "four"])
        #expect(unknown.errors.contains("failed to decode location words — check spelling"))
        #expect(await CommandRun.x0x(["connect"] + Self.words(1, 2, 3, 4)).code == 2)
    }

    @Test func spec01_check43_connectFindsTheAgentAtTheAddress() async throws {
        let (run, requests) = try await Self.run(["connect"] + Self.words(0x56B, 0x011, 0x002, 0xC00))
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.errors == "Connecting to \(Self.id)\n")
        #expect(requests.last == #"POST /agents/connect {"agent_id":"\#(Self.id)"}"#)
    }

    @Test func connectTakesTheWordsOfAnIDWhenTheyAreUnambiguous() async throws {
        let (contact, requests) = try await Self.run(["connect"] + Self.userWords)
        #expect(contact.code == 0)
        #expect(requests.last == #"POST /agents/connect {"agent_id":"\#(Self.user)"}"#)
        let twins = try await Self.run(["connect"] + Self.agentWords)
        #expect(twins.run.code == 1 && twins.run.errors.contains(Self.id) && twins.run.errors.contains(Self.twin))
        #expect(!twins.requests.contains { $0.contains("/agents/connect") })
        let nobody = try await Self.run(["connect"] + Self.words(1, 2, 3, 4))
        #expect(nobody.run.code == 1)
        #expect(nobody.run.errors.contains("no discovered agent at 0.64.3.0:8193."), "\(nobody.run.errors)")
    }
}
