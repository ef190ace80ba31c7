// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding
internal import Primitives

/// Reads the frames of one packet payload one after the other.
package struct FrameReader: Sendable {
    private let payload: [UInt8]
    private var offset = 0

    /// Starts at the first frame of a decrypted payload.
    package init(_ payload: [UInt8]) { self.payload = payload }

    /// The next frame, or `nil` at the end.
    ///
    /// - Throws: `DecodeError` for an unknown type or a broken frame, both FRAME_ENCODING_ERROR (RFC 9000 §12.4).
    package mutating func next() throws(DecodeError) -> Frame? {
        guard self.offset < self.payload.count else { return nil }
        if self.payload[self.offset] == 0 { return self.skipPadding() }
        var reader = ByteReader(self.payload.span.extracting(droppingFirst: self.offset))
        let type = try reader.readVarint()
        let frame: Frame
        switch type {
        case FrameType.streams: frame = .stream(try self.streamFrame(type: type, from: &reader))
        case FrameType.crypto:
            let start = try reader.readVarint()
            frame = .crypto(offset: start, data: try self.data(at: start, from: &reader))
        case FrameType.datagram: frame = .datagram(try self.rest(of: &reader))
        case FrameType.datagramWithLength: frame = .datagram(try self.data(at: 0, from: &reader))
        default: frame = try Frame(controlType: type, from: &reader)
        }
        self.offset = self.payload.count - reader.remainingByteCount
        return frame
    }

    private mutating func skipPadding() -> Frame {
        let start = self.offset
        while self.offset < self.payload.count, self.payload[self.offset] == 0 { self.offset += 1 }
        return .padding(byteCount: self.offset - start)
    }

    private func streamFrame(type: UInt64, from reader: inout ByteReader) throws(DecodeError) -> StreamFrame {
        let id = StreamID(rawValue: try reader.readVarint())
        let start = type & 4 != 0 ? try reader.readVarint() : 0
        let data = type & 2 != 0 ? try self.data(at: start, from: &reader) : try self.rest(of: &reader)
        guard start + UInt64(data.count) <= QUICVarint.maximum else { throw .invalid(field: "stream offset") }
        return StreamFrame(id: id, offset: start, data: data, isFinished: type & 1 != 0)
    }

    /// A length and that many bytes, as a slice of the payload.
    private func data(at start: UInt64, from reader: inout ByteReader) throws(DecodeError) -> ArraySlice<UInt8> {
        let byteCount = try reader.readVarintPrefixedSpan().count
        guard start + UInt64(byteCount) <= QUICVarint.maximum else { throw .invalid(field: "offset") }
        let end = self.payload.count - reader.remainingByteCount
        return self.payload[end - byteCount..<end]
    }

    /// Everything that is left, as a slice of the payload.
    private func rest(of reader: inout ByteReader) throws(DecodeError) -> ArraySlice<UInt8> {
        let rest = self.payload[(self.payload.count - reader.remainingByteCount)...]
        try reader.skip(byteCount: reader.remainingByteCount)
        return rest
    }
}

extension Frame {
    /// Reads the fields of a frame without bulk data.
    fileprivate init(controlType type: UInt64, from reader: inout ByteReader) throws(DecodeError) {
        switch type {
        case FrameType.ping: self = .ping
        case FrameType.ack: self = .ack(try AckFrame(from: &reader, hasECNCounts: false))
        case FrameType.ackWithECN: self = .ack(try AckFrame(from: &reader, hasECNCounts: true))
        case FrameType.newToken:
            let token = [UInt8](copying: try reader.readVarintPrefixedSpan())
            guard !token.isEmpty else { throw .invalid(field: "token") }
            self = .newToken(token)
        case FrameType.newConnectionID: self = .newConnectionID(try NewConnectionIDFrame(from: &reader))
        case FrameType.retireConnectionID: self = .retireConnectionID(sequence: try reader.readVarint())
        case FrameType.pathChallenge: self = .pathChallenge(try reader.readBigEndian())
        case FrameType.pathResponse: self = .pathResponse(try reader.readBigEndian())
        case FrameType.connectionClose, FrameType.applicationClose:
            self = .connectionClose(try CloseFrameContent(type: type, from: &reader))
        case FrameType.handshakeDone: self = .handshakeDone
        case FrameType.immediateAck: self = .immediateAck
        case FrameType.ackFrequency:
            self = .ackFrequency(
                AckFrequencyFrame(
                    sequence: try reader.readVarint(),
                    ackElicitingThreshold: try reader.readVarint(),
                    maxAckDelayMicroseconds: try reader.readVarint(),
                    reorderingThreshold: try reader.readVarint()
                )
            )
        case FrameType.resetStream...FrameType.stopSending,
            FrameType.maxData...FrameType.streamsBlockedUnidirectional:
            self = try Frame(streamControlType: type, from: &reader)
        default: self = try Frame(extensionType: type, from: &reader)
        }
    }

