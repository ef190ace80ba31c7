// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import CryptoSuite
internal import Primitives

/// Datagrams in: headers, keys, packet numbers, then frames.
extension Connection {
    /// Takes a datagram whose first packet is routed to this connection.
    mutating func datagramReceived(
        _ datagram: [UInt8],
        from source: NetworkAddress,
        codepoint: ECNCodepoint = .notCapable,
        buffers: inout PacketBuffers,
        now: Instant
    ) {
        self.arrivalCodepoint = codepoint
        defer { self.arrivalCodepoint = .notCapable }
        guard source == self.remoteAddress || self.followsPeer else {
            self.droppedPacketCount += 1
            return
        }
        if case .closing = self.state { return self.repeatClose(now: now) }
        guard self.isOpen else { return }
        if source == self.remoteAddress {
            self.foreignArrival = nil
            self.amplification.received(byteCount: datagram.count)
        } else {
            self.foreignArrival = ForeignArrival(address: source, byteCount: datagram.count)
        }
        // Lent for this datagram, so that idle connections keep none.
        swap(&self.recovery.spareAcknowledged, &buffers.acknowledged)
        defer { swap(&self.recovery.spareAcknowledged, &buffers.acknowledged) }
        var offset = 0
        var routed: ConnectionID?
        // At most a handful of packets fit: each takes 20 bytes or more.
        while offset < datagram.count, self.isOpen {
            guard let header = try? PacketHeader.parse(datagram, at: offset),
                routed ?? header.destinationConnectionID == header.destinationConnectionID
            else {
                self.droppedPacketCount += 1
                return
            }
            routed = header.destinationConnectionID
            self.packetReceived(header, in: datagram, plaintext: &buffers.plaintext, now: now)
            offset = header.packetRange.upperBound
        }
    }

    /// Whether the first packet of a datagram authenticates with the Initial keys; nothing changes.
    func canOpen(_ datagram: [UInt8], _ header: PacketHeader) -> Bool {
        guard header.isInitial, let keys = self.levels[.initial]?.receiveKeys,
            let opened = try? keys.openHeader(in: datagram, packet: header, largestReceived: nil)
        else { return false }
        return (try? keys.openPayload(in: datagram, packet: header, header: opened)) != nil
    }

    private mutating func packetReceived(
        _ header: PacketHeader,
        in datagram: [UInt8],
        plaintext: inout [UInt8],
        now: Instant
    ) {
        let space: PacketNumberSpace
        switch header.kind {
        case .initial: space = .initial
        case .handshake: space = .handshake
        case .oneRTT: space = .application
        case .versionNegotiation: return self.versionNegotiationReceived(header, in: datagram, now: now)
        case .retry: return self.retryReceived(header, in: datagram, now: now)
        case .zeroRTT, .unsupportedVersion:
            // 0-RTT is disabled on both sides.
            self.droppedPacketCount += 1
            return
        }
        // RFC 9001 §5.7: a server processes 1-RTT packets only after the handshake is complete.
        guard let level = self.levels[space], space != .application || self.isEstablished else {
            return self.keepUndecryptable(header, datagram, space: space)
        }
        do throws(PacketProtectionError) {
            let opened = try level.receiveKeys.openHeader(
                in: datagram,
                packet: header,
                largestReceived: self.received[space].largest
            )
            let generation =
                space == .application
                ? self.keyUpdate.generation(phase: opened.keyPhase, packetNumber: opened.packetNumber) : .current
            let keys = generation == .current ? level.receiveKeys : self.keyUpdate.receiveKeys(generation)
            guard let keys else { throw PacketProtectionError.authenticationFailure }
            try keys.openPayload(in: datagram, packet: header, header: opened, into: &plaintext)
            guard self.keyPhaseAccepted(generation, opened, space: space, now: now) else { return }
            self.packetOpened(header, opened, plaintext, space: space, now: now)
        } catch {
            if space == .application, self.foreignArrival == nil, self.isStatelessReset(datagram) {
                return self.statelessResetReceived()
            }
            self.droppedPacketCount += 1
            if self.levels[space]?.countFailed() == false {
                self.fail(ConnectionFailure(.aeadLimitReached, "too many forged packets"), now: now)
            }
        }
    }

    /// Follows the peer into the next key phase (RFC 9001 §6.2); `false` when that ended the connection.
    private mutating func keyPhaseAccepted(
        _ generation: KeyUpdate.Generation,
        _ opened: PacketKeys.OpenedHeader,
        space: PacketNumberSpace,
        now: Instant
    ) -> Bool {
        guard space == .application else { return true }
        if generation == .next, var level = self.levels[.application] {
            do throws(ConnectionFailure) {
                try self.keyUpdate.peerUpdated(&level)
                self.levels[.application] = level
            } catch {
                self.fail(error, now: now)
                return false
            }
        }
        if generation != .previous {
            self.keyUpdate.received(opened.packetNumber, closingPeriod: self.closingPeriod, now: now)
        }
        return true
    }

    /// Whether a datagram ends with a reset token of ours from the peer (RFC 9000 §10.3.1).
    func isStatelessReset(_ datagram: [UInt8]) -> Bool {
        guard datagram.count >= StatelessReset.byteCountMin, datagram[0] & 0x80 == 0 else { return false }
        let token = Array(datagram.suffix(TransportParameters.statelessResetTokenByteCount))
        return self.remoteIDs.resetTokens.reduce(false) { $0 || constantTimeEquals($1, token) }
    }

