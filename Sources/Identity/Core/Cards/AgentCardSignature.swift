// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
package import CryptoSuite
internal import Primitives

/// The optional proof in a card that the agent itself wrote it (spec 01 §17).
///
/// An addition of later x0x versions; 0.19.21 ignores the two members.
package struct AgentCardSignature: Hashable, Sendable {
    /// The agent's key, 1952 bytes.
    package var agentPublicKey: [UInt8]
    /// ML-DSA-65, 3309 bytes.
    package var bytes: [UInt8]
    /// The address texts the signature covers: also those the parsed card leaves out or writes differently.
    package var addressTexts: [String]

    /// Creates the signature as received.
    package init(agentPublicKey: [UInt8], bytes: [UInt8], addressTexts: [String]) {
        self.agentPublicKey = agentPublicKey
        self.bytes = bytes
        self.addressTexts = addressTexts
    }
}

extension AgentCard {
    /// What a look at the signature says about a card.
    package enum Authenticity: Sendable {
        /// No signature: anybody may have written the card.
        case unsigned
        /// Signed by the key the agent id stands for.
        case signedByAgent
    }

    /// Checks the signature if there is one.
    ///
    /// - Throws: ``IdentityError`` when a signature is present but wrong; such a card must be refused.
    package func authenticity() throws(IdentityError) -> Authenticity {
        guard let signature else { return .unsigned }
        let key = try parsedKey(signature.agentPublicKey)
        guard AgentID(key) == self.agentID else { throw .peerIDMismatch }
        let message = self.signedBytes(agentPublicKey: key.bytes, addressTexts: signature.addressTexts)
        guard key.isValid(signature: signature.bytes, for: message) else {
            throw .verification("the agent's signature of the card is wrong")
        }
        return .signedByAgent
    }

    /// This card with the agent's signature; the key must be the one of ``agentID``.
    package func signed(by agentKey: AgentKey) throws(CryptoSuiteError) -> AgentCard {
        precondition(agentKey.id == self.agentID, "a card is signed by the agent it names")
        var card = self
        let publicKey = agentKey.publicKey.bytes
        let texts = self.addresses.map(\.description)
        let bytes = try agentKey.signature(for: self.signedBytes(agentPublicKey: publicKey, addressTexts: texts))
        card.signature = AgentCardSignature(agentPublicKey: publicKey, bytes: bytes, addressTexts: texts)
        return card
    }

    /// Domain prefix and all members, each length-prefixed with u32le.
    private func signedBytes(agentPublicKey: [UInt8], addressTexts: [String]) -> [UInt8] {
        var writer = ByteWriter(reservedByteCount: 8_192)
        writer.writeBytes(Array("x0x-agent-card-v1".utf8))
        writer.writePrefixed(self.displayName)
        writer.writePrefixed(self.agentID.hex)
        writer.writePrefixed(self.machineID?.hex ?? "")
        writer.writePrefixed(self.userID?.hex ?? "")
        writer.writeLittleEndian(UInt32(addressTexts.count))
        for text in addressTexts { writer.writePrefixed(text) }
        writer.writeLittleEndian(UInt32(self.groups.count))
        for group in self.groups {
            writer.writePrefixed(group.name)
            writer.writePrefixed(group.inviteLink)
        }
        writer.writeLittleEndian(UInt32(self.stores.count))
        for store in self.stores {
            writer.writePrefixed(store.name)
            writer.writePrefixed(store.topic)
        }
        writer.writeLittleEndian(self.createdAt)
        var capabilities = ByteWriter(reservedByteCount: 1_280)
        capabilities.writeOption(self.directMessages) { $0.encodeBincode(into: &$1) }
        writer.writePrefixed(capabilities.bytes)
        writer.writePrefixed(agentPublicKey.hex)
        return writer.bytes
    }
}

extension ByteWriter {
    fileprivate mutating func writePrefixed(_ text: String) { self.writePrefixed(Array(text.utf8)) }

    fileprivate mutating func writePrefixed(_ bytes: [UInt8]) {
        self.writeLittleEndian(UInt32(bytes.count))
        self.writeBytes(bytes)
    }
}
