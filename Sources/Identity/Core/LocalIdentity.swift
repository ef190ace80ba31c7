// SPDX-License-Identifier: MIT OR Apache-2.0

package import CryptoSuite
package import Primitives

/// Everything this node can sign and decrypt with (spec 01 §2.1).
///
/// Loaded once at start by ``IdentityDirectory``; the only owner of the node's secrets.
package struct LocalIdentity: Sendable {
    /// A human behind the agent; key and certificate come together.
    package struct User: Sendable {
        /// The human's key.
        package let key: UserKey
        /// The human's statement about this agent.
        package let certificate: AgentCertificate

        /// Joins a key with the certificate it issued.
        package init(key: UserKey, certificate: AgentCertificate) {
            self.key = key
            self.certificate = certificate
        }
    }

    /// Bound to this machine; authenticates connections and signs announcements.
    package let machineKey: MachineKey
    /// Portable between machines; signs messages.
    package let agentKey: AgentKey
    /// The human, if a user key is present.
    package let user: User?
    /// Opens what others encrypt to this daemon (ML-KEM-768).
    package let encapsulationKey: MLKEM768PrivateKey

    /// Composes an identity from its keys.
    package init(
        machineKey: MachineKey,
        agentKey: AgentKey,
        user: User? = nil,
        encapsulationKey: MLKEM768PrivateKey
    ) {
        self.machineKey = machineKey
        self.agentKey = agentKey
        self.user = user
        self.encapsulationKey = encapsulationKey
    }

    /// The id of the machine key; equals the transport's peer id.
    package var machineID: MachineID { self.machineKey.id }
    /// The id of the agent key.
    package var agentID: AgentID { self.agentKey.id }
    /// The id of the user key, if any.
    package var userID: UserID? { self.user?.key.id }

    /// The public part.
    package var summary: LocalIdentitySummary {
        LocalIdentitySummary(
            agentID: self.agentID,
            machineID: self.machineID,
            userID: self.userID,
            agentPublicKey: self.agentKey.publicKey.bytes,
            machinePublicKey: self.machineKey.publicKey.bytes,
            keyEncapsulationPublicKey: self.encapsulationKey.publicKey
        )
    }
}

/// The public part of a ``LocalIdentity``: ids and public keys.
package struct LocalIdentitySummary: Hashable, Sendable {
    /// The agent.
    package let agentID: AgentID
    /// The machine; equals the transport's peer id.
    package let machineID: MachineID
    /// The human, if a user key is loaded; disclosed to others only with consent (spec 01 §5.6).
    package let userID: UserID?
    /// ML-DSA-65, 1952 bytes.
    package let agentPublicKey: [UInt8]
    /// ML-DSA-65, 1952 bytes.
    package let machinePublicKey: [UInt8]
    /// ML-KEM-768 encapsulation key, 1184 bytes.
    package let keyEncapsulationPublicKey: [UInt8]

    /// Creates the summary; tests use it to stand in for a whole identity.
    package init(
        agentID: AgentID,
        machineID: MachineID,
        userID: UserID?,
        agentPublicKey: [UInt8],
        machinePublicKey: [UInt8],
        keyEncapsulationPublicKey: [UInt8]
    ) {
        self.agentID = agentID
        self.machineID = machineID
        self.userID = userID
        self.agentPublicKey = agentPublicKey
        self.machinePublicKey = machinePublicKey
        self.keyEncapsulationPublicKey = keyEncapsulationPublicKey
    }
}
