// SPDX-License-Identifier: MIT OR Apache-2.0

public import Primitives

/// The end of a connection (RFC 9000 §10).
extension Connection {
    /// Whether packets are still processed.
    var isOpen: Bool {
        switch self.state {
        case .handshaking, .established: true
        case .closing, .draining, .drained: false
        }
    }

    /// Closes the connection for the application.
    public mutating func close(code: UInt64, reason: String, now: Instant) {
        guard self.isOpen else { return }
        self.startClosing(CloseFrameContent(isApplication: true, code: code, reason: reason), now: now)
        self.events.append(.closed(.closedLocally(code: code)))
    }

    /// Closes the connection because the peer broke a rule.
    mutating func fail(_ failure: ConnectionFailure, now: Instant) {
        guard self.isOpen else { return }
        let content = CloseFrameContent(isApplication: false, code: failure.code.rawValue, reason: failure.reason)
        self.startClosing(content, now: now)
        self.events.append(.closed(.failed(failure)))
    }

    /// The endpoint takes no more connections: ends one whose handshake has just been completed.
    mutating func refuseEstablished() {
        let failure = ConnectionFailure(.connectionRefused, "too many connections")
        self.fail(failure, now: self.establishedAt ?? self.startedAt)
    }

    private mutating func startClosing(_ content: CloseFrameContent, now: Instant) {
        self.state = .closing(content, until: now + self.closingPeriod)
        self.pendingCloseCount = 1
        self.forgetStreams()
    }

    /// The peer closed: say nothing more, wait until stray packets are gone.
    mutating func closedByPeer(_ end: ConnectionEnd, now: Instant) {
        guard self.isOpen else { return }
        self.end(end, state: .draining(until: now + self.closingPeriod))
    }

    /// Ends without a word: timeouts, resets.
    mutating func end(_ end: ConnectionEnd, state: State) {
        self.state = state
        self.forgetStreams()
        self.events.append(.closed(end))
        if case .drained = state { self.events.append(.drained) }
    }

    private mutating func forgetStreams() {
        self.undecryptable = []
        self.streams = StreamTable(role: self.role, limits: self.localParameters)
    }

    /// Three probe timeouts (RFC 9000 §10.2).
    var closingPeriod: Nanoseconds { self.recovery.roundTrip.probeTimeout(maxAckDelay: .milliseconds(25)) * 3 }

    /// Answers input with the close packet again, ever more rarely: after 1, 2, 4, 8, … datagrams.
    mutating func repeatClose(now: Instant) {
        self.datagramsSinceClose += 1
        if self.datagramsSinceClose.nonzeroBitCount == 1 { self.pendingCloseCount = 1 }
    }
}
