// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding
package import CryptoSuite
package import Primitives

/// "This agent runs on this machine, reachable here" (spec 01 §4.2); 5379 bytes in its smallest form.
///
/// Signed by the machine key only: alone it does not prove that the agent agrees (spec 01 F1).
///
/// | field | type |
/// |---|---|
/// | agent_id, machine_id | 32 bytes each |
/// | user_id | `Option<[32]>` |
/// | agent_certificate | `Option<AgentCertificate>`, 7245 bytes |
/// | machine_public_key | u64 1952, key |
/// | *machine_signature* | *u64 3309, not signed* |
/// | addresses | `Vec<SocketAddr>` |
/// | announced_at | u64, Unix seconds |
/// | reachability | see ``Reachability`` |
package struct IdentityAnnouncement: AnnouncementFields {
    /// The agent.
    package var agentID: AgentID
    /// The machine.
    package var machineID: MachineID
    /// The human, when disclosed.
    package var userID: UserID?
    /// Present exactly when ``userID`` is.
    package var certificate: AgentCertificate.Unverified?
    /// The machine's key, 1952 bytes.
    package var machinePublicKey: [UInt8]
    /// Where to dial; at most ``AnnouncementLimits/addressCountMax``.
    package var addresses: [NetworkAddress]
    /// Unix seconds.
    package var announcedAt: UInt64
    /// How the machine can be reached.
    package var reachability: Reachability

    /// Creates the fields as they are.
    package init(
        agentID: AgentID,
        machineID: MachineID,
        userID: UserID? = nil,
        certificate: AgentCertificate.Unverified? = nil,
        machinePublicKey: [UInt8],
        addresses: [NetworkAddress],
        announcedAt: UInt64,
        reachability: Reachability = Reachability()
    ) {
        self.agentID = agentID
        self.machineID = machineID
        self.userID = userID
        self.certificate = certificate
        self.machinePublicKey = machinePublicKey
        self.addresses = addresses
        self.announcedAt = announcedAt
        self.reachability = reachability
    }

    package init(
        from reader: inout ByteReader,
        signature: (inout ByteReader) throws(DecodeError) -> Void
    ) throws(DecodeError) {
        self.agentID = try AgentID(from: &reader)
        self.machineID = try MachineID(from: &reader)
        self.userID = try reader.readOption(field: "user_id") { reader throws(DecodeError) in
            try UserID(from: &reader)
        }
        self.certificate = try reader.readOption(field: "agent_certificate") { reader throws(DecodeError) in
            try AgentCertificate.Unverified(from: &reader)
        }
        self.machinePublicKey = try reader.readPublicKey(field: "machine_public_key")
        try signature(&reader)
        let limit = AnnouncementLimits.addressCountMax
        self.addresses = try reader.readSocketAddresses(field: "addresses", limit: limit)
        self.announcedAt = try reader.readLittleEndian()
        self.reachability = try Reachability(from: &reader)
    }

    package func encodeFieldsBefore(into writer: inout ByteWriter) {
        self.agentID.encode(into: &writer)
        self.machineID.encode(into: &writer)
        writer.writeOption(self.userID) { $0.encode(into: &$1) }
        writer.writeOption(self.certificate) { $0.encode(into: &$1) }
        writer.writeBincodeBytes(self.machinePublicKey)
    }

    package func encodeFieldsAfter(into writer: inout ByteWriter) {
        writer.writeSocketAddresses(self.addresses)
        writer.writeLittleEndian(self.announcedAt)
        self.reachability.encode(into: &writer)
    }

    package var signerPublicKey: [UInt8] { self.machinePublicKey }

    package func checkSigner(_ key: MLDSA65PublicKey) throws(IdentityError) {
        guard MachineID(key) == self.machineID else {
            throw .verification("machine_id does not belong to machine_public_key")
        }
    }

    package func checkContents() throws(IdentityError) {
        try verifiedDisclosure(userID: self.userID, certificate: self.certificate, agentID: self.agentID)
    }
}

package typealias UnverifiedIdentityAnnouncement = UnverifiedAnnouncement<IdentityAnnouncement>
package typealias VerifiedIdentityAnnouncement = VerifiedAnnouncement<IdentityAnnouncement>
