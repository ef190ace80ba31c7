// SPDX-License-Identifier: MIT OR Apache-2.0

public import Primitives

extension Endpoint {
    /// Takes one datagram from the network.
    ///
    /// - Parameters:
    ///   - datagram: The UDP payload, of any size and content.
    ///   - source: Where it came from.
    ///   - codepoint: The ECN bits of its IP header, where the socket tells them.
    ///   - now: The current instant.
    public mutating func datagramReceived(
        _ datagram: [UInt8],
        from source: NetworkAddress,
        codepoint: ECNCodepoint = .notCapable,
        now: Instant
    ) {
        self.statistics.datagramsReceived += 1
        self.statistics.bytesReceived += UInt64(datagram.count)
        guard let header = try? PacketHeader.parse(datagram, at: 0) else {
            self.statistics.malformedDatagrams += 1
            return
        }
        if let handle = self.routes[header.destinationConnectionID] {
            self.deliver(datagram, to: handle, from: source, codepoint: codepoint, now: now)
            return
        }
        switch header.kind {
        case .initial: self.acceptConnection(datagram, header: header, from: source, codepoint: codepoint, now: now)
        case .unsupportedVersion(let version):
            self.negotiateVersion(datagram, header: header, version: version, to: source)
        case .oneRTT: self.unknownShortPacketReceived(datagram, header: header, from: source, now: now)
        case .zeroRTT, .handshake, .retry, .versionNegotiation: self.statistics.unknownConnectionIDs += 1
        }
    }

    mutating func deliver(
        _ datagram: [UInt8],
        to handle: ConnectionHandle,
        from source: NetworkAddress,
        codepoint: ECNCodepoint,
        now: Instant
    ) {
        var buffers = PacketBuffers()
        swap(&buffers, &self.buffers)
        self.update(handle) {
            $0.datagramReceived(datagram, from: source, codepoint: codepoint, buffers: &buffers, now: now)
        }
        swap(&buffers, &self.buffers)
    }

    /// A short packet for nobody: perhaps a stateless reset of a peer, else a peer that should get one (RFC 9000 §10.3).
    private mutating func unknownShortPacketReceived(
        _ datagram: [UInt8],
        header: PacketHeader,
        from source: NetworkAddress,
        now: Instant
    ) {
        for index in self.slots.indices {
            guard self.slots[index]?.connection.remoteAddress == source,
                self.slots[index]?.connection.isStatelessReset(datagram) == true,
                let generation = self.slots[index]?.generation
            else { continue }
            self.update(ConnectionHandle(slot: index, generation: generation)) { $0.statelessResetReceived() }
            return
        }
        self.statistics.unknownConnectionIDs += 1
        let isTimeForReset = self.lastResetSentAt.map { now - $0 >= Self.resetInterval } ?? true
        guard isTimeForReset, self.unconnectedDatagrams.count < Self.unconnectedDatagramCountMax,
            let reset = StatelessReset.encode(
                triggerByteCount: datagram.count,
                token: self.resetToken(for: header.destinationConnectionID),
                padding: self.random.bytes(StatelessReset.byteCountMax)
            )
        else { return }
        self.lastResetSentAt = now
        self.statistics.statelessResetsSent += 1
        self.unconnectedDatagrams.append(OutgoingDatagram(bytes: reset, destination: source))
    }

    /// The answer to a request of `ConnectionEvent.cryptoRequested`; late answers are ignored.
    public mutating func cryptoCompleted(
        _ handle: ConnectionHandle,
        id: TLSCryptoRequest.ID,
        result: TLSCryptoResult,
        now: Instant
    ) {
        self.update(handle) { $0.cryptoCompleted(id, result: result, now: now) }
    }

    private mutating func negotiateVersion(
        _ datagram: [UInt8],
        header: PacketHeader,
        version: UInt32,
        to source: NetworkAddress
    ) {
        guard datagram.count >= 1200, self.unconnectedDatagrams.count < Self.unconnectedDatagramCountMax else {
            self.statistics.rejectedInitials += 1
            return
        }
        self.statistics.versionNegotiationsSent += 1
        let answer = VersionNegotiationPacket.encode(
            destinationConnectionID: header.sourceConnectionID,
            sourceConnectionID: header.destinationConnectionID,
            offeredVersion: version,
            randomByte: self.random.bytes(1)[0]
        )
        self.unconnectedDatagrams.append(OutgoingDatagram(bytes: answer, destination: source))
    }
}
