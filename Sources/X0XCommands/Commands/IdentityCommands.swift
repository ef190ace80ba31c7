// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XAPI
package import X0XClient

package struct AgentCommand: EndpointCommand {
    package static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Show this agent's identity; make and import agent cards.",
        subcommands: [UserID.self, Card.self, Introduction.self, Import.self]
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package func request() -> APIRequest {
        APIRequest(Endpoints.agent.route)
    }

    package func amended(_ answer: JSONValue) -> JSONValue { answer.addingIdentityWords() }

    package struct UserID: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "user-id",
            abstract: "Show the user identity, if one is configured."
        )

        @OptionGroup package var globals: GlobalOptions

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.agentUserID.route)
        }
    }

    package struct Card: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "card",
            abstract: "Make a card with which others find and reach this agent."
        )

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The name to show on the card.")
        var displayName: String?

        @Flag(help: "Put invitations to groups and the stores on the card.")
        var includeGroups = false

        @Flag(help: "Name the user identity behind this agent on the card.")
        var includeUser = false

        package init() {}

        package func request() -> APIRequest {
            var query: [(name: String, value: String)] = []
            if let displayName { query.append(("display_name", displayName)) }
            if self.includeGroups { query.append(("include_groups", "true")) }
            if self.includeUser { query.append(("include_user", "true")) }
            return APIRequest(Endpoints.card.route, query: query)
        }

        package func comment(on answer: JSONValue, to output: Output) {
            guard let link = answer["link"]?.stringValue else { return }
            output.note(link)
            output.note("Import it elsewhere with: x0x agent import <link>")
        }
    }

    package struct Introduction: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "introduction",
            abstract: "Show what this agent tells a stranger, or another agent, about itself."
        )

        @OptionGroup package var globals: GlobalOptions

        @Option(help: "The agent id, 64 hex digits, whose level decides.")
        var peer: String?

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.introduction.route, query: self.peer.map { [("peer", $0)] } ?? [])
        }
    }

    package struct Import: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Import another agent's card."
        )

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The card: a link x0x://agent/… or its base64 part.")
        var card: String

        @Option(help: "How far the agent is trusted: blocked, unknown, known or trusted.")
        var trust = "known"

        package init() {}

        package func request() throws -> APIRequest {
            let body = CardImportRequest(card: .link(self.card), trustLevel: self.trust)
            return APIRequest(Endpoints.importCard.route, body: try X0XClient.encode(body))
        }

        package func amended(_ answer: JSONValue) -> JSONValue { answer.addingIdentityWords() }

        package func comment(on answer: JSONValue, to output: Output) {
            guard case .bool(let isVerified)? = answer["verified"] else { return }
            output.note(
                isVerified
                    ? "Verified: the agent itself signed this card."
                    : "Not verified: the card is unsigned, so anybody may have written it. Compare the whole agent id."
            )
            guard case .bool(true)? = answer["trust_downgrade_ignored"] else { return }
            output.note("The agent keeps its trust level; change it with: x0x trust set <id> <level>")
        }
    }
}

package struct AnnounceCommand: EndpointCommand {
    package static let configuration = CommandConfiguration(
        commandName: "announce",
        abstract: "Announce this agent and its addresses to the network now."
    )

    @OptionGroup package var globals: GlobalOptions

    @Flag(help: "Disclose the user identity behind this agent.")
    var includeUser = false

    @Flag(help: "The human behind the user identity agrees to that.")
    var consent = false

    package init() {}

    package func request() throws -> APIRequest {
        let body = AnnounceRequest(includeUserIdentity: self.includeUser, humanConsent: self.consent)
        return APIRequest(Endpoints.announce.route, body: try X0XClient.encode(body))
    }
}
