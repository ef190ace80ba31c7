// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// The one timer of recovery: loss by age, probe timeout, pacing (RFC 9002 §6.2, appendix A.8 and A.9).
extension LossRecovery {
    /// When `handleTimeout` or the next `sendPermission` is due.
    var nextDeadline: Instant? {
        guard let recovery = self.earliestLoss?.time ?? self.probeDeadline?.time else { return self.pacingDeadline }
        return self.pacingDeadline.map { min($0, recovery) } ?? recovery
    }

    /// Does what is due; an early call changes nothing.
    ///
    /// Call again while the result is not `.nothing`.
    mutating func handleTimeout(now: Instant) -> RecoveryTimeout {
        if let pacingDeadline, pacingDeadline <= now { self.pacingDeadline = nil }
        if let loss = self.earliestLoss {
            guard loss.time <= now else { return .nothing }
            self.timerAnchor = now
            return .lost(self.detectLost(in: loss.space, now: now), in: loss.space)
        }
        guard let probe = self.probeDeadline, probe.time <= now else { return .nothing }
        self.probeTimeoutCount += 1
        self.timerAnchor = now
        let oldest = self.spaces[probe.space].sent.oldestAckEliciting
        // The timer runs from the last ack-eliciting packet: without this it would fire again before the probe is out.
        self.spaces[probe.space].lastAckElicitingSentAt = now
        return .probe(probe.space, packetCount: oldest.isEmpty ? 1 : 2, frames: oldest.flatMap(\.frames))
    }

    private var earliestLoss: (time: Instant, space: PacketNumberSpace)? {
        var earliest: (time: Instant, space: PacketNumberSpace)?
        for space in PacketNumberSpace.allCases {
            guard let time = self.spaces[space].lossTime else { continue }
            if earliest.map({ time < $0.time }) ?? true { earliest = (time, space) }
        }
        return earliest
    }

    private var probeDeadline: (time: Instant, space: PacketNumberSpace)? {
        guard !self.isAmplificationBlocked else { return nil }
        guard self.hasAckElicitingInFlight else {
            // A client keeps the server's amplification budget alive until the server can surely answer.
            guard !self.peerHasValidatedAddress else { return nil }
            let space: PacketNumberSpace = self.spaces[.handshake].hasKeys ? .handshake : .initial
            return (self.timerAnchor + self.backedOff(.zero), space)
        }
        var earliest: (time: Instant, space: PacketNumberSpace)?
        for space in PacketNumberSpace.allCases where self.spaces[space].sent.ackElicitingCount > 0 {
            // 1-RTT packets are not probed while the peer might be unable to read them.
            if space == .application, !self.isHandshakeConfirmed { continue }
            let timeout = self.backedOff(space == .application ? self.peerMaxAckDelay : .zero)
            let time = self.spaces[space].lastAckElicitingSentAt + timeout
            if earliest.map({ time < $0.time }) ?? true { earliest = (time, space) }
        }
        return earliest
    }

    private func backedOff(_ maxAckDelay: Nanoseconds) -> Nanoseconds {
        let exponent = Int64(min(self.probeTimeoutCount, Self.backoffExponentMax))
        return self.roundTrip.probeTimeout(maxAckDelay: maxAckDelay) * (1 << exponent)
    }
}
