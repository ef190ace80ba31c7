// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding

extension TransportParameters {
    /// Decodes and validates a peer's parameters (spec 02 §5.2 rules 1–4).
    ///
    /// - Parameters:
    ///   - bytes: The content of the quic_transport_parameters extension, bounded by its message.
    ///   - sender: The peer's role.
    /// - Throws: What is wrong with the first bad parameter; the connection closes with TRANSPORT_PARAMETER_ERROR.
    package init(decoding bytes: [UInt8], sender: TLSRole) throws(TransportParameterError) {
        self.init()
        var seen: Set<TransportParameterID> = []
        var reader = ByteReader(bytes.span)
        while !reader.isAtEnd {
            let (rawID, value) = try Self.readParameter(from: &reader)
            guard let id = TransportParameterID(rawValue: rawID) else { continue }
            guard seen.insert(id).inserted else { throw .duplicate(id) }
            guard sender == .server || !id.isServerOnly else { throw .serverOnly(id) }
            try self.set(id, to: value, sender: sender)
        }
        // min_ack_delay ≤ max_ack_delay, whichever came first.
        guard (self.minAckDelayMicroseconds ?? 0) <= self.maxAckDelayMilliseconds * 1_000
        else { throw .illegalValue(.minAckDelay) }
    }

    private static func readParameter(
        from reader: inout ByteReader
    ) throws(TransportParameterError) -> (id: UInt64, value: [UInt8]) {
        do throws(DecodeError) {
            let id = try reader.readVarint()
            return (id, [UInt8](copying: try reader.readVarintPrefixedSpan()))
        } catch {
            throw .truncated
        }
    }

    private mutating func set(
        _ id: TransportParameterID,
        to value: [UInt8],
        sender: TLSRole
    ) throws(TransportParameterError) {
        let integerMax = QUICVarint.maximum
        let streamCountMax: UInt64 = 1 << 60
        switch id {
        case .originalDestinationConnectionID: self.originalDestinationConnectionID = try Self.connectionID(value, id)
        case .maxIdleTimeout: self.maxIdleTimeoutMilliseconds = try Self.integer(value, id, 0...integerMax)
        case .statelessResetToken:
            guard value.count == Self.statelessResetTokenByteCount else { throw .malformed(id) }
            self.statelessResetToken = value
        case .maxUDPPayloadSize: self.maxUDPPayloadSize = try Self.integer(value, id, 1_200...integerMax)
        case .initialMaxData: self.initialMaxData = try Self.integer(value, id, 0...integerMax)
        case .initialMaxStreamDataBidiLocal:
            self.initialMaxStreamDataBidiLocal = try Self.integer(value, id, 0...integerMax)
        case .initialMaxStreamDataBidiRemote:
            self.initialMaxStreamDataBidiRemote = try Self.integer(value, id, 0...integerMax)
        case .initialMaxStreamDataUni: self.initialMaxStreamDataUni = try Self.integer(value, id, 0...integerMax)
        case .initialMaxStreamsBidi: self.initialMaxStreamsBidi = try Self.integer(value, id, 0...streamCountMax)
        case .initialMaxStreamsUni: self.initialMaxStreamsUni = try Self.integer(value, id, 0...streamCountMax)
        case .ackDelayExponent: self.ackDelayExponent = try Self.integer(value, id, 0...20)
        case .maxAckDelay: self.maxAckDelayMilliseconds = try Self.integer(value, id, 0...0x3FFF)
        case .disableActiveMigration: self.disableActiveMigration = try Self.flag(value, id)
        case .preferredAddress: self.preferredAddress = try PreferredAddress(checking: value)
        case .activeConnectionIDLimit: self.activeConnectionIDLimit = try Self.integer(value, id, 2...integerMax)
        case .initialSourceConnectionID: self.initialSourceConnectionID = try Self.connectionID(value, id)
        case .retrySourceConnectionID: self.retrySourceConnectionID = try Self.connectionID(value, id)
        case .maxDatagramFrameSize: self.maxDatagramFrameSize = try Self.integer(value, id, 0...integerMax)
        case .greaseQUICBit: self.greaseQUICBit = try Self.flag(value, id)
        case .pqcAlgorithms:
            guard value.count == 1 else { throw .malformed(id) }
            self.pqcAlgorithms = value[0]
        case .receiveAcknowledgement: self.receiveAcknowledgement = try Self.flag(value, id)
        case .addressDiscovery:
            self.addressDiscovery = AddressDiscovery(rawValue: try Self.integer(value, id, 0...integerMax))
            guard self.addressDiscovery != nil else { throw .malformed(id) }
        case .minAckDelay: self.minAckDelayMicroseconds = try Self.integer(value, id, 0...integerMax)
        case .natTraversal: self.natTraversal = try Self.natTraversal(value, sender: sender)
        case .compactNATFrames: self.compactNATFrames = try Self.flag(value, id)
        }
    }

