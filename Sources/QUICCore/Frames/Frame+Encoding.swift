// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding
internal import Primitives

extension Frame: ByteEncodable {
    package func encode(into writer: inout ByteWriter) {
        switch self {
        case .padding(let byteCount): writer.writeZeros(byteCount: byteCount)
        case .ping: writer.writeVarint(FrameType.ping)
        case .ack(let frame): frame.encode(into: &writer)
        case .crypto(let offset, let data):
            writer.writeVarints(FrameType.crypto, offset, UInt64(data.count))
            writer.writeBytes(data)
        case .newToken(let token):
            writer.writeVarints(FrameType.newToken, UInt64(token.count))
            writer.writeBytes(token)
        case .stream(let frame): frame.encode(into: &writer)
        case .newConnectionID(let frame): frame.encode(into: &writer)
        case .retireConnectionID(let sequence): writer.writeVarints(FrameType.retireConnectionID, sequence)
        case .pathChallenge(let data):
            writer.writeVarint(FrameType.pathChallenge)
            writer.writeBigEndian(data)
        case .pathResponse(let data):
            writer.writeVarint(FrameType.pathResponse)
            writer.writeBigEndian(data)
        case .connectionClose(let content): content.encode(into: &writer)
        case .handshakeDone: writer.writeVarint(FrameType.handshakeDone)
        case .immediateAck: writer.writeVarint(FrameType.immediateAck)
        case .ackFrequency(let frame):
            writer.writeVarints(FrameType.ackFrequency, frame.sequence, frame.ackElicitingThreshold)
            writer.writeVarints(frame.maxAckDelayMicroseconds, frame.reorderingThreshold)
        case .datagram(let data):
            writer.writeVarints(FrameType.datagramWithLength, UInt64(data.count))
            writer.writeBytes(data)
        case .nat(let frame): frame.encode(into: &writer)
        case .observedAddress(let sequence, let address):
            let isIPv6 = address.family == .ipv6
            writer.writeVarints(isIPv6 ? FrameType.observedAddressIPv6 : FrameType.observedAddressIPv4, sequence)
            writer.writeAddress(address)
        default: self.encodeStreamControl(into: &writer)
        }
    }

    private func encodeStreamControl(into writer: inout ByteWriter) {
        switch self {
        case .resetStream(let id, let code, let finalSize):
            writer.writeVarints(FrameType.resetStream, id.rawValue, code, finalSize)
        case .stopSending(let id, let code): writer.writeVarints(FrameType.stopSending, id.rawValue, code)
        case .maxData(let limit): writer.writeVarints(FrameType.maxData, limit)
        case .maxStreamData(let id, let limit): writer.writeVarints(FrameType.maxStreamData, id.rawValue, limit)
        case .maxStreams(.bidirectional, let limit): writer.writeVarints(FrameType.maxStreamsBidirectional, limit)
        case .maxStreams(.unidirectional, let limit): writer.writeVarints(FrameType.maxStreamsUnidirectional, limit)
        case .dataBlocked(let limit): writer.writeVarints(FrameType.dataBlocked, limit)
        case .streamDataBlocked(let id, let limit):
            writer.writeVarints(FrameType.streamDataBlocked, id.rawValue, limit)
        case .streamsBlocked(.bidirectional, let limit):
            writer.writeVarints(FrameType.streamsBlockedBidirectional, limit)
        case .streamsBlocked(.unidirectional, let limit):
            writer.writeVarints(FrameType.streamsBlockedUnidirectional, limit)
        default: preconditionFailure("every other frame is encoded above")
        }
    }
}

extension StreamFrame: ByteEncodable {
    /// Bytes around the data, for a frame with a length field.
    static func overheadByteCount(id: StreamID, offset: UInt64, dataByteCount: Int) -> Int {
        1 + QUICVarint.byteCount(of: id.rawValue) + (offset > 0 ? QUICVarint.byteCount(of: offset) : 0)
            + QUICVarint.byteCount(of: UInt64(dataByteCount))
    }

    /// Appends everything before the data; the offset is left out when it is 0 (spec 02 §6.1).
    static func encodeHeader(
        id: StreamID,
        offset: UInt64,
        dataByteCount: Int,
        isFinished: Bool,
        into writer: inout ByteWriter
    ) {
        writer.writeVarint(FrameType.streams.lowerBound | 2 | (offset > 0 ? 4 : 0) | (isFinished ? 1 : 0))
        writer.writeVarint(id.rawValue)
        if offset > 0 { writer.writeVarint(offset) }
        writer.writeVarint(UInt64(dataByteCount))
    }

    package func encode(into writer: inout ByteWriter) {
        Self.encodeHeader(
            id: self.id,
            offset: self.offset,
            dataByteCount: self.data.count,
            isFinished: self.isFinished,
            into: &writer
        )
        writer.writeBytes(self.data)
    }
}

extension NewConnectionIDFrame: ByteEncodable {
    package func encode(into writer: inout ByteWriter) {
        writer.writeVarints(FrameType.newConnectionID, self.sequence, self.retirePriorTo)
        writer.writePrefixedConnectionID(self.id)
        writer.writeBytes(self.resetToken)
    }
}

extension CloseFrameContent: ByteEncodable {
    package func encode(into writer: inout ByteWriter) {
        let reason = Array(self.reason.utf8.prefix(Self.reasonByteCountMax))
        writer.writeVarints(self.isApplication ? FrameType.applicationClose : FrameType.connectionClose, self.code)
        // Frame type 0: we do not say which frame was at fault.
        if !self.isApplication { writer.writeVarint(0) }
        writer.writeVarint(UInt64(reason.count))
        writer.writeBytes(reason)
    }
}

extension NATFrame: ByteEncodable {
    package func encode(into writer: inout ByteWriter) {
        switch self {
        case .addAddress(let sequence, let address):
            writer.writeVarints(FrameType.addAddressIPv4 + address.familyBit, sequence)
            writer.writeAddress(address)
        case .punchMeNow(let round, let sequence, let address):
            writer.writeVarints(FrameType.punchMeNowIPv4 + address.familyBit, round, sequence)
            writer.writeAddress(address)
        case .removeAddress(let sequence): writer.writeVarints(FrameType.removeAddress, sequence)
        case .tryConnectTo(let request, let address, let timeout):
            writer.writeVarints(FrameType.tryConnectToIPv4 + address.familyBit, request)
            writer.writeAddress(address)
            writer.writeBigEndian(timeout)
        case .tryConnectToResponse(let request, let isSuccess, let error, let address):
            writer.writeVarints(FrameType.tryConnectToResponseIPv4 + address.familyBit, request)
            writer.writeUInt8(isSuccess ? 1 : 0)
            writer.writeUInt8(error)
            writer.writeAddress(address)
        }
    }
}

extension NetworkAddress {
    /// What the IPv6 form of a frame type adds to its IPv4 form.
    fileprivate var familyBit: UInt64 { self.family == .ipv6 ? 1 : 0 }
}

extension ByteWriter {
    fileprivate mutating func writeVarints(_ values: UInt64...) {
        for value in values { self.writeVarint(value) }
    }

    fileprivate mutating func writeAddress(_ address: NetworkAddress) {
        self.writeBytes(address.addressBytes)
        self.writeBigEndian(address.port)
    }
}
