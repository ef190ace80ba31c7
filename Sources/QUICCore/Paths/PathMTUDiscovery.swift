// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// Finds out how large a datagram the path carries (RFC 8899 §5 as used by RFC 9000 §14.3).
///
/// ```text
/// idle ─ handshake confirmed ─▶ searching ─ nothing left to try ─▶ complete ─ 10 min ─▶ searching
///                                   ▲                                  │
///                                   └────────── 1 min ── black hole ◀──┴─ large packets only are lost
/// ```
/// A probe is a packet of PING and PADDING; nothing above `current` is ever sent except a probe, and its loss says
/// nothing about congestion. Sizes are UDP payloads in bytes. Searching climbs a short ladder of usual path sizes first,
/// then halves the gap to the smallest size that failed.
struct PathMTUDiscovery: Sendable {
    /// Every QUIC path carries this (RFC 9000 §14): BASE_PLPMTU.
    static let base = 1200
    /// Ethernet (1,500) and jumbo frames (9,000) less 48 bytes of IPv6 and UDP, and the loopback interface of Linux.
    static let ladder = [1452, 8952, 65_488]
    /// What fits behind an IPv4 and a UDP header.
    static let ipv4ByteCountMax = 65_507
    /// MAX_PROBES: a size that was lost so often does not fit (RFC 8899 §5.1.2).
    static let attemptCountMax = 3
    /// A gap this small is not worth a probe (spec 02 §7.4).
    static let precision = 20
    /// PMTU_RAISE_TIMER (RFC 8899 §5.1.1).
    static let raiseInterval = Nanoseconds.seconds(600)
    /// How long a path that swallowed large packets is left alone (spec 02 §7.4).
    static let blackHoleCooldown = Nanoseconds.seconds(60)
    /// Rounds of losses of large packets, with none arriving in between, that mean a black hole.
    static let suspiciousLossCountMax = 3

    private enum State: Sendable {
        /// Before the handshake is confirmed, or switched off.
        case idle
        /// Looking for a larger size; `failed` is the smallest known not to fit, `attempts` were lost at `probed`.
        case searching(failed: Int, probed: Int, attempts: Int)
        /// Nothing larger to try until then.
        case complete(until: Instant)
    }

    private var state = State.idle
    /// The largest size we and the peer accept.
    private var limit: Int
    private var isProbeInFlight = false
    /// The size that is proved, and used.
    private(set) var current: Int
    /// Probes sent so far.
    private(set) var probeCount: UInt64 = 0
    /// Times the path was found to swallow large packets.
    private(set) var blackHoleCount: UInt64 = 0
    /// The largest packet number above `base` bytes that arrived, and rounds of such packets lost since.
    private var largestArrived: UInt64 = 0
    private var suspiciousLossCount = 0

    /// Starts at the smallest size; `limit` is ours alone until `start`.
    init(limit: Int, family: NetworkAddress.Family) {
        self.limit = family == .ipv4 ? min(limit, Self.ipv4ByteCountMax) : limit
        self.current = min(Self.base, limit)
    }

    /// The handshake is confirmed: larger sizes may be tried, up to what the peer accepts.
    mutating func start(peerLimit: UInt64) {
        self.limit = Int(min(UInt64(self.limit), peerLimit))
        self.search()
    }

    /// The path has changed: what was proved counts no more (RFC 9000 §9.4).
    mutating func pathChanged() {
        self.current = min(Self.base, self.limit)
        self.isProbeInFlight = false
        self.suspiciousLossCount = 0
        self.search()
    }

    private mutating func search() {
        self.state = .searching(failed: self.limit + 1, probed: 0, attempts: 0)
    }

    /// The size of a probe to send now, or `nil`.
    ///
    /// Report it with `probeSent` when it leaves.
    mutating func nextProbeByteCount(now: Instant) -> Int? {
        guard !self.isProbeInFlight else { return nil }
        if case .complete(let until) = self.state, until <= now { self.search() }
        guard case .searching(let failed, _, _) = self.state else { return nil }
        guard let size = self.candidate(below: failed) else {
            self.state = .complete(until: now + Self.raiseInterval)
            return nil
        }
        return size
    }

    /// The next size to try between what is proved and what failed.
    private func candidate(below failed: Int) -> Int? {
        guard failed - self.current > Self.precision || failed > self.limit, self.current < self.limit else {
            return nil
        }
        if let rung = Self.ladder.first(where: { $0 > self.current && $0 < failed }) { return rung }
        return failed > self.limit ? self.limit : (self.current + failed) / 2
    }

    mutating func probeSent(byteCount: Int) {
        self.isProbeInFlight = true
        self.probeCount += 1
        if case .searching(let failed, let probed, let attempts) = self.state {
            self.state = .searching(failed: failed, probed: byteCount, attempts: probed == byteCount ? attempts : 0)
        }
    }

    /// A probe arrived; returns whether `current` has grown.
    mutating func probeAcknowledged(byteCount: Int) -> Bool {
        self.isProbeInFlight = false
        // A probe of before a black hole or a change of path proves nothing any more.
        guard case .searching(let failed, let probed, _) = self.state, byteCount == probed, byteCount > self.current
        else { return false }
        self.current = byteCount
        self.state = .searching(failed: failed, probed: 0, attempts: 0)
        return true
    }

    mutating func probeLost(byteCount: Int) {
        self.isProbeInFlight = false
        guard case .searching(let failed, let probed, let attempts) = self.state, byteCount == probed else { return }
        self.state =
            attempts + 1 < Self.attemptCountMax
            ? .searching(failed: failed, probed: probed, attempts: attempts + 1)
            : .searching(failed: min(failed, byteCount), probed: 0, attempts: 0)
    }

    // MARK: - Black holes (RFC 8899 §4.3)

    /// A packet arrived.
    mutating func packetAcknowledged(packetNumber: UInt64, byteCount: Int) {
        guard byteCount > Self.base else { return }
        self.largestArrived = max(self.largestArrived, packetNumber)
        self.suspiciousLossCount = 0
    }

    /// Packets other than probes are lost, found out at once; `largest` is the last one above `base` bytes.
    ///
    /// - Returns: Whether the path has become a black hole for large packets, so that `current` is back at `base`.
    mutating func largePacketsLost(largest: UInt64, now: Instant) -> Bool {
        // Congestion loses packets before one that arrives; a black hole loses every large one.
        guard self.current > Self.base, largest > self.largestArrived else { return false }
        self.suspiciousLossCount += 1
        guard self.suspiciousLossCount >= Self.suspiciousLossCountMax else { return false }
        self.suspiciousLossCount = 0
        self.blackHoleCount += 1
        self.current = Self.base
        self.isProbeInFlight = false
        self.state = .complete(until: now + Self.blackHoleCooldown)
        return true
    }
}
