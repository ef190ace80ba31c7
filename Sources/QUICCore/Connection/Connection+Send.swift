// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import Primitives

/// Datagrams out: which spaces have something to say, how much of it fits, how it is padded and protected.
extension Connection {
    /// Smallest datagram that may carry an ack-eliciting Initial packet, or prove a path (RFC 9000 §14.1, §8.2).
    static let paddedDatagramByteCount = 1200
    /// Room below which no packet is begun.
    private static let packetByteCountMin = 128

    /// The next datagram to send, or `nil` when there is nothing to say or no permission to say it.
    ///
    /// `departureCodepoint` says afterwards how it is to be marked.
    mutating func nextDatagram(now: Instant, buffers: inout PacketBuffers) -> [UInt8]? {
        self.departureCodepoint = .notCapable
        switch self.state {
        case .closing(let content, _): return self.nextCloseDatagram(content)
        case .draining, .drained: return nil
        case .handshaking, .established: break
        }
        self.updateKeysIfDue(now: now)
        let byteCountMax = min(self.datagramByteCountMax, self.amplification.remainingByteCount)
        self.recovery.isAmplificationBlocked = byteCountMax < Self.packetByteCountMin
        guard byteCountMax >= Self.packetByteCountMin else { return nil }
        if let probe = self.nextPathMTUProbe(now: now) { return probe }
        var drafts = PacketBuffers.take(&buffers.drafts)
        defer {
            drafts.removeAll(keepingCapacity: true)
            swap(&drafts, &buffers.drafts)
        }
        self.makeDrafts(&drafts, byteCountMax: byteCountMax, now: now, buffers: &buffers)
        guard !drafts.isEmpty else { return nil }
        self.pad(&drafts, byteCountMax: byteCountMax)
        let datagram = self.protect(drafts, in: PacketBuffers.take(&buffers.datagram), now: now)
        buffers.payload = drafts[0].payload.take()
        self.amplification.sent(byteCount: datagram.count)
        self.noteSent(drafts, now: now)
        return datagram.isEmpty ? nil : datagram
    }

    /// What the path is known to carry; loss probes stay small, in case it carries that no more (spec 02 §8).
    var datagramByteCountMax: Int {
        let isProbing = PacketNumberSpace.allCases.contains { self.probesToSend[$0] > 0 }
        return isProbing ? min(self.pathMTU.current, PathMTUDiscovery.base) : self.pathMTU.current
    }

    // MARK: - Content

    private mutating func makeDrafts(
        _ drafts: inout [PacketDraft],
        byteCountMax: Int,
        now: Instant,
        buffers: inout PacketBuffers
    ) {
        let mayElicit = self.maySendAckEliciting(now: now)
        var room = byteCountMax
        for space in PacketNumberSpace.allCases where self.levels[space] != nil {
            guard room >= Self.packetByteCountMin else { break }
            // An Initial that elicits acknowledgements has to be padded, so it needs the whole size.
            let mayElicitHere =
                mayElicit && (space != .initial || byteCountMax >= Self.paddedDatagramByteCount)
            guard
                let draft = self.makeDraft(
                    space,
                    byteCountMax: room,
                    mayElicit: mayElicitHere,
                    now: now,
                    buffers: &buffers
                )
            else { continue }
            room -= draft.byteCount
            drafts.append(draft)
        }
    }

    /// Asks congestion control, but only when there is something to ask for.
    private mutating func maySendAckEliciting(now: Instant) -> Bool {
        if PacketNumberSpace.allCases.contains(where: { self.levels[$0] != nil && self.probesToSend[$0] > 0 }) {
            return true
        }
        guard PacketNumberSpace.allCases.contains(where: { self.levels[$0] != nil && self.hasFrames($0) }) else {
            self.recovery.applicationLimited()
            return false
        }
        return self.recovery.sendPermission(now: now) == .allowed
    }

    /// Whether a space has ack-eliciting frames to send.
    private func hasFrames(_ space: PacketNumberSpace) -> Bool {
        if self.crypto[space].hasPending { return true }
        guard space == .application else { return false }
        return self.pendingHandshakeDone || self.pendingPing || self.pendingObservedAddress
            || self.pendingPathChallenge || !self.outgoingDatagrams.isEmpty || !self.pathResponses.isEmpty
            || !self.localIDs.unannounced.isEmpty || !self.remoteIDs.pendingRetirements.isEmpty
            || self.streams.hasFramesToSend
    }

