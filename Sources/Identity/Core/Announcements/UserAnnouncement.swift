// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding
package import CryptoSuite
package import Primitives

/// "These agents are mine", said by a human's key (spec 01 §4.4); 12 570 bytes with one certificate.
package struct UserAnnouncement: AnnouncementFields {
    /// The human.
    package var userID: UserID
    /// The human's key, 1952 bytes.
    package var userPublicKey: [UInt8]
    /// One certificate per agent; at most ``AnnouncementLimits/certificateCountMax``.
    package var certificates: [AgentCertificate.Unverified]
    /// Unix seconds.
    package var announcedAt: UInt64

    /// Creates the fields as they are.
    package init(
        userID: UserID,
        userPublicKey: [UInt8],
        certificates: [AgentCertificate.Unverified],
        announcedAt: UInt64
    ) {
        self.userID = userID
        self.userPublicKey = userPublicKey
        self.certificates = certificates
        self.announcedAt = announcedAt
    }

    package init(
        from reader: inout ByteReader,
        signature: (inout ByteReader) throws(DecodeError) -> Void
    ) throws(DecodeError) {
        self.userID = try UserID(from: &reader)
        self.userPublicKey = try reader.readPublicKey(field: "user_public_key")
        try signature(&reader)
        let count = try reader.readBincodeCount(
            field: "agent_certificates",
            limit: AnnouncementLimits.certificateCountMax,
            elementByteCountMin: AgentCertificate.byteCount
        )
        var certificates: [AgentCertificate.Unverified] = []
        for _ in 0..<count { certificates.append(try AgentCertificate.Unverified(from: &reader)) }
        self.certificates = certificates
        self.announcedAt = try reader.readLittleEndian()
    }

    package func encodeFieldsBefore(into writer: inout ByteWriter) {
        self.userID.encode(into: &writer)
        writer.writeBincodeBytes(self.userPublicKey)
    }

    package func encodeFieldsAfter(into writer: inout ByteWriter) {
        writer.writeLittleEndian(UInt64(self.certificates.count))
        for certificate in self.certificates { certificate.encode(into: &writer) }
        writer.writeLittleEndian(self.announcedAt)
    }

    package var signerPublicKey: [UInt8] { self.userPublicKey }

    package func checkSigner(_ key: MLDSA65PublicKey) throws(IdentityError) {
        guard UserID(key) == self.userID else { throw .verification("user_id does not belong to user_public_key") }
    }

    package func checkContents() throws(IdentityError) {
        for certificate in self.certificates {
            guard try certificate.verified().userID == self.userID else {
                throw .verification("a certificate is from a different user")
            }
        }
    }

    /// The agents the certificates name, in their order.
    package var agentIDs: [AgentID] { self.certificates.map { AgentID(publicKeyBytes: $0.agentPublicKey) } }
}

package typealias UnverifiedUserAnnouncement = UnverifiedAnnouncement<UserAnnouncement>
package typealias VerifiedUserAnnouncement = VerifiedAnnouncement<UserAnnouncement>
