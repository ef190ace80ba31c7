// SPDX-License-Identifier: MIT OR Apache-2.0

/// The two ECN bits of an IP header (RFC 3168 §5).
public enum ECNCodepoint: UInt8, Equatable, Sendable {
    /// Not capable.
    case notCapable = 0
    /// ECT(1).
    case capable1 = 1
    /// ECT(0), what we mark with.
    case capable0 = 2
    /// Marked by a router: congestion experienced.
    case congestionExperienced = 3
}

/// The counts of an ACK frame of type 0x03 (RFC 9000 §19.3.2): packets received with each mark in one space.
package struct ECNCounts: Equatable, Sendable {
    /// Packets with ECT(0), ECT(1) and CE.
    package var capable0: UInt64 = 0
    package var capable1: UInt64 = 0
    package var congestionExperienced: UInt64 = 0

    /// Nothing counted yet.
    package init(capable0: UInt64 = 0, capable1: UInt64 = 0, congestionExperienced: UInt64 = 0) {
        self.capable0 = capable0
        self.capable1 = capable1
        self.congestionExperienced = congestionExperienced
    }

    /// Whether nothing marked has arrived, so that an ACK needs no counts.
    package var isEmpty: Bool { self == ECNCounts() }

    mutating func count(_ codepoint: ECNCodepoint) {
        switch codepoint {
        case .notCapable: break
        case .capable0: self.capable0 += 1
        case .capable1: self.capable1 += 1
        case .congestionExperienced: self.congestionExperienced += 1
        }
    }
}

/// Whether the path may be marked, and what its marks mean (RFC 9000 §13.4.2).
///
/// The first ten datagrams are marked; then marking waits for their acknowledgements. When the peer's counts agree with
/// what was acknowledged, every datagram is marked from then on; when they do not, or the marked ones are lost, none is.
struct ExplicitCongestion: Sendable {
    /// Datagrams marked before the path has shown anything.
    static let testingDatagramCount = 10
    /// Probe timeouts in a row after which a path that has acknowledged nothing marked is believed to drop marks.
    static let timeoutCountMax = 2

    enum State: Equatable, Sendable {
        /// So many more datagrams are marked.
        case testing(remaining: Int)
        /// Waits for the acknowledgements of the marked ones.
        case unknown
        case capable
        case failed
    }

    private(set) var state: State
    /// Packets sent with ECT(0), and the last counts of the peer, per space.
    private var sent = PerSpace<UInt64>(0)
    private var known = PerSpace(ECNCounts())

    init(isEnabled: Bool) {
        self.state = isEnabled ? .testing(remaining: Self.testingDatagramCount) : .failed
    }

    /// How the next datagram is to be marked.
    var codepoint: ECNCodepoint {
        switch self.state {
        case .testing, .capable: .capable0
        case .unknown, .failed: .notCapable
        }
    }

    /// A packet left in a datagram with `codepoint`.
    mutating func packetSent(in space: PacketNumberSpace) { self.sent[space] += 1 }

    /// A marked datagram left.
    mutating func datagramSent() {
        guard case .testing(let remaining) = self.state else { return }
        self.state = remaining > 1 ? .testing(remaining: remaining - 1) : .unknown
    }

    /// An ACK frame with a new largest number arrived.
    ///
    /// - Parameters:
    ///   - counts: The peer's counts; `nil` for an ACK without.
    ///   - markedCount: Packets with ECT(0) that it acknowledges for the first time.
    ///   - space: The space of the frame.
    /// - Returns: Whether routers have marked packets since the last one.
    mutating func acknowledged(_ counts: ECNCounts?, markedCount: Int, in space: PacketNumberSpace) -> Bool {
        guard self.state != .failed else { return false }
        guard let counts else {
            // A peer that does not report, or a path that clears marks.
            if markedCount > 0 { self.state = .failed }
            return false
        }
        let before = self.known[space]
        guard counts.capable0 >= before.capable0, counts.congestionExperienced >= before.congestionExperienced,
            counts.capable1 == 0, counts.capable0 <= self.sent[space],
            counts.capable0 - before.capable0 + counts.congestionExperienced - before.congestionExperienced
                >= UInt64(markedCount),
            counts.congestionExperienced <= self.sent[space]
        else {
            self.state = .failed
            return false
        }
        self.known[space] = counts
        if markedCount > 0 { self.state = .capable }
        return counts.congestionExperienced > before.congestionExperienced
    }

    /// A probe timeout: perhaps the path drops what is marked.
    mutating func timedOut(count: Int) {
        guard self.state != .capable, count >= Self.timeoutCountMax else { return }
        self.state = .failed
    }

    /// The path was exchanged: it has to show again what it does (RFC 9000 §13.4.2).
    mutating func pathChanged() {
        guard self.state != .failed else { return }
        self.state = .testing(remaining: Self.testingDatagramCount)
    }
}
