// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding
internal import CryptoSuite
package import Primitives

// What the signed statements of spec 01 §3, §4 and §14 share in their bincode encoding.

extension ByteReader {
    /// Reads an ML-DSA-65 public key; any length but 1952 is an error.
    mutating func readPublicKey(field: String) throws(DecodeError) -> [UInt8] {
        try self.readBincodeBytes(field: field, exactly: MLDSA65Sizes.publicKey)
    }

    /// Reads an ML-DSA-65 signature; any length but 3309 is an error.
    mutating func readSignature(field: String) throws(DecodeError) -> [UInt8] {
        try self.readBincodeBytes(field: field, exactly: MLDSA65Sizes.signature)
    }

    /// Reads a u64 count and that many ids, at most `limit`.
    mutating func readIdentifiers<ID: Identifier32>(
        _ type: ID.Type = ID.self,
        field: String,
        limit: Int
    ) throws(DecodeError) -> [ID] {
        let count = try self.readBincodeCount(field: field, limit: limit, elementByteCountMin: ID.byteCount)
        var ids: [ID] = []
        ids.reserveCapacity(count)
        for _ in 0..<count { ids.append(try ID(from: &self)) }
        return ids
    }

    /// Reads a bincode list of socket addresses, at most `limit` (spec 01 §4.1).
    package mutating func readSocketAddresses(field: String, limit: Int) throws(DecodeError) -> [NetworkAddress] {
        let count = try self.readBincodeCount(field: field, limit: limit, elementByteCountMin: 10)
        var addresses: [NetworkAddress] = []
        addresses.reserveCapacity(count)
        for _ in 0..<count { addresses.append(try self.readSocketAddress(field: field)) }
        return addresses
    }

    /// u32 tag 0: four octets, u16 port; tag 1: sixteen octets, u16 port; little endian.
    private mutating func readSocketAddress(field: String) throws(DecodeError) -> NetworkAddress {
        switch try self.readLittleEndian(UInt32.self) {
        case 0:
            let address = try self.readBigEndian(UInt32.self)
            return NetworkAddress(ipv4: address, port: try self.readLittleEndian())
        case 1:
            let high = try self.readBigEndian(UInt64.self)
            let low = try self.readBigEndian(UInt64.self)
            return NetworkAddress(ipv6High: high, low: low, port: try self.readLittleEndian())
        default:
            throw .invalid(field: field)
        }
    }
}

extension ByteWriter {
    /// Appends a u64 count and the ids.
    mutating func writeIdentifiers(_ ids: [some Identifier32]) {
        self.writeLittleEndian(UInt64(ids.count))
        for id in ids { id.encode(into: &self) }
    }

    /// Appends a bincode list of socket addresses (spec 01 §4.1).
    package mutating func writeSocketAddresses(_ addresses: [NetworkAddress]) {
        self.writeLittleEndian(UInt64(addresses.count))
        for address in addresses {
            self.writeLittleEndian(UInt32(address.family == .ipv4 ? 0 : 1))
            self.writeBytes(address.addressBytes)
            self.writeLittleEndian(address.port)
        }
    }
}

/// Parses a public key inside a signed statement.
func parsedKey(_ bytes: [UInt8]) throws(IdentityError) -> MLDSA65PublicKey {
    guard let key = try? MLDSA65PublicKey(bytes: bytes) else {
        throw .invalidPublicKey("not an ML-DSA-65 key of \(MLDSA65Sizes.publicKey) bytes")
    }
    return key
}

/// A certificate and the user id beside it: both absent, or both present and matching (spec 01 §4.2 step 6).
func verifiedDisclosure(
    userID: UserID?,
    certificate: AgentCertificate.Unverified?,
    agentID: AgentID
) throws(IdentityError) {
    switch (userID, certificate) {
    case (nil, nil): return
    case (let userID?, let certificate?):
        let verified = try certificate.verified()
        guard verified.agentID == agentID else { throw .verification("the certificate is for another agent") }
        guard verified.userID == userID else { throw .verification("the certificate is from another user") }
    case (nil, .some): throw .verification("a certificate without user_id")
    case (.some, nil): throw .verification("user_id without certificate")
    }
}
