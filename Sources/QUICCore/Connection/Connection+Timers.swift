// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// Everything that happens because time passes.
extension Connection {
    /// When `handleTimeout` wants to be called next.
    var nextDeadline: Instant? {
        switch self.state {
        case .closing(_, let until), .draining(let until): return until
        case .drained: return nil
        case .handshaking: break
        case .established: break
        }
        var earliest = self.idleDeadline
        func consider(_ deadline: Instant?) {
            if let deadline { earliest = min(earliest, deadline) }
        }
        if !self.isEstablished { consider(self.handshakeDeadline) }
        consider(self.keepAliveDeadline)
        consider(self.recovery.nextDeadline)
        consider(self.progressDeadline)
        consider(self.acknowledgementDeadline)
        consider(self.keyUpdate.discardDeadline)
        consider(self.foreignPaths.nextDeadline)
        return earliest
    }

    private var handshakeDeadline: Instant { self.startedAt + self.configuration.handshakeTimeout }

    /// When 1-RTT packets have to be acknowledged; the other spaces acknowledge at once.
    private var acknowledgementDeadline: Instant? {
        self.levels[.application] == nil ? nil : self.received[.application].ackDeadline
    }

    /// When a peer that sends but never acknowledges counts as dead (spec 02 §16 flaw 13).
    private var progressDeadline: Instant? {
        guard let oldestSentAt = self.recovery.spaces[.application].sent.oldestAckElicitingSentAt else { return nil }
        return max(oldestSentAt, self.recovery.lastProgressAt) + self.effectiveIdleTimeout
    }

    /// The smaller of both idle timeouts, but at least three probe timeouts (RFC 9000 §10.1).
    var effectiveIdleTimeout: Nanoseconds {
        var timeout = self.configuration.idleTimeout
        if let peer = self.peerParameters?.maxIdleTimeoutMilliseconds, peer > 0 {
            timeout = min(timeout, .milliseconds(Int64(min(peer, 1 << 32))))
        }
        return max(timeout, self.recovery.roundTrip.probeTimeout(maxAckDelay: self.recovery.peerMaxAckDelay) * 3)
    }

    /// Fires what is due; an early call does nothing.
    mutating func handleTimeout(now: Instant) {
        switch self.state {
        case .closing(_, let until), .draining(let until):
            if until <= now {
                self.state = .drained
                self.events.append(.drained)
            }
            return
        case .drained: return
        case .handshaking: if self.handshakeDeadline <= now { return self.end(.timedOut, state: .drained) }
        case .established: break
        }
        if self.idleDeadline <= now || self.progressDeadline.map({ $0 <= now }) ?? false {
            return self.end(.timedOut, state: .drained)
        }
        if let deadline = self.keepAliveDeadline, deadline <= now {
            self.pendingPing = true
            self.keepAliveDeadline = now + self.configuration.keepAliveInterval
        }
        self.keyUpdate.discardPrevious(now: now)
        if !self.foreignPaths.isEmpty { self.foreignPaths.handleTimeout(now: now) }
        self.handleRecoveryTimeout(now: now)
    }

    private mutating func handleRecoveryTimeout(now: Instant) {
        // One round per space at most: losses in up to three spaces, then perhaps a probe.
        for _ in 0...PacketNumberSpace.allCases.count {
            switch self.recovery.handleTimeout(now: now) {
            case .nothing: return
            case .lost(let packets, let space):
                self.lost(packets, space: space, now: now)
            case .probe(let space, let packetCount, let frames):
                self.lost(frames, space: space)
                self.probesToSend[space] = packetCount
                self.explicitCongestion.timedOut(count: self.recovery.probeTimeoutCount)
            }
        }
    }
}
