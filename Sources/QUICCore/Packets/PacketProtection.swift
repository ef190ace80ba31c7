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
    /// One object, so that handing keys around costs one reference.
    private final class Storage: Sendable {
        let packetKey: AEADKey
        let headerKey: HeaderProtectionKey
        let initializationVector: AEADNonce

        init(packetKey: AEADKey, headerKey: HeaderProtectionKey, initializationVector: AEADNonce) {
            self.packetKey = packetKey
            self.headerKey = headerKey
            self.initializationVector = initializationVector
        }
    }

    private let storage: Storage
    private var packetKey: AEADKey { self.storage.packetKey }
    private var headerKey: HeaderProtectionKey { self.storage.headerKey }
    private var initializationVector: AEADNonce { self.storage.initializationVector }

    /// Binds the three keys; the vector is 12 bytes.
    package init(
        packetKey: AEADKey,
        initializationVector: [UInt8],
        headerKey: HeaderProtectionKey
    ) throws(CryptoSuiteError) {
        guard let initializationVector = AEADNonce(initializationVector) else { throw .invalidKey }
        self.storage = Storage(
            packetKey: packetKey,
            headerKey: headerKey,
            initializationVector: initializationVector
        )
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

    /// Protects the packet that ends a datagram, where it stands.
    ///
    /// - Parameters:
    ///   - datagram: Anything ‖ header up to and including the packet number, unprotected ‖ frames; the frames with the
    ///     packet number make at least 4 bytes, so that a sample exists. The tag is appended.
    ///   - start: Where the packet begins.
    ///   - payloadStart: Where the packet number ends and the frames begin.
    ///   - packetNumberByteCount: Length of the packet number in the header.
    ///   - packetNumber: The full packet number.
    /// - Throws: `CryptoSuiteError` when the cryptography library refuses.
    package func protect(
        _ datagram: inout [UInt8],
        from start: Int,
        payloadStart: Int,
        packetNumberByteCount: Int,
        packetNumber: UInt64
    ) throws(CryptoSuiteError) {
        let packetNumberStart = payloadStart - packetNumberByteCount
        precondition(datagram.count - packetNumberStart >= 4, "too short for a header protection sample")
        try self.packetKey.seal(
            &datagram,
            from: start,
            plaintextStart: payloadStart,
            nonce: self.initializationVector.combined(with: packetNumber)
        )
        let sample = packetNumberStart + 4..<packetNumberStart + 4 + HeaderProtectionKey.sampleByteCount
        let mask = try self.headerKey.mask(sample: datagram.span.extracting(sample))
        datagram[start] ^= mask[0] & (datagram[start] & 0x80 != 0 ? 0x0F : 0x1F)
        for index in 0..<packetNumberByteCount { datagram[packetNumberStart + index] ^= mask[1 + index] }
    }

    /// Protects one packet; parameters as above.
    ///
    /// - Returns: The protected packet.
    package func protect(
        header: [UInt8],
        packetNumberByteCount: Int,
        packetNumber: UInt64,
        payload: [UInt8]
    ) throws(CryptoSuiteError) -> [UInt8] {
        var packet = header + payload
        try self.protect(
            &packet,
            from: 0,
            payloadStart: header.count,
            packetNumberByteCount: packetNumberByteCount,
            packetNumber: packetNumber
        )
        return packet
    }

    /// The header of a received packet after header protection was removed.
    package struct OpenedHeader: Sendable {
        /// The first byte in the clear.
        package let firstByte: UInt8
        /// The full packet number.
        package let packetNumber: UInt64
        /// Length of the packet number.
        fileprivate let byteCount: Int
        /// What its bytes are protected with, the first one most significant.
        fileprivate let mask: HeaderProtectionKey.Mask

        /// The key phase bit of a short header (RFC 9001 §6).
        package var keyPhase: Bool { self.firstByte & 0x04 != 0 }
        /// The spin bit of a short header (RFC 9000 §17.4).
        package var spinBit: Bool { self.firstByte & 0x20 != 0 }
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
                sample: datagram.span.extracting(sampleOffset..<sampleOffset + HeaderProtectionKey.sampleByteCount)
            )
        else { throw .truncated }
        let start = packet.packetRange.lowerBound
        let protectedFirst = datagram[start]
        let first = protectedFirst ^ (mask[0] & (protectedFirst & 0x80 != 0 ? 0x0F : 0x1F))
        let byteCount = Int(first & 3) + 1
        var truncated: UInt64 = 0
        for index in 0..<byteCount {
            truncated = truncated << 8 | UInt64(datagram[packet.payloadOffset + index] ^ mask[1 + index])
        }
        return OpenedHeader(
            firstByte: first,
            packetNumber: PacketNumber.decode(
                truncated: truncated,
                byteCount: byteCount,
                largestReceived: largestReceived
            ),
            byteCount: byteCount,
            mask: mask
        )
    }

    /// Authenticates and decrypts the payload behind an opened header.
    package func openPayload(
        in datagram: [UInt8],
        packet: PacketHeader,
        header: OpenedHeader
    ) throws(PacketProtectionError) -> [UInt8] {
        var plaintext: [UInt8] = []
        try self.openPayload(in: datagram, packet: packet, header: header, into: &plaintext)
        return plaintext
    }

    /// Authenticates and decrypts the payload behind an opened header into storage that is used again.
    ///
    /// - Parameters:
    ///   - datagram: The whole UDP payload.
    ///   - packet: The readable header of the packet.
    ///   - header: The opened header.
    ///   - plaintext: Becomes the payload; empty when this throws.
    /// - Throws: `PacketProtectionError` when the packet is too short or does not authenticate.
    package func openPayload(
        in datagram: [UInt8],
        packet: PacketHeader,
        header: OpenedHeader,
        into plaintext: inout [UInt8]
    ) throws(PacketProtectionError) {
        let start = packet.packetRange.lowerBound
        let numberOffset = packet.payloadOffset - start
        let ciphertextOffset = packet.payloadOffset + header.byteCount
        plaintext.removeAll(keepingCapacity: true)
        guard ciphertextOffset + AEADAlgorithm.tagByteCount <= packet.packetRange.upperBound else { throw .truncated }
        // What is authenticated is the header as it was before protection; it is short, so this stays on the stack.
        let isAuthentic = unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: ciphertextOffset - start) {
            buffer in
            _ = unsafe buffer.initialize(fromContentsOf: datagram[start..<ciphertextOffset])
            unsafe buffer[0] = header.firstByte
            for index in 0..<header.byteCount { unsafe buffer[numberOffset + index] ^= header.mask[1 + index] }
            return unsafe self.packetKey.open(
                datagram.span.extracting(ciphertextOffset..<packet.packetRange.upperBound),
                nonce: self.initializationVector.combined(with: header.packetNumber),
                authenticating: Span(_unsafeElements: UnsafeBufferPointer(buffer)),
                into: &plaintext
            )
        }
        guard isAuthentic else { throw .authenticationFailure }
    }
}
