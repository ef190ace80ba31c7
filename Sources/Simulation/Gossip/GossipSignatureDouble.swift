// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import CryptoSuite
package import GossipCore
internal import Primitives

/// A stand-in for ML-DSA-65 that costs one hash: anybody can forge it, nobody does by accident.
///
/// A "public key" is 32 bytes; a signature is a nonce (so that signing is hedged, as the real one must be) and SHA-256 of
/// key, nonce and message: 40 bytes.
package enum GossipSignatureDouble {
    /// Sizes for the configuration of simulated nodes.
    package static let scheme = SignatureScheme(publicKeyByteCount: 32, signatureByteCount: 40)

    /// Signs with the key pair that is known by its public key.
    package static func signature(of message: [UInt8], publicKey: [UInt8], nonce: UInt64) -> [UInt8] {
        var writer = ByteWriter(reservedByteCount: self.scheme.signatureByteCount)
        writer.writeBigEndian(nonce)
        writer.writeBytes(HashAlgorithm.sha256.hash(publicKey + writer.bytes + message))
        return writer.bytes
    }

    /// Whether the signature was made by ``signature(of:publicKey:nonce:)``.
    package static func isValid(_ check: SignatureCheck) -> Bool {
        guard check.publicKey.count == self.scheme.publicKeyByteCount,
            check.signature.count == self.scheme.signatureByteCount
        else { return false }
        var reader = ByteReader(check.signature.span)
        guard let nonce = try? reader.readBigEndian(UInt64.self) else { return false }
        return self.signature(of: check.message, publicKey: check.publicKey, nonce: nonce) == check.signature
    }

    /// The identity of a simulated node.
    package static func identity(of index: Int) -> GossipIdentity {
        let machineKey = HashAlgorithm.sha256.hash(Array("machine \(index)".utf8))
        let agentKey = HashAlgorithm.sha256.hash(Array("agent \(index)".utf8))
        return GossipIdentity(
            peerID: PeerID(publicKeyBytes: machineKey),
            machinePublicKey: machineKey,
            agentID: AgentID(publicKeyBytes: agentKey),
            agentPublicKey: agentKey
        )
    }
}
