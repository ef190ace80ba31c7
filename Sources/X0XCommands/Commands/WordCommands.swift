// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import Identity
import Primitives
import X0XAPI
import X0XClient

/// `x0x find`: agents by the words of their ids (spec 01 §15.5).
package struct FindCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "find",
        abstract: "Find agents by their four words, or by four words, @ and the user's four.",
        discussion: "Words stand for the first 48 bits of an id only: compare the whole id before you trust."
    )

    @OptionGroup package var globals: GlobalOptions

    @Argument(help: "The words.")
    var words: [String]

    package init() {}

    package func run() async throws {
        let client = try await self.globals.connect()
        let name = try Self.name(self.words)
        let matches = try await KnownAgents(client).named(name)
        if matches.isEmpty { self.globals.output.note("No agents found matching those words.") }
        guard !matches.isEmpty || self.globals.output.style == .json else { return }
        try self.globals.output.show(.array(matches.map { $0.addingIdentityWords() }))
    }

    private static func name(_ words: [String]) throws(CommandError) -> IdentityName {
        do throws(WordsError) {
            return try IdentityName(tokens: words.flatMap { $0.split(separator: " ") })
        } catch {
            switch error {
            case .wrongCount(let count):
                throw CommandError("agent identity requires exactly 4 words (got \(count)); see x0x find --help")
            case .misplacedUser(let count):
                throw CommandError("an agent with its user is 4 words, @ and 4 words (got \(count) tokens)")
            case .unknownWord(let word):
                throw CommandError("failed to decode agent identity words — check spelling of '\(word)'")
            }
        }
    }
}

/// `x0x connect`: to the agent at an address, or with an id, told in words (spec 01 §15.5).
package struct ConnectCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "connect",
        abstract: "Connect to the agent at the IPv4 address that four words stand for.",
        discussion: "If no known agent has that address, the words are taken for those of an agent's id."
    )
    /// The daemon may search and dial for 60 s (spec 11 §7.10).
    private static let timeout: Duration = .seconds(65)

    @OptionGroup package var globals: GlobalOptions

    @Argument(help: "The words.")
    var words: [String]

    package init() {}

    package func run() async throws {
        let words = self.words.flatMap { $0.split(separator: " ") }
        let location = try Self.location(words)
        let client = try await self.globals.connect()
        let agents = try await KnownAgents(client)
        var matches = agents.at(location.address)
        if matches.isEmpty, let prefix = try? IdentityWords(words) {  // four known words always make a prefix
            matches = agents.matching(prefix)
        }
        guard let agent: AgentID = matches.first?["agent_id"]?.identifier() else {
            throw CommandError(
                "no discovered agent at \(location.address). Nor does a known agent have these words: try x0x agents list"
            )
        }
        guard matches.count == 1 else {
            let ids = matches.compactMap { $0["agent_id"]?.stringValue }.joined(separator: ", ")
            throw CommandError("several agents fit these words; use x0x direct connect with one of: \(ids)")
        }
        self.globals.output.note("Connecting to \(agent.hex)")
        let body = try X0XClient.encode(ConnectRequest(agentID: agent.hex))
        let request = APIRequest(Endpoints.connect.route, body: body, timeout: Self.timeout)
        try self.globals.output.show(try await client.json(request))
    }

    private static func location(_ words: [Substring]) throws(CommandError) -> LocationWords {
        do throws(WordsError) {
            return try LocationWords(words)
        } catch {
            switch error {
            case .unknownWord(let word):
                throw CommandError("failed to decode location words — check spelling of '\(word)'")
            case .wrongCount(let count), .misplacedUser(let count):
                throw CommandError("location words require exactly 4 words (got \(count))")
            }
        }
    }
}

/// The agents the daemon knows: discovered ones of any age, and contacts it has not heard of.
private struct KnownAgents {
    private let records: [JSONValue]

    init(_ client: X0XClient) async throws(X0XClientError) {
        let discovered = try await client.json(
            APIRequest(Endpoints.discoveredAgents.route, query: [("unfiltered", "true")])
        )
        let agents = discovered["agents"]?.arrayValue ?? []
        let contacts = try await client.json(APIRequest(Endpoints.contacts.route))["contacts"]?.arrayValue ?? []
        let heard = Set(agents.map { $0["agent_id"] })
        self.records = agents + contacts.filter { !heard.contains($0["agent_id"]) }
    }

    func matching(_ words: IdentityWords) -> [JSONValue] {
        self.records.filter { $0["agent_id"]?.identifier(as: AgentID.self).map(words.matches) ?? false }
    }

    /// Agents with these words and, if the name has a user, that user.
    func named(_ name: IdentityName) -> [JSONValue] {
        self.matching(name.agent).filter { record in
            guard let user = name.user else { return true }
            return record["user_id"]?.identifier(as: UserID.self).map(user.matches) ?? false
        }
    }

    func at(_ address: NetworkAddress) -> [JSONValue] {
        self.records.filter { record in
            record["addresses"]?.arrayValue?.contains { $0.stringValue.flatMap { NetworkAddress($0) } == address }
                ?? false
        }
    }
}
