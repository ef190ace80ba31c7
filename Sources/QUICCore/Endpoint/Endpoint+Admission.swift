// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite
internal import Primitives

/// Who may open a connection (spec 02 §3.2, §3.6, §15).
///
/// Cheap checks come first, and whatever is refused leaves no state. A flood of handshakes from invented addresses
/// ends at `halfOpenCountMax`: from there on a client has to show, with the token of a Retry, that it receives.
extension Endpoint {
    /// An Initial for nobody arrived: perhaps the first of a new connection.
    mutating func acceptConnection(
        _ datagram: [UInt8],
        header: PacketHeader,
        from source: NetworkAddress,
        codepoint: ECNCodepoint,
        now: Instant
    ) {
        guard self.configuration.acceptsConnections, datagram.count >= Connection.paddedDatagramByteCount else {
            self.statistics.rejectedInitials += 1
            return
        }
        guard header.destinationConnectionID.byteCount >= Self.firstDestinationByteCountMin else {
            self.statistics.rejectedInitials += 1
            return self.refuse(header, datagram, .protocolViolation, "the connection id is too short", to: source)
        }
        let proof = self.proof(in: header, from: source, now: now)
        if proof == .invalid {
            self.statistics.invalidTokens += 1
            return self.refuse(header, datagram, .invalidToken, "the token is not valid", to: source)
        }
        guard self.fullConnectionCount < self.configuration.connectionCountMax, self.mayConnect(source) else {
            self.statistics.refusedConnections += 1
            return self.refuse(header, datagram, .connectionRefused, "too many connections", to: source)
        }
        switch proof {
        case .valid(let originalDestinationID):
            guard self.halfOpenCount < self.configuration.halfOpenCountMax + Self.provedHalfOpenCountMax else {
                self.statistics.refusedConnections += 1
                return self.refuse(header, datagram, .connectionRefused, "too many handshakes", to: source)
            }
            self.accept(datagram, header: header, from: source, retriedFrom: originalDestinationID, codepoint, now: now)
        case .unknown, .invalid:
            guard self.halfOpenCount < self.configuration.halfOpenCountMax else {
                return self.demandProof(header, datagram, from: source, now: now)
            }
            self.accept(datagram, header: header, from: source, retriedFrom: nil, codepoint, now: now)
        }
    }

    /// Shortest destination id of a client's first Initial (RFC 9000 §7.2).
    private static let firstDestinationByteCountMin = 8
    /// Half-open connections with a proved address that are taken in addition to `halfOpenCountMax`.
    private static let provedHalfOpenCountMax = 1024

    private mutating func accept(
        _ datagram: [UInt8],
        header: PacketHeader,
        from source: NetworkAddress,
        retriedFrom: ConnectionID?,
        _ codepoint: ECNCodepoint,
        now: Instant
    ) {
        let local = self.newConnectionID()
        let connection = Connection(
            accepting: header,
            from: source,
            configuration: self.configuration.connection,
            localID: local,
            resetToken: self.resetToken(for: local),
            retriedFrom: retriedFrom,
            random: &self.random,
            now: now
        )
        // An Initial that does not authenticate must not leave state behind.
        guard connection.canOpen(datagram, header) else {
            self.statistics.rejectedInitials += 1
            return
        }
        let handle = self.add(connection, isInbound: true)
        self.deliver(datagram, to: handle, from: source, codepoint: codepoint, now: now)
    }

    // MARK: - Proof of the address

    /// What the token of an Initial is worth.
    private func proof(in header: PacketHeader, from source: NetworkAddress, now: Instant) -> RetryTokenSealer.Verdict {
        guard case .initial(let token) = header.kind, !token.isEmpty, let retryTokens else { return .unknown }
        return retryTokens.judge(token, sourceID: header.destinationConnectionID, from: source, now: now)
    }

    /// Answers with a Retry and remembers nothing (RFC 9000 §8.1.2).
    private mutating func demandProof(
        _ header: PacketHeader,
        _ datagram: [UInt8],
        from source: NetworkAddress,
        now: Instant
    ) {
        if self.retryTokens == nil { self.retryTokens = try? RetryTokenSealer(key: SecretBytes(self.random.bytes(32))) }
        let sourceID = self.newConnectionID()
        let token = RetryToken(
            address: source,
            originalDestinationID: header.destinationConnectionID,
            issuedAt: now
        )
        guard self.unconnectedDatagrams.count < Self.unconnectedDatagramCountMax,
            let sealed = try? self.retryTokens?.seal(
                token,
                sourceID: sourceID,
                nonce: self.random.bytes(AEADAlgorithm.nonceByteCount)
            ),
            let retry = RetryPacket.encode(
                answering: header,
                sourceID: sourceID,
                token: sealed,
                randomBits: self.random.bytes(1)[0]
            )
        else {
            self.statistics.refusedConnections += 1
            return
        }
        self.statistics.retriesSent += 1
        self.unconnectedDatagrams.append(OutgoingDatagram(bytes: retry, destination: source))
    }

    /// Answers a genuine Initial with a close packet, without any state; a forged one with nothing.
    private mutating func refuse(
        _ header: PacketHeader,
        _ datagram: [UInt8],
        _ code: TransportErrorCode,
        _ reason: String,
        to source: NetworkAddress
    ) {
        guard self.unconnectedDatagrams.count < Self.unconnectedDatagramCountMax,
            InitialClosePacket.isGenuine(datagram, header),
            let answer = InitialClosePacket.encode(answering: header, ConnectionFailure(code, reason))
        else { return }
        self.unconnectedDatagrams.append(OutgoingDatagram(bytes: answer, destination: source))
    }

    // MARK: - Caps on established connections

    /// A handshake is complete: counts an inbound connection for its host, or closes it when there are too many.
    ///
    /// Only proved addresses are counted, so that nobody can use up the share of another host.
    mutating func admitEstablished(_ handle: ConnectionHandle) -> Bool {
        guard self.slots[handle.slot]?.isHalfOpenInbound == true,
            let address = self.slots[handle.slot]?.connection.remoteAddress
        else { return true }
        let isRoom = self.fullConnectionCount < self.configuration.connectionCountMax
        self.endHalfOpen(handle)
        guard isRoom, self.mayConnect(address) else {
            self.statistics.refusedConnections += 1
            self.slots[handle.slot]?.connection.refuseEstablished()
            return false
        }
        let host = address.host
        self.slots[handle.slot]?.countedHost = host
        self.hostCounts[host, default: 0] += 1
        return true
    }

    /// Whether the host of an address may have one more inbound connection.
    private func mayConnect(_ address: NetworkAddress) -> Bool {
        address.isLoopback
            || self.hostCounts[address.host, default: 0] < self.configuration.connectionCountPerHostMax
    }

    /// A counted connection is gone.
    mutating func releaseHost(_ host: NetworkAddress) {
        guard let count = self.hostCounts[host] else { return }
        self.hostCounts[host] = count > 1 ? count - 1 : nil
    }
}

extension NetworkAddress {
    /// The address without its port.
    fileprivate var host: NetworkAddress {
        var host = self
        host.port = 0
        return host
    }
}
