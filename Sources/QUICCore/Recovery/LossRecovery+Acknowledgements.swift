// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// ACK frames in, acknowledged and lost packets out (RFC 9002 §5.1, §6.1, §7; appendix A.7, A.10, B.5 to B.8).
extension LossRecovery {
    /// Takes an ACK frame.
    ///
    /// - Throws: PROTOCOL_VIOLATION when it acknowledges a number that was skipped or never sent.
    mutating func ackReceived(
        _ ack: AckFrame,
        in space: PacketNumberSpace,
        now: Instant
    ) throws(ConnectionFailure) -> AckOutcome {
        let numbers = self.spaces[space].numbers
        guard numbers.wereSent(ack.first), ack.others.allSatisfy({ numbers.wereSent($0) }) else {
            throw ConnectionFailure(.protocolViolation, "a packet that was never sent is acknowledged")
        }
        var outcome = AckOutcome()
        swap(&outcome.acknowledged, &self.spareAcknowledged)
        self.spaces[space].sent.acknowledge(ack.first, into: &outcome.acknowledged)
        for range in ack.others { self.spaces[space].sent.acknowledge(range, into: &outcome.acknowledged) }
        let isNewLargest = self.spaces[space].largestAcknowledged.map { ack.largest > $0 } ?? true
        outcome.isNewLargest = isNewLargest
        if isNewLargest { self.spaces[space].largestAcknowledged = ack.largest }
        guard isNewLargest || !outcome.acknowledged.isEmpty else { return outcome }
        if space == .handshake { self.hasHandshakeAck = true }
        self.sampleRoundTrip(ack, outcome.acknowledged, space: space, now: now)
        outcome.lost = self.detectLost(in: space, now: now)
        guard !outcome.acknowledged.isEmpty else { return outcome }
        self.countAcknowledged(outcome.acknowledged, now: now)
        if self.peerHasValidatedAddress { self.probeTimeoutCount = 0 }
        self.lastProgressAt = now
        self.timerAnchor = now
        return outcome
    }

    /// Takes back the array of an outcome that has been dealt with, unless it is so large that it would be noticed.
    mutating func recycle(_ outcome: consuming AckOutcome) {
        guard outcome.acknowledged.capacity <= Self.spareAcknowledgedCapacityMax else { return }
        swap(&outcome.acknowledged, &self.spareAcknowledged)
        self.spareAcknowledged.removeAll(keepingCapacity: true)
    }

    private static let spareAcknowledgedCapacityMax = 1024

    /// RFC 9002 §5.1: a sample needs the largest acknowledged packet and something ack-eliciting to be new.
    private mutating func sampleRoundTrip(
        _ ack: AckFrame,
        _ acknowledged: [SentPacket],
        space: PacketNumberSpace,
        now: Instant
    ) {
        guard acknowledged.contains(where: \.isAckEliciting),
            let largest = acknowledged.first(where: { $0.packetNumber == ack.largest })
        else { return }
        var delay = Nanoseconds.zero
        if space == .application {
            let microseconds = ack.delay.multipliedReportingOverflow(by: 1 << self.peerAckDelayExponent)
            // Longer than ten seconds is no delay but nonsense; the estimator ignores it.
            let bounded = microseconds.overflow ? 10_000_000 : min(microseconds.partialValue, 10_000_000)
            delay = .microseconds(Int64(bounded))
            if self.isHandshakeConfirmed { delay = min(delay, self.peerMaxAckDelay) }
        }
        self.roundTrip.addSample(now - largest.sentAt, acknowledgementDelay: delay, now: now)
    }