    private mutating func makeDraft(
        _ space: PacketNumberSpace,
        byteCountMax: Int,
        mayElicit: Bool,
        now: Instant,
        buffers: inout PacketBuffers
    ) -> PacketDraft? {
        let elicits = mayElicit && (self.hasFrames(space) || self.probesToSend[space] > 0)
        guard elicits || self.received[space].isAckDue(now: now) else { return nil }
        var draft = PacketDraft(
            space: space,
            packetNumber: self.recovery.takePacketNumber(in: space),
            largestAcknowledged: self.recovery.largestAcknowledged(in: space),
            destination: self.remoteIDs.current.id,
            source: self.localIDs.handshakeID,
            keyPhase: space == .application && self.keyUpdate.phase,
            spinBit: space == .application && self.spinBit.next(&self.unpredictable),
            token: self.retry?.token ?? [],
            payload: ByteWriter(
                reusing: &buffers.payload,
                reservedByteCount: elicits ? byteCountMax : Self.packetByteCountMin
            )
        )
        self.writeAck(into: &draft, byteCountMax: byteCountMax, now: now)
        if elicits {
            self.writeCrypto(into: &draft, byteCountMax: byteCountMax)
            if space == .application { self.writeApplicationFrames(into: &draft, byteCountMax: byteCountMax) }
            if self.probesToSend[space] > 0 {
                if !draft.isAckEliciting {
                    draft.append(.ping, .ping)
                    draft.isKeepAlive = true
                }
                self.probesToSend[space] -= 1
            }
        }
        guard draft.payload.byteCount > 0 else {
            buffers.payload = draft.payload.take()
            return nil
        }
        draft.padForSample()
        return draft
    }

    private mutating func writeAck(into draft: inout PacketDraft, byteCountMax: Int, now: Instant) {
        let space = draft.space
        guard self.received[space].hasUnacknowledged || self.received[space].isAckDue(now: now),
            let ack = self.received[space].ackFrame(now: now), ack.byteCount <= byteCountMax - draft.byteCount
        else { return }
        ack.encode(into: &draft.payload)
        if space == .application { self.keyUpdate.acknowledgementSent(largest: ack.largest) }
        draft.contents.append(.ack(largest: ack.largest))
        self.received[space].ackSent()
    }

    private mutating func writeCrypto(into draft: inout PacketDraft, byteCountMax: Int) {
        let space = draft.space
        // Type, offset and length take at most 11 bytes.
        while byteCountMax - draft.byteCount > PacketDraft.streamFrameByteCountMin,
            let chunk = self.crypto[space].nextChunk(byteCountMax: byteCountMax - draft.byteCount - 11)
        {
            draft.append(
                .crypto(offset: chunk.offset, data: chunk.bytes),
                .crypto(chunk.offset..<chunk.offset + UInt64(chunk.bytes.count))
            )
        }
    }

    private mutating func writeApplicationFrames(into draft: inout PacketDraft, byteCountMax: Int) {
        func fits(_ draft: PacketDraft) -> Bool {
            byteCountMax - draft.byteCount >= PacketDraft.controlFrameByteCountMax
        }
        if self.pendingHandshakeDone, fits(draft) {
            self.pendingHandshakeDone = false
            draft.append(.handshakeDone, .handshakeDone)
        }
        while fits(draft), let response = self.pathResponses.popLast() {
            // Never repeated: the peer challenges again (RFC 9000 §13.3).
            draft.append(.pathResponse(response), nil)
            draft.needsPadding = true
        }
        if self.pendingPathChallenge, fits(draft) {
            self.pendingPathChallenge = false
            // Nothing waits for the answer: that the peer answers is what counts.
            draft.append(.pathChallenge(self.unpredictable.next()), nil)
            draft.needsPadding = true
        }
        while fits(draft), let issued = self.localIDs.nextAnnouncement() {
            let frame = NewConnectionIDFrame(
                sequence: issued.sequence,
                retirePriorTo: 0,
                id: issued.id,
                resetToken: issued.resetToken
            )
            draft.append(.newConnectionID(frame), .newConnectionID(sequence: issued.sequence))
        }
        while fits(draft), let sequence = self.remoteIDs.nextRetirement() {
            draft.append(.retireConnectionID(sequence: sequence), .retireConnectionID(sequence: sequence))
        }
        if self.pendingObservedAddress, fits(draft) {
            self.pendingObservedAddress = false
            draft.append(
                .observedAddress(sequence: self.observedAddressSequence, self.remoteAddress),
                .observedAddress
            )
        }
        self.writeDatagrams(into: &draft, byteCountMax: byteCountMax)
        self.streams.writeFrames(into: &draft, byteCountMax: byteCountMax)
        if self.pendingPing, fits(draft) {
            if !draft.isAckEliciting {
                draft.append(.ping, .ping)
                draft.isKeepAlive = true
            }
            self.pendingPing = false
        }
    }

    // MARK: - Padding, protection, bookkeeping

    private func pad(_ drafts: inout [PacketDraft], byteCountMax: Int) {
        let needsPadding = drafts.contains { draft in
            draft.needsPadding || (draft.space == .initial && (self.role == .client || draft.isAckEliciting))
        }
        let byteCount = drafts.reduce(0) { $0 + $1.byteCount }
        guard needsPadding else { return }
        drafts[drafts.count - 1].pad(byteCount: min(Self.paddedDatagramByteCount, byteCountMax) - byteCount)
    }

