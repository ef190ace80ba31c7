// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What this agent tells a stranger or an acquaintance about itself (spec 01 §14).
package struct Introduction: Sendable {
    /// One thing this agent offers.
    package struct Service: Equatable, Sendable {
        package let name: String
        package let description: String
        /// The trust level from which on it is shown, in lower case.
        package let minimumTrust: String

        /// Creates a service entry.
        package init(name: String, description: String, minimumTrust: String) {
            self.name = name
            self.description = description
            self.minimumTrust = minimumTrust
        }
    }

    /// What only known and trusted peers see.
    package struct Details: Equatable, Sendable {
        package let machineID: MachineID
        package let userID: UserID?
        /// Whether an agent certificate exists.
        package let hasCertificate: Bool
        /// The first 8 bytes of the signature.
        package let signaturePrefix: [UInt8]

        /// Creates the details.
        package init(machineID: MachineID, userID: UserID?, hasCertificate: Bool, signaturePrefix: [UInt8]) {
            self.machineID = machineID
            self.userID = userID
            self.hasCertificate = hasCertificate
            self.signaturePrefix = signaturePrefix
        }
    }

    /// The own agent.
    package let agentID: AgentID
    /// The display name, if one is set.
    package let displayName: String?
    /// Four words for the agent, and four for the user if there is one.
    package let identityWords: String
    /// The services visible at the peer's level.
    package let services: [Service]
    /// Present for known and trusted peers.
    package let details: Details?

    /// Creates the introduction.
    package init(
        agentID: AgentID,
        displayName: String?,
        identityWords: String,
        services: [Service],
        details: Details?
    ) {
        self.agentID = agentID
        self.displayName = displayName
        self.identityWords = identityWords
        self.services = services
        self.details = details
    }
}
