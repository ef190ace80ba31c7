// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XAPI
package import X0XClient

extension ContactsCommand {
    package struct Revoke: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "revoke",
            abstract: "Block an agent for good, also after its contact is removed.",
            discussion: "There is no way back: the agent stays blocked whenever it is added again."
        )

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The agent id, 64 hex digits.")
        var agentID: String

        @Option(help: "Why, for yourself.")
        var reason: String

        package init() {}

        package func request() throws -> APIRequest {
            APIRequest(
                Endpoints.revokeContact.route,
                parameters: [self.agentID],
                body: try X0XClient.encode(RevokeContactRequest(reason: self.reason))
            )
        }
    }

    package struct Revocations: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "revocations",
            abstract: "Show whether, when and why an agent was revoked."
        )
        package static let table: TableLayout? = TableLayout(
            list: "revocations",
            columns: [.init("AGENT", "agent_id"), .init("TIME", "timestamp"), .init("REASON", "reason")],
            empty: "Not revoked."
        )

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The agent id, 64 hex digits.")
        var agentID: String

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.revocations.route, parameters: [self.agentID])
        }
    }
}
