// SPDX-License-Identifier: MIT OR Apache-2.0

package import CryptoSuite
package import Identity
package import Primitives

/// What a contact of a given level may see of this node (spec 01 §14.2).
package struct Introduction: Hashable, Sendable {
    /// A service and the level it needs.
    package struct Service: Hashable, Sendable, CaseIterable {
        /// Short name.
        package let name: String
        /// For people.
        package let description: String
        /// The lowest level that sees it.
        package let minimumTrust: TrustLevel

        /// All services, in the order they are listed.
        package static let allCases = [
            Service(name: "presence", description: "Online status", minimumTrust: .unknown),
            Service(name: "direct-message", description: "End-to-end direct messages", minimumTrust: .known),
            Service(name: "mls-group", description: "Encrypted groups", minimumTrust: .known),
            Service(name: "file-transfer", description: "File transfer", minimumTrust: .trusted),
            Service(name: "payment", description: "Payments", minimumTrust: .trusted),
        ]
    }

    /// The parts strangers do not see.
    package struct Details: Hashable, Sendable {
        /// The machine.
        package let machineID: MachineID
        /// The human, if a user key is loaded.
        package let userID: UserID?
        /// The human's certificate for this agent, if a user key is loaded.
        package let certificate: AgentCertificate?
        /// The machine's key, 1952 bytes, so that the signature can be checked (spec 01 F32).
        package let machinePublicKey: [UInt8]
        /// The machine's signature of the card, 3309 bytes.
        package let signature: [UInt8]
    }

    /// Why nothing is shown.
    package enum Refusal: Error, Equatable, Sendable {
        /// The contact is blocked or revoked.
        case blocked
        /// The crypto library gave no signature.
        case signing(CryptoSuiteError)
    }

    /// The agent.
    package let agentID: AgentID
    /// The agent's words, with the user's behind them for known contacts only (spec 01 F12).
    package let identityWords: String
    /// The services of this level.
    package let services: [Service]
    /// Present for known and trusted contacts.
    package let details: Details?

    /// Builds the view of one level.
    package init(of identity: LocalIdentity, for level: TrustLevel) throws(Refusal) {
        guard level != .blocked else { throw .blocked }
        let services = Service.allCases.filter { $0.minimumTrust <= level }
        let isKnown = level >= .known
        let words = IdentityName(agent: identity.agentID, user: isKnown ? identity.userID : nil).description
        self.agentID = identity.agentID
        self.identityWords = words
        self.services = services
        guard isKnown else {
            self.details = nil
            return
        }
        let card = IntroductionCard(
            agentID: identity.agentID,
            machineID: identity.machineID,
            userID: identity.userID,
            certificate: identity.user?.certificate.fields,
            identityWords: words,
            services: services.map {
                IntroductionCard.Service(
                    name: $0.name,
                    description: $0.description,
                    minimumTrust: $0.minimumTrust.rawValue
                )
            },
            machinePublicKey: identity.machineKey.publicKey.bytes
        )
        do throws(CryptoSuiteError) {
            self.details = Details(
                machineID: identity.machineID,
                userID: identity.userID,
                certificate: identity.user?.certificate,
                machinePublicKey: identity.machineKey.publicKey.bytes,
                signature: try card.signature(by: identity.machineKey)
            )
        } catch {
            throw .signing(error)
        }
    }
}
