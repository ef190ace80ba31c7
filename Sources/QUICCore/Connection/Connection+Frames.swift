// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import Primitives

/// Frames in (RFC 9000 §12.4, §13.1, §19).
extension Connection {
    /// Processes every frame of an authenticated packet.
    ///
    /// - Returns: Whether the packet has to be acknowledged.
    mutating func processFrames(
        _ payload: [UInt8],
        header: PacketHeader,
        space: PacketNumberSpace,
        now: Instant
    ) throws(ConnectionFailure) -> Bool {
        guard !payload.isEmpty else { throw ConnectionFailure(.protocolViolation, "a packet without frames") }
        var reader = FrameReader(payload)
        var isAckEliciting = false
        self.carriesNonProbingFrames = false
        while self.isOpen, let frame = try Self.nextFrame(from: &reader) {
            guard space == .application || frame.isAllowedInHandshake else {
                throw ConnectionFailure(.protocolViolation, "a frame that is not allowed in the handshake")
            }
            isAckEliciting = isAckEliciting || frame.isAckEliciting
            if !frame.isProbing { self.carriesNonProbingFrames = true }
            try self.process(frame, header: header, space: space, now: now)
        }
        return isAckEliciting
    }

    private static func nextFrame(from reader: inout FrameReader) throws(ConnectionFailure) -> Frame? {
        do throws(DecodeError) {
            return try reader.next()
        } catch {
            throw ConnectionFailure(.frameEncodingError, "an unknown or broken frame")
        }
    }

    private mutating func process(
        _ frame: Frame,
        header: PacketHeader,
        space: PacketNumberSpace,
        now: Instant
    ) throws(ConnectionFailure) {
        switch frame {
        case .padding, .ping: break
        case .ack(let ack): try self.ackReceived(ack, space: space, now: now)
        case .crypto(let offset, let data):
            try self.crypto[space].receive(offset: offset, bytes: data)
            let bytes = self.crypto[space].read()
            if !bytes.isEmpty { self.feedTLS(.cryptoDataReceived(space.level, bytes), now: now) }
        case .stream(let stream): try self.streams.streamReceived(stream, into: &self.events)
        case .resetStream(let id, let code, let finalSize):
            try self.streams.resetReceived(id, code: code, finalSize: finalSize, into: &self.events)
        case .stopSending(let id, let code):
            try self.streams.stopSendingReceived(id, code: code, into: &self.events)
        case .maxData(let limit): self.streams.maxDataReceived(limit)
        case .maxStreamData(let id, let limit):
            try self.streams.maxStreamDataReceived(id, limit, into: &self.events)
        case .maxStreams(let direction, let limit):
            if self.streams.maxStreamsReceived(direction, limit) { self.events.append(.streamsAvailable(direction)) }
        // Our windows move by themselves; being told that they are too small changes nothing.
        case .dataBlocked, .streamsBlocked: break
        case .streamDataBlocked(let id, _):
            _ = try self.streams.resolve(id, isAboutReceiving: true, into: &self.events)
        case .connectionClose(let content): self.closeReceived(content, now: now)
        default: try self.processConnectionFrame(frame, header: header, now: now)
        }
    }

    /// Frames about ids, paths and extensions.
    private mutating func processConnectionFrame(
        _ frame: Frame,
        header: PacketHeader,
        now: Instant
    ) throws(ConnectionFailure) {
        switch frame {
        case .newConnectionID(let new):
            try self.remoteIDs.receive(
                RemoteConnectionIDs.Received(sequence: new.sequence, id: new.id, resetToken: new.resetToken),
                retirePriorTo: new.retirePriorTo
            )
            // A server leaves the id of the handshake behind at the first opportunity (spec 02 §3.2).
            if self.role == .server, self.remoteIDs.current.sequence == 0 { try self.remoteIDs.switchToSpare() }
        case .retireConnectionID(let sequence):
            let retired = try self.localIDs.retire(sequence: sequence, receivedOn: header.destinationConnectionID)
            if let retired { self.routeChanges.append(.retired(retired)) }
        case .pathChallenge(let data): self.pathChallengeReceived(data)
        case .pathResponse(let data): try self.pathResponseReceived(data, now: now)
        case .handshakeDone:
            guard self.role == .client else {
                throw ConnectionFailure(.protocolViolation, "HANDSHAKE_DONE from a client")
            }
            self.confirmHandshake(now: now)
        case .newToken:
            // Our dials are too rare for a token to be worth keeping (spec 02 §3.6).
            guard self.role == .client else { throw ConnectionFailure(.protocolViolation, "NEW_TOKEN from a client") }
        case .observedAddress(let sequence, let address): try self.observedAddressReceived(sequence, address)
        case .nat: try self.natFrameReceived()
        case .datagram(let data): try self.datagramFrameReceived(data)
        case .immediateAck, .ackFrequency:
            throw ConnectionFailure(.protocolViolation, "acknowledgement frequency was not negotiated")
        default: preconditionFailure("every other frame was handled before")
        }
    }