    /// The peer has lost its state: nothing more to say (RFC 9000 §10.3.1).
    mutating func statelessResetReceived() {
        guard self.isOpen else { return }
        self.end(.reset, state: .drained)
    }

    /// Keeps a packet whose keys are still being computed (spec 02 §3.5); beyond the cap it is dropped.
    private mutating func keepUndecryptable(_ header: PacketHeader, _ datagram: [UInt8], space: PacketNumberSpace) {
        let mayGetKeys = space == .application || (space == .handshake && !self.isHandshakeConfirmed)
        let isRoomForEarly =
            space != .application
            || self.undecryptable.count(where: { $0.header.kind == .oneRTT }) < Self.earlyDatagramCountMax
        guard mayGetKeys, isRoomForEarly, self.undecryptable.count < Self.undecryptableDatagramCountMax else {
            self.droppedPacketCount += 1
            return
        }
        self.undecryptable.append((header, datagram, self.arrivalCodepoint))
    }

    mutating func retryUndecryptable(now: Instant) {
        let waiting = self.undecryptable
        let current = self.arrivalCodepoint
        var plaintext: [UInt8] = []
        defer { self.arrivalCodepoint = current }
        self.undecryptable = []
        for (header, datagram, codepoint) in waiting where self.isOpen {
            self.arrivalCodepoint = codepoint
            self.packetReceived(header, in: datagram, plaintext: &plaintext, now: now)
        }
    }

    private mutating func packetOpened(
        _ header: PacketHeader,
        _ opened: PacketKeys.OpenedHeader,
        _ payload: [UInt8],
        space: PacketNumberSpace,
        now: Instant
    ) {
        guard !opened.hasReservedBits else {
            return self.fail(ConnectionFailure(.protocolViolation, "reserved header bits are set"), now: now)
        }
        guard !self.received[space].contains(opened.packetNumber) else {
            self.droppedPacketCount += 1
            return
        }
        guard self.peerIDAccepted(header) else {
            self.droppedPacketCount += 1
            return
        }
        if self.role == .server, space == .handshake {
            // The client has proved that it receives at its address, and needs Initial packets no more.
            self.amplification.validate()
            self.discard(.initial, now: now)
        }
        self.packetAuthenticated(now: now)
        if self.foreignArrival != nil { self.countForeignArrival(now: now) }
        let isNewest = self.received[space].largest.map { opened.packetNumber > $0 } ?? true
        if space == .application, isNewest { self.spinBit.received(opened.spinBit) }
        do throws(ConnectionFailure) {
            let isAckEliciting = try self.processFrames(payload, header: header, space: space, now: now)
            self.received[space].packetReceived(
                opened.packetNumber,
                isAckEliciting: isAckEliciting,
                codepoint: self.arrivalCodepoint,
                now: now
            )
            if space == .application { self.arrivalProcessed(isNewest: isNewest, now: now) }
        } catch {
            self.fail(error, now: now)
        }
    }

    /// Follows the peer's choice of id in its first long header; later ones must not change it (RFC 9000 §7.2).
    private mutating func peerIDAccepted(_ header: PacketHeader) -> Bool {
        guard header.kind != .oneRTT else { return true }
        if !self.hasPeerHandshakeID {
            self.hasPeerHandshakeID = true
            self.peerHandshakeID = header.sourceConnectionID
            self.remoteIDs.replaceHandshakeID(header.sourceConnectionID)
        }
        return header.sourceConnectionID == self.peerHandshakeID
    }

    /// RFC 9000 §6.2: only the first packet of a server may be a version negotiation, and only without our version.
    private mutating func versionNegotiationReceived(_ header: PacketHeader, in datagram: [UInt8], now: Instant) {
        guard self.role == .client, !self.hasPeerHandshakeID,
            header.sourceConnectionID == self.originalDestinationID,
            !VersionNegotiationPacket.versions(in: datagram, header: header).contains(QUICVersion.one)
        else {
            self.droppedPacketCount += 1
            return
        }
        self.end(.versionMismatch, state: .drained)
    }

    /// RFC 9000 §17.2.5: once, before anything else of the server, the client starts over with a token and a new id.
    private mutating func retryReceived(_ header: PacketHeader, in datagram: [UInt8], now: Instant) {
        guard self.role == .client, !self.hasPeerHandshakeID, self.retry == nil,
            header.sourceConnectionID != self.originalDestinationID,
            let token = RetryPacket.token(
                in: datagram,
                header: header,
                originalDestinationID: self.originalDestinationID
            ),
            let keys = try? ProtectionLevel(initialFor: .client, destinationConnectionID: header.sourceConnectionID)
        else {
            self.droppedPacketCount += 1
            return
        }
        self.retry = (token, header.sourceConnectionID)
        self.remoteIDs.replaceHandshakeID(header.sourceConnectionID)
        // Packet numbers go on; what was sent under the old keys is forgotten and its content sent again.
        self.discard(.initial, now: now, forgettingCrypto: false)
        self.levels[.initial] = keys
        self.recovery.keysInstalled(.initial)
        self.crypto[.initial].restart()
    }

    private mutating func packetAuthenticated(now: Instant) {
        self.lastReceivedAt = now
        self.idleDeadline = now + self.effectiveIdleTimeout
        self.hasSentSinceReceiving = false
        if self.isEstablished { self.keepAliveDeadline = now + self.configuration.keepAliveInterval }
    }
}
