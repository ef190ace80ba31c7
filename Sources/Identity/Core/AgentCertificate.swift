// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding
package import CryptoSuite
package import Primitives

/// A human's signed statement "this agent is mine" (spec 01 §3); 7245 bytes.
///
/// A value of this type has been verified: it comes from ``Unverified/verified()`` or from ``init(issuedBy:for:at:)``.
/// It proves nothing about the machine that shows it.
///
/// | field | bytes |
/// |---|---|
/// | user_public_key | u64le 1952, key |
/// | agent_public_key | u64le 1952, key |
/// | signature | u64le 3309, by the user key |
/// | issued_at | u64le, Unix seconds |
package struct AgentCertificate: Hashable, Sendable, ByteEncodable {
    /// Bytes of the encoding.
    package static let byteCount = 7_245

    /// The fields as they are on the wire.
    package let fields: Unverified
    /// The human.
    package let userID: UserID
    /// The agent.
    package let agentID: AgentID

    fileprivate init(verified fields: Unverified) {
        self.fields = fields
        self.userID = UserID(publicKeyBytes: fields.userPublicKey)
        self.agentID = AgentID(publicKeyBytes: fields.agentPublicKey)
    }

    /// Signs a certificate for an agent; `issuedAt` is Unix seconds.
    package init(
        issuedBy userKey: UserKey,
        for agentKey: MLDSA65PublicKey,
        at issuedAt: UInt64
    ) throws(CryptoSuiteError) {
        var fields = Unverified(
            userPublicKey: userKey.publicKey.bytes,
            agentPublicKey: agentKey.bytes,
            signature: [],
            issuedAt: issuedAt
        )
        fields.signature = try userKey.signature(for: fields.signedBytes)
        self.init(verified: fields)
    }

    /// The human's key, 1952 bytes.
    package var userPublicKey: [UInt8] { self.fields.userPublicKey }
    /// The agent's key, 1952 bytes.
    package var agentPublicKey: [UInt8] { self.fields.agentPublicKey }
    /// Unix seconds.
    package var issuedAt: UInt64 { self.fields.issuedAt }

    package func encode(into writer: inout ByteWriter) { self.fields.encode(into: &writer) }
}

extension AgentCertificate {
    /// The fields of a certificate whose signature nobody has checked yet.
    package struct Unverified: Hashable, Sendable, ByteEncodable, ByteDecodable {
        package var userPublicKey: [UInt8]
        package var agentPublicKey: [UInt8]
        package var signature: [UInt8]
        package var issuedAt: UInt64

        /// Creates the fields as they are.
        package init(userPublicKey: [UInt8], agentPublicKey: [UInt8], signature: [UInt8], issuedAt: UInt64) {
            self.userPublicKey = userPublicKey
            self.agentPublicKey = agentPublicKey
            self.signature = signature
            self.issuedAt = issuedAt
        }

        package init(from reader: inout ByteReader) throws(DecodeError) {
            self.init(
                userPublicKey: try reader.readPublicKey(field: "user_public_key"),
                agentPublicKey: try reader.readPublicKey(field: "agent_public_key"),
                signature: try reader.readSignature(field: "signature"),
                issuedAt: try reader.readLittleEndian()
            )
        }

        package func encode(into writer: inout ByteWriter) {
            writer.writeBincodeBytes(self.userPublicKey)
            writer.writeBincodeBytes(self.agentPublicKey)
            writer.writeBincodeBytes(self.signature)
            writer.writeLittleEndian(self.issuedAt)
        }

        /// Domain prefix ‖ user key ‖ agent key ‖ u64le issued_at, 3929 bytes.
        package var signedBytes: [UInt8] {
            var writer = ByteWriter(reservedByteCount: 3_929)
            writer.writeBytes(Array("x0x-agent-cert-v1".utf8))
            writer.writeBytes(self.userPublicKey)
            writer.writeBytes(self.agentPublicKey)
            writer.writeLittleEndian(self.issuedAt)
            return writer.bytes
        }

        /// Checks the signature.
        package func verified() throws(IdentityError) -> AgentCertificate {
            let userKey = try parsedKey(self.userPublicKey)
            _ = try parsedKey(self.agentPublicKey)
            guard userKey.isValid(signature: self.signature, for: self.signedBytes) else {
                throw .verification("the user's signature of the certificate is wrong")
            }
            return AgentCertificate(verified: self)
        }
    }
}