    /// Protects the packets and tells recovery about them.
    ///
    /// - Parameters:
    ///   - drafts: The packets.
    ///   - buffer: Storage for the datagram; its content goes away.
    ///   - now: The current instant.
    /// - Returns: The datagram; empty when the connection has failed.
    mutating func protect(
        _ drafts: [PacketDraft],
        in buffer: consuming [UInt8] = [],
        now: Instant
    ) -> [UInt8] {
        var datagram = buffer
        datagram.removeAll(keepingCapacity: true)
        datagram.reserveCapacity(drafts.reduce(0) { $0 + $1.byteCount })
        let isMarked = self.explicitCongestion.codepoint == .capable0
        // By index: a draft taken out would be copied with all it holds.
        for index in drafts.indices {
            let start = datagram.count
            guard let level = self.levels[drafts[index].space],
                (try? drafts[index].protect(with: level.sendKeys, into: &datagram)) != nil
            else {
                // The cryptography library fails for no content of ours; without keys there is no draft.
                self.fail(ConnectionFailure(.internalError, "a packet could not be protected"), now: now)
                return []
            }
            if drafts[index].space == .application { self.keyUpdate.sent(drafts[index].packetNumber) }
            if self.levels[drafts[index].space]?.countProtected() == false {
                self.fail(ConnectionFailure(.aeadLimitReached, "the packet key is used up"), now: now)
            }
            self.recovery.packetSent(
                SentPacket(
                    packetNumber: drafts[index].packetNumber,
                    sentAt: now,
                    byteCount: datagram.count - start,
                    isAckEliciting: drafts[index].isAckEliciting,
                    isInFlight: drafts[index].isInFlight,
                    frames: drafts[index].contents,
                    isPathMTUProbe: drafts[index].isPathMTUProbe,
                    isECNMarked: isMarked
                ),
                in: drafts[index].space
            )
            if isMarked { self.explicitCongestion.packetSent(in: drafts[index].space) }
        }
        self.departureCodepoint = self.explicitCongestion.codepoint
        if isMarked { self.explicitCongestion.datagramSent() }
        return datagram
    }

    private mutating func noteSent(_ drafts: [PacketDraft], now: Instant) {
        self.lastSentAt = now
        if self.role == .client, drafts.contains(where: { $0.space == .handshake }) {
            // RFC 9001 §4.9.1: the first Handshake packet ends the client's Initial keys.
            self.discard(.initial, now: now)
        }
        // RFC 9000 §10.1: sending after silence restarts the timer; keep-alives do not, so that a dead path is noticed
        // within one idle timeout.
        if !self.hasSentSinceReceiving, drafts.contains(where: { $0.isAckEliciting && !$0.isKeepAlive }) {
            self.hasSentSinceReceiving = true
            self.idleDeadline = now + self.effectiveIdleTimeout
        }
    }

    /// Starts a key update before the AEAD limit of the current key (RFC 9001 §6.6).
    private mutating func updateKeysIfDue(now: Instant) {
        guard self.isHandshakeConfirmed, var level = self.levels[.application],
            self.keyUpdate.isDue(level, largestAcknowledged: self.recovery.largestAcknowledged(in: .application))
        else { return }
        do throws(ConnectionFailure) {
            try self.keyUpdate.advance(&level)
            self.levels[.application] = level
        } catch {
            self.fail(error, now: now)
        }
    }

    // MARK: - Closing

    /// The close packet in every space the peer may be able to read (RFC 9000 §10.2.3).
    private mutating func nextCloseDatagram(_ content: CloseFrameContent) -> [UInt8]? {
        guard self.pendingCloseCount > 0 else { return nil }
        self.pendingCloseCount = 0
        var drafts: [PacketDraft] = []
        for space in PacketNumberSpace.allCases where self.levels[space] != nil {
            var draft = PacketDraft(
                space: space,
                packetNumber: self.recovery.takePacketNumber(in: space),
                largestAcknowledged: self.recovery.largestAcknowledged(in: space),
                destination: self.remoteIDs.current.id,
                source: self.localIDs.handshakeID,
                keyPhase: space == .application && self.keyUpdate.phase
            )
            let visible =
                space == .application || !content.isApplication
                ? content
                : CloseFrameContent(
                    isApplication: false,
                    code: TransportErrorCode.applicationError.rawValue,
                    reason: ""
                )
            visible.encode(into: &draft.payload)
            draft.padForSample()
            drafts.append(draft)
        }
        let byteCountMax = min(self.datagramByteCountMax, self.amplification.remainingByteCount)
        while drafts.reduce(0, { $0 + $1.byteCount }) > byteCountMax { drafts.removeLast() }
        guard !drafts.isEmpty else { return nil }
        self.pad(&drafts, byteCountMax: byteCountMax)
        var datagram: [UInt8] = []
        for draft in drafts {
            guard let keys = self.levels[draft.space]?.sendKeys, let packet = try? draft.protect(with: keys) else {
                return nil
            }
            datagram += packet
        }
        self.amplification.sent(byteCount: datagram.count)
        return datagram
    }
}