    /// Frames about streams and credit.
    private init(streamControlType type: UInt64, from reader: inout ByteReader) throws(DecodeError) {
        switch type {
        case FrameType.resetStream:
            self = .resetStream(
                StreamID(rawValue: try reader.readVarint()),
                code: try reader.readVarint(),
                finalSize: try reader.readVarint()
            )
        case FrameType.stopSending:
            self = .stopSending(StreamID(rawValue: try reader.readVarint()), code: try reader.readVarint())
        case FrameType.maxData: self = .maxData(try reader.readVarint())
        case FrameType.maxStreamData:
            self = .maxStreamData(StreamID(rawValue: try reader.readVarint()), try reader.readVarint())
        case FrameType.maxStreamsBidirectional: self = .maxStreams(.bidirectional, try Self.streamCount(from: &reader))
        case FrameType.maxStreamsUnidirectional:
            self = .maxStreams(.unidirectional, try Self.streamCount(from: &reader))
        case FrameType.dataBlocked: self = .dataBlocked(limit: try reader.readVarint())
        case FrameType.streamDataBlocked:
            self = .streamDataBlocked(StreamID(rawValue: try reader.readVarint()), limit: try reader.readVarint())
        case FrameType.streamsBlockedBidirectional:
            self = .streamsBlocked(.bidirectional, limit: try Self.streamCount(from: &reader))
        case FrameType.streamsBlockedUnidirectional:
            self = .streamsBlocked(.unidirectional, limit: try Self.streamCount(from: &reader))
        default: throw .invalid(field: "frame type")
        }
    }

    /// The frames of spec 02 §6.2; anything else is unknown.
    private init(extensionType type: UInt64, from reader: inout ByteReader) throws(DecodeError) {
        switch type {
        case FrameType.addAddressIPv4, FrameType.addAddressIPv6:
            let sequence = try reader.readVarint()
            self = .nat(.addAddress(sequence: sequence, try NetworkAddress(from: &reader, isIPv6: type & 1 == 1)))
        case FrameType.punchMeNowIPv4, FrameType.punchMeNowIPv6:
            let round = try reader.readVarint()
            let sequence = try reader.readVarint()
            let address = try NetworkAddress(from: &reader, isIPv6: type & 1 == 1)
            self = .nat(.punchMeNow(round: round, pairedWithSequence: sequence, address))
        case FrameType.removeAddress: self = .nat(.removeAddress(sequence: try reader.readVarint()))
        case FrameType.tryConnectToIPv4, FrameType.tryConnectToIPv6:
            let request = try reader.readVarint()
            let address = try NetworkAddress(from: &reader, isIPv6: type == FrameType.tryConnectToIPv6)
            let timeout = try reader.readBigEndian(UInt16.self)
            self = .nat(.tryConnectTo(requestID: request, address, timeoutMilliseconds: timeout))
        case FrameType.tryConnectToResponseIPv4, FrameType.tryConnectToResponseIPv6:
            let request = try reader.readVarint()
            let success = try reader.readUInt8()
            guard success <= 1 else { throw .invalid(field: "success") }
            let error = try reader.readUInt8()
            let address = try NetworkAddress(from: &reader, isIPv6: type == FrameType.tryConnectToResponseIPv6)
            self = .nat(
                .tryConnectToResponse(requestID: request, isSuccess: success == 1, error: error, address)
            )
        case FrameType.observedAddressIPv4, FrameType.observedAddressIPv6:
            let sequence = try reader.readVarint()
            self = .observedAddress(sequence: sequence, try NetworkAddress(from: &reader, isIPv6: type & 1 == 1))
        default: throw .invalid(field: "frame type")
        }
    }

    private static func streamCount(from reader: inout ByteReader) throws(DecodeError) -> UInt64 {
        let count = try reader.readVarint()
        guard count <= 1 << 60 else { throw .invalid(field: "stream count") }
        return count
    }
}

extension NewConnectionIDFrame {
    init(from reader: inout ByteReader) throws(DecodeError) {
        self.sequence = try reader.readVarint()
        self.retirePriorTo = try reader.readVarint()
        let byteCount = Int(try reader.readUInt8())
        guard 1...ConnectionID.byteCountMax ~= byteCount,
            let id = ConnectionID(try reader.readSpan(byteCount: byteCount))
        else { throw .invalid(field: "connection id length") }
        self.id = id
        self.resetToken = try reader.readBytes(byteCount: TransportParameters.statelessResetTokenByteCount)
    }
}

extension CloseFrameContent {
    init(type: UInt64, from reader: inout ByteReader) throws(DecodeError) {
        self.isApplication = type == FrameType.applicationClose
        self.code = try reader.readVarint()
        // The transport form names the frame type at fault.
        if !self.isApplication { _ = try reader.readVarint() }
        let reason = [UInt8](copying: try reader.readVarintPrefixedSpan())
        self.reason = String(decoding: reason.prefix(Self.reasonByteCountMax), as: UTF8.self)
    }
}

extension NetworkAddress {
    /// Reads IP and port, as in spec 02 §6.3; a v4-mapped IPv6 address becomes IPv4.
    init(from reader: inout ByteReader, isIPv6: Bool) throws(DecodeError) {
        if isIPv6 {
            let high = try reader.readBigEndian(UInt64.self)
            let low = try reader.readBigEndian(UInt64.self)
            self.init(ipv6High: high, low: low, port: try reader.readBigEndian())
        } else {
            let address = try reader.readBigEndian(UInt32.self)
            self.init(ipv4: address, port: try reader.readBigEndian())
        }
    }
}
