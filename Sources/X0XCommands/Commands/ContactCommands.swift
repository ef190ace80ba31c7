// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XAPI
package import X0XClient

package struct ContactsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "contacts",
        abstract: "List and change the agents this one knows.",
        subcommands: [
            List.self, Add.self, Update.self, Remove.self, Revoke.self, Revocations.self, Trust.self, Export.self,
            Import.self,
        ],
        defaultSubcommand: List.self
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package struct List: EndpointCommand {
        package static let configuration = CommandConfiguration(commandName: "list", abstract: "List the contacts.")
        package static let table: TableLayout? = TableLayout(
            list: "contacts",
            columns: [
                .init("AGENT", "agent_id"), .init("TRUST", "trust_level"), .init("IDENTITY", "identity_type"),
                .init("LABEL", "label"),
            ],
            empty: "No contacts."
        )

        @OptionGroup package var globals: GlobalOptions

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.contacts.route)
        }
    }

    package struct Add: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Add a contact, or change the trust and label of an existing one."
        )

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The agent id, 64 hex digits.")
        var agentID: String

        @Option(help: "blocked, unknown, known or trusted.")
        var trust: String

        @Option(help: "A name for the contact.")
        var label: String?

        package init() {}

        package func request() throws -> APIRequest {
            let body = AddContactRequest(agentID: self.agentID, trustLevel: self.trust, label: self.label)
            return APIRequest(Endpoints.addContact.route, body: try X0XClient.encode(body))
        }
    }

    package struct Update: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "update",
            abstract: "Change trust, identity type or label of a contact."
        )

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The agent id, 64 hex digits.")
        var agentID: String

        @Option(help: "blocked, unknown, known or trusted.")
        var trust: String?

        @Option(help: "anonymous, known, trusted or pinned.")
        var identityType: String?

        @Option(help: "A name for the contact.")
        var label: String?

        package init() {}

        package func request() throws -> APIRequest {
            let body = UpdateContactRequest(
                trustLevel: self.trust,
                identityType: self.identityType,
                label: self.label
            )
            return APIRequest(
                Endpoints.updateContact.route,
                parameters: [self.agentID],
                body: try X0XClient.encode(body)
            )
        }
    }

    package struct Remove: EndpointCommand {
        package static let configuration = CommandConfiguration(commandName: "remove", abstract: "Forget a contact.")

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The agent id, 64 hex digits.")
        var agentID: String

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.removeContact.route, parameters: [self.agentID])
        }
    }

    /// The same as `trust set`, where people look for it first.
    package struct Trust: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "trust",
            abstract: "Set how far a contact is trusted."
        )

        @OptionGroup package var globals: GlobalOptions
        @OptionGroup var choice: TrustChoice

        package init() {}

        package func request() throws -> APIRequest {
            try self.choice.request()
        }
    }
}

/// An agent and a trust level.
struct TrustChoice: ParsableArguments {
    @Argument(help: "The agent id, 64 hex digits.")
    var agentID: String

    @Argument(help: "blocked, unknown, known or trusted.")
    var level: String

    func request() throws -> APIRequest {
        let body = SetTrustRequest(agentID: self.agentID, level: self.level)
        return APIRequest(Endpoints.setTrust.route, body: try X0XClient.encode(body))
    }
}

package struct TrustCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "trust",
        abstract: "Set and evaluate trust.",
        subcommands: [Set.self, Evaluate.self]
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package struct Set: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "set",
            abstract: "Set how far an agent is trusted."
        )

        @OptionGroup package var globals: GlobalOptions
        @OptionGroup var choice: TrustChoice

        package init() {}

        package func request() throws -> APIRequest {
            try self.choice.request()
        }
    }

    package struct Evaluate: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "evaluate",
            abstract: "Tell how a message of an agent on a machine would be treated."
        )

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The agent id, 64 hex digits.")
        var agentID: String

        @Argument(help: "The machine id, 64 hex digits.")
        var machineID: String

        package init() {}

        package func request() throws -> APIRequest {
            let body = EvaluateTrustRequest(agentID: self.agentID, machineID: self.machineID)
            return APIRequest(Endpoints.evaluateTrust.route, body: try X0XClient.encode(body))
        }
    }
}