    /// A varint that fills the value exactly and lies in `range`.
    private static func integer(
        _ value: [UInt8],
        _ id: TransportParameterID,
        _ range: ClosedRange<UInt64>
    ) throws(TransportParameterError) -> UInt64 {
        let number: UInt64
        do throws(DecodeError) {
            number = try value.decodingAll { (reader: inout ByteReader) throws(DecodeError) in try reader.readVarint() }
        } catch {
            throw .malformed(id)
        }
        guard range.contains(number) else { throw .illegalValue(id) }
        return number
    }

    private static func flag(_ value: [UInt8], _ id: TransportParameterID) throws(TransportParameterError) -> Bool {
        guard value.isEmpty else { throw .malformed(id) }
        return true
    }

    private static func connectionID(
        _ value: [UInt8],
        _ id: TransportParameterID
    ) throws(TransportParameterError) -> [UInt8] {
        guard value.count <= Self.connectionIDByteCountMax else { throw .malformed(id) }
        return value
    }

    /// Rule 4: empty is client support, 0 is illegal, and a server refuses more than 100.
    private static func natTraversal(
        _ value: [UInt8],
        sender: TLSRole
    ) throws(TransportParameterError) -> NATTraversal {
        guard !value.isEmpty else { return .clientSupport }
        let limitMax = sender == .client ? NATTraversal.concurrencyLimitMax : QUICVarint.maximum
        return .concurrencyLimit(try Self.integer(value, .natTraversal, 1...limitMax))
    }
}

extension TransportParameters.PreferredAddress {
    /// Rule 3: a CID of 1 to 20 bytes and at least one address.
    fileprivate init(checking value: [UInt8]) throws(TransportParameterError) {
        do throws(DecodeError) {
            self = try value.decodingAll { (reader: inout ByteReader) throws(DecodeError) in
                let ipv4 = (try reader.readBytes(byteCount: 4), try reader.readBigEndian(UInt16.self))
                let ipv6 = (try reader.readBytes(byteCount: 16), try reader.readBigEndian(UInt16.self))
                let connectionIDByteCount = Int(try reader.readUInt8())
                return Self(
                    ipv4: ipv4,
                    ipv6: ipv6,
                    connectionID: try reader.readBytes(byteCount: connectionIDByteCount),
                    statelessResetToken: try reader.readBytes(
                        byteCount: TransportParameters.statelessResetTokenByteCount
                    )
                )
            }
        } catch {
            throw .malformed(.preferredAddress)
        }
        let hasIPv4 = self.ipv4.port != 0 || self.ipv4.address.contains { $0 != 0 }
        let hasIPv6 = self.ipv6.port != 0 || self.ipv6.address.contains { $0 != 0 }
        guard hasIPv4 || hasIPv6,
            1...TransportParameters.connectionIDByteCountMax ~= self.connectionID.count
        else { throw .illegalValue(.preferredAddress) }
    }
}
