// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// Stops sending to a peer that does not take messages, on one topic (spec 04 §7.6).
///
/// Five timeouts in a window of 30 s start a cool-down of 120 s. After it one send probes: its success ends the matter,
/// its failure doubles the cool-down, up to 1800 s. A success in between empties the window.
struct PeerCooling: Equatable, Sendable {
    static let timeoutCountMax = 5
    static let window = Nanoseconds.seconds(30)
    static let firstCooldown = Nanoseconds.seconds(120)
    static let maxCooldown = Nanoseconds.seconds(1800)

    private enum State: Equatable, Sendable {
        /// Timeouts are being counted; left by the fifth within the window, or by a success.
        case counting(since: Instant, timeouts: Int)
        /// Nothing is sent before `until`; then the next send is the probe.
        case cooling(until: Instant, cooldown: Nanoseconds)
        /// One send is on its way; only its result counts.
        case probing(RequestID, cooldown: Nanoseconds)
    }

    /// What to do with one more message.
    enum Admission: Equatable, Sendable {
        case send
        /// Send it, as the probe.
        case probe
        case skip
    }

    private var state: State

    init(now: Instant) { self.state = .counting(since: now, timeouts: 0) }

    /// Whether a message may be queued now.
    func admission(now: Instant) -> Admission {
        switch self.state {
        case .counting: .send
        case .cooling(let until, _): now < until ? .skip : .probe
        case .probing: .skip
        }
    }

    /// The admitted probe has this id.
    mutating func probeStarted(_ id: RequestID) {
        guard case .cooling(_, let cooldown) = self.state else { return }
        self.state = .probing(id, cooldown: cooldown)
    }

    /// A send timed out; returns whether the peer starts to cool.
    mutating func timedOut(_ id: RequestID, now: Instant) -> Bool {
        switch self.state {
        case .counting(let since, let timeouts):
            let isCurrent = now - since < Self.window
            let count = isCurrent ? timeouts + 1 : 1
            guard count >= Self.timeoutCountMax else {
                self.state = .counting(since: isCurrent && timeouts > 0 ? since : now, timeouts: count)
                return false
            }
            self.state = .cooling(until: now + Self.firstCooldown, cooldown: Self.firstCooldown)
            return true
        case .probing(id, let cooldown):
            let doubled = min(cooldown * 2, Self.maxCooldown)
            self.state = .cooling(until: now + doubled, cooldown: doubled)
            return true
        case .cooling, .probing:
            return false  // a send from before the cool-down, or a stale probe
        }
    }

    /// A send succeeded; returns whether it was the probe.
    mutating func succeeded(_ id: RequestID, now: Instant) -> Bool {
        switch self.state {
        case .counting:
            self.state = .counting(since: now, timeouts: 0)
            return false
        case .probing(id, _):
            self.state = .counting(since: now, timeouts: 0)
            return true
        case .cooling, .probing:
            return false
        }
    }

    /// A send failed for a reason of the connection; only a probe takes that for a timeout.
    mutating func failed(_ id: RequestID, now: Instant) -> Bool {
        guard case .probing(id, _) = self.state else { return false }
        return self.timedOut(id, now: now)
    }

    /// Whether nothing but counting is going on: the peer may be promoted.
    var isSuppressed: Bool {
        switch self.state {
        case .counting: false
        case .cooling, .probing: true
        }
    }

    /// The entry for diagnostics, `nil` unless suppressed.
    func report(now: Instant) -> (state: SuppressedPeerReport.State, remaining: Nanoseconds, cooldown: Nanoseconds)? {
        switch self.state {
        case .counting: nil
        case .cooling(let until, let cooldown):
            now < until ? (.cooldown, until - now, cooldown) : (.recoveryReady, .zero, cooldown)
        case .probing(_, let cooldown): (.recoveryProbe, .zero, cooldown)
        }
    }

    /// Timeouts counted in the current window; the full count while suppressed.
    var recentTimeoutCount: Int {
        switch self.state {
        case .counting(_, let timeouts): timeouts
        case .cooling, .probing: Self.timeoutCountMax
        }
    }
}