    private mutating func ackReceived(
        _ ack: AckFrame,
        space: PacketNumberSpace,
        now: Instant
    ) throws(ConnectionFailure) {
        let outcome = try self.recovery.ackReceived(ack, in: space, now: now)
        if outcome.isNewLargest {
            let markedCount = outcome.acknowledged.count(where: \.isECNMarked)
            if self.explicitCongestion.acknowledged(ack.ecnCounts, markedCount: markedCount, in: space),
                let newest = outcome.acknowledged.last
            {
                self.recovery.congestionExperienced(sentAt: newest.sentAt, now: now)
            }
        }
        for packet in outcome.acknowledged {
            if space == .application { self.noteArrived(packet) }
            for frame in packet.frames { self.acknowledged(frame, space: space) }
        }
        if !outcome.lost.isEmpty { self.lost(outcome.lost, space: space, now: now) }
        self.recovery.recycle(outcome)
    }

    private mutating func acknowledged(_ frame: SentFrame, space: PacketNumberSpace) {
        switch frame {
        case .ack(let largest): self.received[space].ackAcknowledged(largest: largest)
        case .crypto(let range): self.crypto[space].acknowledged(range)
        case .stream, .resetStream, .stopSending, .maxData, .maxStreamData, .maxStreams, .dataBlocked,
            .streamDataBlocked, .streamsBlocked:
            self.streams.acknowledged(frame, into: &self.events)
        case .pathMTUProbe(let byteCount): self.pathMTUProbeArrived(byteCount: byteCount)
        case .newConnectionID, .retireConnectionID, .handshakeDone, .observedAddress, .ping: break
        }
    }

    /// Packets are lost.
    mutating func lost(_ packets: [SentPacket], space: PacketNumberSpace, now: Instant) {
        for packet in packets { self.lost(packet.frames, space: space) }
        if space == .application { self.noteLost(packets, now: now) }
    }

    /// Makes the content of a lost packet, or of one repeated by a probe, go out again.
    mutating func lost(_ frames: some Sequence<SentFrame>, space: PacketNumberSpace) {
        for frame in frames {
            switch frame {
            case .ack, .ping: break
            case .pathMTUProbe(let byteCount): self.pathMTU.probeLost(byteCount: byteCount)
            case .crypto(let range): self.crypto[space].lost(range)
            case .stream, .resetStream, .stopSending, .maxData, .maxStreamData, .maxStreams, .dataBlocked,
                .streamDataBlocked, .streamsBlocked:
                self.streams.lost(frame)
            case .newConnectionID(let sequence): self.localIDs.announcementLost(sequence: sequence)
            case .retireConnectionID(let sequence): self.remoteIDs.retirementLost(sequence: sequence)
            case .handshakeDone: self.pendingHandshakeDone = true
            case .observedAddress: self.pendingObservedAddress = true
            }
        }
    }

    private mutating func closeReceived(_ content: CloseFrameContent, now: Instant) {
        self.closedByPeer(
            content.isApplication
                ? .closedByPeerApplication(code: content.code, reason: content.reason)
                : .closedByPeerTransport(code: content.code, reason: content.reason),
            now: now
        )
    }

    /// Spec 02 §6.4: only after negotiation, and only news.
    private mutating func observedAddressReceived(
        _ sequence: UInt64,
        _ address: NetworkAddress
    ) throws(ConnectionFailure) {
        guard self.localParameters.addressDiscovery != nil, self.peerParameters?.addressDiscovery != nil else {
            throw ConnectionFailure(.protocolViolation, "address discovery was not negotiated")
        }
        guard self.lastObservedSequence.map({ sequence > $0 }) ?? true else { return }
        self.lastObservedSequence = sequence
        self.events.append(.observedAddress(address))
    }

    /// Whether NAT frames are legal: both sides support them in the compact layout (spec 02 §5.1, §6.3).
    private var isNATTraversalNegotiated: Bool {
        guard let peerParameters, peerParameters.compactNATFrames, self.localParameters.compactNATFrames else {
            return false
        }
        return TransportParameters.negotiatedNATConcurrencyLimit(self.localParameters, peerParameters) != nil
    }

    /// NAT traversal itself is not here yet; its frames are counted and ignored, as their receivers may (spec 02 §6.4).
    private mutating func natFrameReceived() throws(ConnectionFailure) {
        guard self.isNATTraversalNegotiated else {
            throw ConnectionFailure(.protocolViolation, "NAT traversal was not negotiated")
        }
        self.ignoredNATFrameCount += 1
    }
}