    private mutating func countAcknowledged(_ packets: [SentPacket], now: Instant) {
        let recoveryStart = self.congestion.recoveryStartedAt
        var growthByteCount = 0
        var deliveredByteCount = 0
        var newestSentAt = Instant.epoch
        var newest = DeliverySnapshot()
        for packet in packets where packet.isInFlight {
            self.bytesInFlight -= packet.byteCount
            deliveredByteCount += packet.byteCount
            if packet.sentAt >= newestSentAt {
                newestSentAt = packet.sentAt
                newest = packet.delivery
            }
            // Acknowledgements of packets from before the last reduction do not open the window.
            if recoveryStart.map({ packet.sentAt > $0 }) ?? true { growthByteCount += packet.byteCount }
        }
        guard deliveredByteCount > 0 else { return }
        let sample = self.deliveryRate.acknowledged(
            byteCount: deliveredByteCount,
            newest: newest,
            sentAt: newestSentAt,
            minimumRoundTrip: self.roundTrip.minimum,
            now: now
        )
        self.congestion.acknowledged(
            CongestionAcknowledgement(
                byteCount: growthByteCount,
                bytesInFlight: self.bytesInFlight,
                newestSentAt: newestSentAt,
                roundTrip: self.roundTrip,
                sample: sample,
                now: now
            )
        )
    }

    /// Finds lost packets of a space and lets the congestion window shrink for them.
    mutating func detectLost(in space: PacketNumberSpace, now: Instant) -> [SentPacket] {
        self.spaces[space].lossTime = nil
        guard let largestAcknowledged = self.spaces[space].largestAcknowledged else { return [] }
        let lossDelay = self.roundTrip.lossDelay
        var lost: [SentPacket] = []
        let waiting = self.spaces[space].sent.removeLost(
            largestAcknowledged: largestAcknowledged,
            reorderingThreshold: Self.packetThreshold,
            // At the epoch nothing can be old yet.
            lostSendTime: now - Instant.epoch > lossDelay ? now - lossDelay : .epoch,
            into: &lost
        )
        self.spaces[space].lossTime = waiting.map { $0 + lossDelay }
        self.countLost(lost, now: now)
        return lost
    }

    /// Routers have marked packets, the newest of them sent at `sentAt`: as a loss, but nothing is missing (RFC 9002 §7.1).
    mutating func congestionExperienced(sentAt: Instant, now: Instant) {
        self.congestion.congestionDetected(
            CongestionSignal(
                sentAt: sentAt,
                byteCount: 0,
                bytesInFlight: self.bytesInFlight,
                isMarked: true,
                now: now
            )
        )
    }

    private mutating func countLost(_ packets: [SentPacket], now: Instant) {
        self.lostPacketCount += UInt64(packets.count)
        var newestSentAt: Instant?
        var lostByteCount = 0
        for packet in packets where packet.isInFlight {
            self.bytesInFlight -= packet.byteCount
            // A lost probe for a larger path MTU says nothing about congestion (RFC 9000 §14.4).
            guard !packet.isPathMTUProbe else { continue }
            newestSentAt = packet.sentAt
            lostByteCount += packet.byteCount
        }
        guard let newestSentAt else { return }
        self.congestion.congestionDetected(
            CongestionSignal(
                sentAt: newestSentAt,
                byteCount: lostByteCount,
                bytesInFlight: self.bytesInFlight,
                isMarked: false,
                now: now
            )
        )
        if self.isPersistentCongestion(packets) { self.congestion.persistentCongestionDetected() }
    }

    /// RFC 9002 §7.6.2: two lost ack-eliciting packets, nothing between them acknowledged, far enough apart.
    private func isPersistentCongestion(_ lost: [SentPacket]) -> Bool {
        guard let firstSampleAt = self.roundTrip.firstSampleAt else { return false }
        let duration =
            self.roundTrip.probeTimeout(maxAckDelay: self.peerMaxAckDelay) * Self.persistentCongestionThreshold
        var runStartedAt: Instant?
        for packet in lost {
            if packet.followsAcknowledged { runStartedAt = nil }
            guard packet.isAckEliciting, !packet.isPathMTUProbe, packet.sentAt > firstSampleAt else { continue }
            if let runStartedAt, packet.sentAt - runStartedAt > duration { return true }
            runStartedAt = runStartedAt ?? packet.sentAt
        }
        return false
    }
}
