// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding

/// The only QUIC version spoken here (spec 02 §3.1).
package enum QUICVersion {
    /// RFC 9000.
    package static let one: UInt32 = 1
    /// Version negotiation packets carry this instead of a version.
    package static let negotiation: UInt32 = 0
}

/// The part of a packet header that is readable before header protection is removed (RFC 9000 §17, RFC 8999).
package struct PacketHeader: Equatable, Sendable {
    /// What kind of packet it is.
    package enum Kind: Equatable, Sendable {
        case initial(token: [UInt8])
        case zeroRTT
        case handshake
        case retry
        case versionNegotiation
        case oneRTT
        /// A long header of a version we do not speak; only the invariant fields are known.
        case unsupportedVersion(UInt32)
    }

    /// The kind.
    package let kind: Kind
    /// The connection id that routes the packet.
    package let destinationConnectionID: ConnectionID
    /// The sender's id; empty for short headers.
    package let sourceConnectionID: ConnectionID
    /// Where the whole packet lies in the datagram.
    package let packetRange: Range<Int>
    /// Where the packet number (or, without one, the rest of the packet) begins in the datagram.
    package let payloadOffset: Int

    /// Whether this is an Initial packet.
    package var isInitial: Bool {
        if case .initial = self.kind { true } else { false }
    }
}

extension PacketHeader {
    /// Reads the header of the packet that begins at `offset` of a datagram.
    ///
    /// - Parameters:
    ///   - datagram: The whole UDP payload.
    ///   - offset: Where the packet begins.
    /// - Returns: The header; `packetRange.upperBound` is where the next coalesced packet begins.
    /// - Throws: `DecodeError` when the header is incomplete or its lengths do not fit.
    package static func parse(_ datagram: [UInt8], at offset: Int) throws(DecodeError) -> PacketHeader {
        var reader = ByteReader(datagram.span.extracting(droppingFirst: offset))
        let total = reader.remainingByteCount
        let first = try reader.readUInt8()
        guard first & 0x80 != 0 else {
            let destination = try Self.connectionID(from: &reader, byteCount: ConnectionID.localByteCount)
            return PacketHeader(
                kind: .oneRTT,
                destinationConnectionID: destination,
                sourceConnectionID: .empty,
                packetRange: offset..<datagram.count,
                payloadOffset: offset + total - reader.remainingByteCount
            )
        }
        let version = try reader.readBigEndian(UInt32.self)
        let destination = try Self.prefixedConnectionID(from: &reader, version: version)
        let source = try Self.prefixedConnectionID(from: &reader, version: version)
        let kind = try Self.longKind(first: first, version: version, reader: &reader)
        var end = datagram.count
        switch kind {
        case .initial, .zeroRTT, .handshake:
            let length = try reader.readVarint()
            guard length <= UInt64(reader.remainingByteCount) else { throw .truncated }
            end = offset + total - reader.remainingByteCount + Int(length)
        case .retry, .versionNegotiation, .unsupportedVersion, .oneRTT:
            break
        }
        return PacketHeader(
            kind: kind,
            destinationConnectionID: destination,
            sourceConnectionID: source,
            packetRange: offset..<end,
            payloadOffset: offset + total - reader.remainingByteCount
        )
    }

    private static func longKind(
        first: UInt8,
        version: UInt32,
        reader: inout ByteReader
    ) throws(DecodeError) -> Kind {
        switch version {
        case QUICVersion.negotiation: return .versionNegotiation
        case QUICVersion.one: break
        default: return .unsupportedVersion(version)
        }
        switch first >> 4 & 3 {
        case 0: return .initial(token: [UInt8](copying: try reader.readVarintPrefixedSpan()))
        case 1: return .zeroRTT
        case 2: return .handshake
        default: return .retry
        }
    }

    private static func connectionID(
        from reader: inout ByteReader,
        byteCount: Int
    ) throws(DecodeError) -> ConnectionID {
        guard let id = ConnectionID(try reader.readSpan(byteCount: byteCount)) else {
            throw .invalid(field: "connection id")
        }
        return id
    }

    /// Version 1 limits ids to 20 bytes; other versions may be longer, but then we cannot answer them (RFC 9000 §17.2).
    private static func prefixedConnectionID(
        from reader: inout ByteReader,
        version: UInt32
    ) throws(DecodeError) -> ConnectionID {
        try self.connectionID(from: &reader, byteCount: Int(try reader.readUInt8()))
    }
}

extension ByteWriter {
    /// Appends a connection id behind its one-byte length, as in long headers.
    package mutating func writePrefixedConnectionID(_ id: ConnectionID) {
        self.writeUInt8(UInt8(id.byteCount))
        self.writeBytes(id.bytes)
    }
}

/// Version negotiation packets (RFC 9000 §17.2.1).
package enum VersionNegotiationPacket {
    /// The answer to a packet of an unknown version: one reserved version, then ours (spec 02 §3.1).
    package static func encode(
        destinationConnectionID: ConnectionID,
        sourceConnectionID: ConnectionID,
        offeredVersion: UInt32,
        randomByte: UInt8
    ) -> [UInt8] {
        var writer = ByteWriter(reservedByteCount: 64)
        writer.writeUInt8(randomByte | 0xC0)
        writer.writeBigEndian(QUICVersion.negotiation)
        writer.writePrefixedConnectionID(destinationConnectionID)
        writer.writePrefixedConnectionID(sourceConnectionID)
        writer.writeBigEndian(offeredVersion == 0x0A1A_2A3A ? UInt32(0x0A1A_2A4A) : UInt32(0x0A1A_2A3A))
        writer.writeBigEndian(QUICVersion.one)
        return writer.bytes
    }

    /// The versions listed in a version negotiation packet; at most 64 are read.
    package static func versions(in datagram: [UInt8], header: PacketHeader) -> [UInt32] {
        var versions: [UInt32] = []
        var reader = ByteReader(datagram.span.extracting(droppingFirst: header.payloadOffset))
        while versions.count < 64, let version = try? reader.readBigEndian(UInt32.self) {
            versions.append(version)
        }
        return versions
    }
}
