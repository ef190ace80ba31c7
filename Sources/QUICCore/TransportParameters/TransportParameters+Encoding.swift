// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding

extension TransportParameters {
    /// Encodes every parameter that differs from its default, in random order.
    ///
    /// - Parameters:
    ///   - random: Decides the order and the grease parameter; a choice, not a secret.
    ///   - includesGrease: Whether to add one parameter 31·N + 27 with 0 to 15 random bytes (RFC 9000 §18.1).
    /// - Returns: The content of the quic_transport_parameters extension.
    package func encoded(using random: inout some RandomNumberGenerator, includesGrease: Bool = true) -> [UInt8] {
        var parameters = self.encodedParameters
        if includesGrease {
            parameters.append(Self.grease(using: &random))
        }
        parameters.shuffle(using: &random)
        return Array(parameters.joined())
    }

    /// Each parameter as id, length, value; in the order of the ids, for tests and for shuffling.
    package var encodedParameters: [[UInt8]] {
        TransportParameterID.allCases.compactMap { id in
            self.value(of: id).map { Self.encode(id: id.rawValue, value: $0) }
        }
    }

    private static func encode(id: UInt64, value: [UInt8]) -> [UInt8] {
        var writer = ByteWriter(reservedByteCount: value.count + 16)
        writer.writeVarint(id)
        writer.writeVarint(UInt64(value.count))
        writer.writeBytes(value)
        return writer.bytes
    }

    private static func grease(using random: inout some RandomNumberGenerator) -> [UInt8] {
        var id: UInt64
        repeat {
            id = 31 * UInt64.random(in: 0...((QUICVarint.maximum - 27) / 31), using: &random) + 27
        } while TransportParameterID(rawValue: id) != nil
        let byteCount = Int.random(in: 0...15, using: &random)
        return self.encode(id: id, value: (0..<byteCount).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    }

    /// The value to send for `id`, or `nil` when it is not sent.
    private func value(of id: TransportParameterID) -> [UInt8]? {
        switch id {
        case .originalDestinationConnectionID: Self.connectionID(self.originalDestinationConnectionID)
        case .maxIdleTimeout: Self.integer(self.maxIdleTimeoutMilliseconds, default: 0)
        case .statelessResetToken: self.statelessResetToken
        case .maxUDPPayloadSize: Self.integer(self.maxUDPPayloadSize, default: Self.maxUDPPayloadSizeDefault)
        case .initialMaxData: Self.integer(self.initialMaxData, default: 0)
        case .initialMaxStreamDataBidiLocal: Self.integer(self.initialMaxStreamDataBidiLocal, default: 0)
        case .initialMaxStreamDataBidiRemote: Self.integer(self.initialMaxStreamDataBidiRemote, default: 0)
        case .initialMaxStreamDataUni: Self.integer(self.initialMaxStreamDataUni, default: 0)
        case .initialMaxStreamsBidi: Self.integer(self.initialMaxStreamsBidi, default: 0)
        case .initialMaxStreamsUni: Self.integer(self.initialMaxStreamsUni, default: 0)
        case .ackDelayExponent: Self.integer(self.ackDelayExponent, default: Self.ackDelayExponentDefault)
        case .maxAckDelay: Self.integer(self.maxAckDelayMilliseconds, default: Self.maxAckDelayMillisecondsDefault)
        case .disableActiveMigration: Self.flag(self.disableActiveMigration)
        case .preferredAddress: self.preferredAddress?.encoded
        case .activeConnectionIDLimit:
            Self.integer(self.activeConnectionIDLimit, default: Self.activeConnectionIDLimitDefault)
        case .initialSourceConnectionID: Self.connectionID(self.initialSourceConnectionID)
        case .retrySourceConnectionID: Self.connectionID(self.retrySourceConnectionID)
        case .maxDatagramFrameSize: Self.integer(self.maxDatagramFrameSize, default: 0)
        case .greaseQUICBit: Self.flag(self.greaseQUICBit)
        case .pqcAlgorithms: self.pqcAlgorithms.map { [$0] }
        case .receiveAcknowledgement: Self.flag(self.receiveAcknowledgement)
        case .addressDiscovery: self.addressDiscovery.map { Self.varint($0.rawValue) }
        case .minAckDelay: self.minAckDelayMicroseconds.map(Self.varint)
        case .natTraversal: self.natTraversal.map(Self.natTraversalValue)
        case .compactNATFrames: Self.flag(self.compactNATFrames)
        }
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var writer = ByteWriter(reservedByteCount: 8)
        writer.writeVarint(value)
        return writer.bytes
    }

    private static func integer(_ value: UInt64, default defaultValue: UInt64) -> [UInt8]? {
        value == defaultValue ? nil : self.varint(value)
    }

    private static func flag(_ isSet: Bool) -> [UInt8]? { isSet ? [] : nil }

    private static func connectionID(_ value: [UInt8]?) -> [UInt8]? {
        precondition((value?.count ?? 0) <= Self.connectionIDByteCountMax, "a connection id has at most 20 bytes")
        return value
    }

    private static func natTraversalValue(_ value: NATTraversal) -> [UInt8] {
        switch value {
        case .clientSupport: []
        case .concurrencyLimit(let limit): self.varint(limit)
        }
    }
}

extension TransportParameters.PreferredAddress: ByteEncodable {
    package func encode(into writer: inout ByteWriter) {
        precondition(self.ipv4.address.count == 4 && self.ipv6.address.count == 16, "address of wrong length")
        precondition(
            self.statelessResetToken.count == TransportParameters.statelessResetTokenByteCount,
            "a reset token has 16 bytes"
        )
        precondition(
            1...TransportParameters.connectionIDByteCountMax ~= self.connectionID.count,
            "a preferred address has a CID of 1 to 20 bytes"
        )
        writer.writeBytes(self.ipv4.address)
        writer.writeBigEndian(self.ipv4.port)
        writer.writeBytes(self.ipv6.address)
        writer.writeBigEndian(self.ipv6.port)
        writer.writeUInt8(UInt8(self.connectionID.count))
        writer.writeBytes(self.connectionID)
        writer.writeBytes(self.statelessResetToken)
    }
}
