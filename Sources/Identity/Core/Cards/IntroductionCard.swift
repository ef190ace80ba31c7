// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
package import CryptoSuite
package import Primitives

/// A self-description signed by the machine key (spec 01 §14.1).
///
/// bincode of: agent_id, machine_id, user_id?, certificate?, display_name?, identity_words, services, machine_public_key,
/// signature. The signature covers `x0x-introduction-card-v1` and everything before itself.
package struct IntroductionCard: Hashable, Sendable {
    /// Something the agent offers.
    package struct Service: Hashable, Sendable {
        /// Short name, such as `presence`.
        package var name: String
        /// For people.
        package var description: String
        /// The trust level it needs, lower case.
        package var minimumTrust: String

        /// Creates the entry.
        package init(name: String, description: String, minimumTrust: String) {
            self.name = name
            self.description = description
            self.minimumTrust = minimumTrust
        }
    }

    /// The agent.
    package var agentID: AgentID
    /// The machine.
    package var machineID: MachineID
    /// The human, when disclosed.
    package var userID: UserID?
    /// Present exactly when ``userID`` is.
    package var certificate: AgentCertificate.Unverified?
    /// What the agent calls itself.
    package var displayName: String?
    /// The four words of the id, as text.
    package var identityWords: String
    /// What the agent offers.
    package var services: [Service]
    /// The machine's key, 1952 bytes.
    package var machinePublicKey: [UInt8]

    /// Creates the unsigned fields.
    package init(
        agentID: AgentID,
        machineID: MachineID,
        userID: UserID? = nil,
        certificate: AgentCertificate.Unverified? = nil,
        displayName: String? = nil,
        identityWords: String,
        services: [Service],
        machinePublicKey: [UInt8]
    ) {
        self.agentID = agentID
        self.machineID = machineID
        self.userID = userID
        self.certificate = certificate
        self.displayName = displayName
        self.identityWords = identityWords
        self.services = services
        self.machinePublicKey = machinePublicKey
    }

    /// The encoding of all fields but the signature.
    var encodedFields: [UInt8] {
        var writer = ByteWriter(reservedByteCount: 4_096)
        self.agentID.encode(into: &writer)
        self.machineID.encode(into: &writer)
        writer.writeOption(self.userID) { $0.encode(into: &$1) }
        writer.writeOption(self.certificate) { $0.encode(into: &$1) }
        writer.writeOption(self.displayName) { $1.writeBincodeString($0) }
        writer.writeBincodeString(self.identityWords)
        writer.writeLittleEndian(UInt64(self.services.count))
        for service in self.services {
            writer.writeBincodeString(service.name)
            writer.writeBincodeString(service.description)
            writer.writeBincodeString(service.minimumTrust)
        }
        writer.writeBincodeBytes(self.machinePublicKey)
        return writer.bytes
    }

    private var signedBytes: [UInt8] { Array("x0x-introduction-card-v1".utf8) + self.encodedFields }

    /// The signature of the machine key, 3309 bytes.
    package func signature(by machineKey: MachineKey) throws(CryptoSuiteError) -> [UInt8] {
        precondition(machineKey.id == self.machineID, "a card is signed by the machine it names")
        return try machineKey.signature(for: self.signedBytes)
    }

    /// Checks key, machine id, signature and certificate; the first failure wins.
    package func verify(signature: [UInt8]) throws(IdentityError) {
        let key = try parsedKey(self.machinePublicKey)
        guard MachineID(key) == self.machineID else {
            throw .verification("machine_id does not belong to machine_public_key")
        }
        guard key.isValid(signature: signature, for: self.signedBytes) else {
            throw .verification("the signature of the introduction is wrong")
        }
        try verifiedDisclosure(userID: self.userID, certificate: self.certificate, agentID: self.agentID)
    }
}
