// SPDX-License-Identifier: MIT OR Apache-2.0

package import CryptoSuite

/// Why a protected packet could not be opened.
package enum PacketProtectionError: Error, Equatable, Sendable {
    /// Too short to hold a packet number, a sample and a tag.
    case truncated
    /// The tag does not match.
    case authenticationFailure
}

/// The keys of one direction of one packet protection level (RFC 9001 §5).
package struct PacketKeys: Sendable {
    private let packetKey: AEADKey
    private let headerKey: HeaderProtectionKey
    private let initializationVector: [UInt8]

    /// Binds the three keys; the vector is 12 bytes.
    package init(
        packetKey: AEADKey,
        initializationVector: [UInt8],
        headerKey: HeaderProtectionKey
    ) throws(CryptoSuiteError) {
        guard initializationVector.count == AEADAlgorithm.nonceByteCount else { throw .invalidKey }
        self.packetKey = packetKey
        self.headerKey = headerKey
        self.initializationVector = initializationVector
    }

    /// The AEAD algorithm, which decides the usage limits (RFC 9001 §6.6).
    package var algorithm: AEADAlgorithm { self.packetKey.algorithm }

    /// The keys of the next key phase: a new packet key and vector, the same header key (RFC 9001 §6.1).
    func nextPhase(trafficSecret: SecretBytes, suite: CipherSuite) throws(CryptoSuiteError) -> PacketKeys {
        let secrets = PacketProtectionSecrets(trafficSecret: trafficSecret, suite: suite)
        return try PacketKeys(
            packetKey: AEADKey(suite.aead, key: secrets.key),
            initializationVector: secrets.initializationVector.exposedBytes(),
            headerKey: self.headerKey
        )
    }

    private func nonce(_ packetNumber: UInt64) -> [UInt8] {
        var nonce = self.initializationVector
        for index in 0..<8 {
            nonce[11 - index] ^= UInt8(truncatingIfNeeded: packetNumber >> UInt64(8 * index))
        }
        return nonce
    }

    /// Protects one packet.
    ///
    /// - Parameters:
    ///   - header: The header up to and including the packet number, unprotected.
    ///   - packetNumberByteCount: Length of the packet number at the end of `header`.
    ///   - packetNumber: The full packet number.
    ///   - payload: Frames; with the packet number at least 4 bytes, so that a sample exists.
    /// - Returns: The protected packet.
    /// - Throws: `CryptoSuiteError` when the cryptography library refuses.
    package func protect(
        header: [UInt8],
        packetNumberByteCount: Int,
        packetNumber: UInt64,
        payload: [UInt8]
    ) throws(CryptoSuiteError) -> [UInt8] {
        precondition(payload.count + packetNumberByteCount >= 4, "too short for a header protection sample")
        let sealed = try self.packetKey.seal(payload, nonce: self.nonce(packetNumber), authenticating: header)
        let sampleOffset = 4 - packetNumberByteCount
        let sample = Array(sealed[sampleOffset..<sampleOffset + HeaderProtectionKey.sampleByteCount])
        let mask = try self.headerKey.mask(sample: sample)
        var packet = header
        packet.reserveCapacity(header.count + sealed.count)
        packet[0] ^= mask[0] & (header[0] & 0x80 != 0 ? 0x0F : 0x1F)
        for index in 0..<packetNumberByteCount {
            packet[header.count - packetNumberByteCount + index] ^= mask[1 + index]
        }
        packet.append(contentsOf: sealed)
        return packet
    }

    /// The header of a received packet after header protection was removed.
    package struct OpenedHeader: Sendable {
        /// The first byte in the clear.
        package let firstByte: UInt8
        /// The full packet number.
        package let packetNumber: UInt64
        fileprivate let header: [UInt8]
        fileprivate let ciphertextOffset: Int

        /// The key phase bit of a short header (RFC 9001 §6).
        package var keyPhase: Bool { self.firstByte & 0x04 != 0 }
        /// The reserved bits, which must be zero (RFC 9000 §17.2, §17.3.1).
        package var hasReservedBits: Bool {
            self.firstByte & (self.firstByte & 0x80 != 0 ? 0x0C : 0x18) != 0
        }
    }

    /// Removes header protection and recovers the packet number.
    ///
    /// - Parameters:
    ///   - datagram: The whole UDP payload.
    ///   - packet: The readable header of the packet.
    ///   - largestReceived: The largest packet number received in this space so far.
    /// - Returns: The opened header.
    /// - Throws: `PacketProtectionError.truncated` when there is too little to sample.
    package func openHeader(
        in datagram: [UInt8],
        packet: PacketHeader,
        largestReceived: UInt64?
    ) throws(PacketProtectionError) -> OpenedHeader {
        let sampleOffset = packet.payloadOffset + 4
        guard sampleOffset + HeaderProtectionKey.sampleByteCount <= packet.packetRange.upperBound,
            let mask = try? self.headerKey.mask(
                sample: Array(datagram[sampleOffset..<sampleOffset + HeaderProtectionKey.sampleByteCount])
            )
        else { throw .truncated }
        let start = packet.packetRange.lowerBound
        let protectedFirst = datagram[start]
        let first = protectedFirst ^ (mask[0] & (protectedFirst & 0x80 != 0 ? 0x0F : 0x1F))
        let byteCount = Int(first & 3) + 1
        var header = Array(datagram[start..<packet.payloadOffset + byteCount])
        header[0] = first
        var truncated: UInt64 = 0
        for index in 0..<byteCount {
            let position = header.count - byteCount + index
            header[position] ^= mask[1 + index]
            truncated = truncated << 8 | UInt64(header[position])
        }
        return OpenedHeader(
            firstByte: first,
            packetNumber: PacketNumber.decode(
                truncated: truncated,
                byteCount: byteCount,
                largestReceived: largestReceived
            ),
            header: header,
            ciphertextOffset: packet.payloadOffset + byteCount
        )
    }

    /// Authenticates and decrypts the payload behind an opened header.
    package func openPayload(
        in datagram: [UInt8],
        packet: PacketHeader,
        header: OpenedHeader
    ) throws(PacketProtectionError) -> [UInt8] {
        guard header.ciphertextOffset + AEADAlgorithm.tagByteCount <= packet.packetRange.upperBound else {
            throw .truncated
        }
        do {
            return try self.packetKey.open(
                datagram[header.ciphertextOffset..<packet.packetRange.upperBound],
                nonce: self.nonce(header.packetNumber),
                authenticating: header.header[...]
            )
        } catch {
            throw .authenticationFailure
        }
    }
}
