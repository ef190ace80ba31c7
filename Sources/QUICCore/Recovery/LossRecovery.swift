// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite
internal import Primitives

/// Loss detection and congestion control of one connection (RFC 9002), over all three packet number spaces.
///
/// Sending: ask `sendPermission`, number the packet with `takePacketNumber`, report it with `packetSent`.
/// Receiving: `ackReceived`. Time: `nextDeadline` and `handleTimeout`. Frames of acknowledged and lost packets are
/// handed back; what to do with them is the connection's business.
struct LossRecovery: Sendable {
    /// Packets behind an acknowledged one at which an earlier packet is lost (RFC 9002 §6.1.1).
    static let packetThreshold: UInt64 = 3
    /// Largest exponent of the probe timeout backoff (spec 02 §8).
    static let backoffExponentMax = 16
    /// Probe timeouts without any acknowledgement that mean persistent congestion (RFC 9002 §7.6.1).
    static let persistentCongestionThreshold: Int64 = 3

    /// What is known about one space.
    struct Space: Sendable {
        var numbers: PacketNumberSequence
        var sent = SentPackets()
        var largestAcknowledged: UInt64?
        var lastAckElicitingSentAt = Instant.epoch
        /// When the oldest packet before an acknowledged one becomes lost by age.
        var lossTime: Instant?
        var hasKeys = false
    }

    private let role: TLSRole
    var spaces: PerSpace<Space>
    /// The round-trip estimate of the only path.
    var roundTrip = RoundTripEstimator()
    /// Decides the congestion window.
    var congestion: CongestionController
    var pacer: Pacer
    var deliveryRate = DeliveryRate()
    /// Storage for the packets of the next acknowledgement, lent by the endpoint (`PacketBuffers`).
    var spareAcknowledged: [SentPacket] = []
    var pacingDeadline: Instant?
    /// Bytes of sent packets that are neither acknowledged nor lost.
    var bytesInFlight = 0
    var probeTimeoutCount = 0
    /// When the state last changed; where the client's anti-deadlock timer starts.
    var timerAnchor: Instant
    private(set) var isHandshakeConfirmed = false
    var hasHandshakeAck = false

    /// The peer's max_ack_delay; the default until its parameters are known.
    var peerMaxAckDelay = Nanoseconds.milliseconds(25)
    /// The peer's ack_delay_exponent; the default until its parameters are known.
    var peerAckDelayExponent: UInt64 = 3
    /// Whether a server has used up what it may send to an unvalidated address; its timer rests meanwhile.
    var isAmplificationBlocked = false
    /// When a packet was last acknowledged for the first time; a connection without such progress is dead.
    var lastProgressAt: Instant
    /// Packets declared lost so far.
    var lostPacketCount: UInt64 = 0

    /// Starts a connection.
    ///
    /// - Parameters:
    ///   - role: Our role; only clients have the anti-deadlock timer.
    ///   - datagramByteCount: Bytes of a full datagram: the unit of the congestion controller.
    ///   - congestionControl: Which algorithm decides how much may be in flight.
    ///   - skipKey: 32 secret bytes that decide which 1-RTT packet numbers are skipped; `nil` skips none.
    ///   - now: The current time.
    init(
        role: TLSRole,
        datagramByteCount: Int,
        congestionControl: CongestionControl = .cubic,
        skipKey: SecretBytes?,
        now: Instant
    ) {
        self.role = role
        self.spaces = PerSpace(Space(numbers: PacketNumberSequence(skipKey: nil)))
        self.spaces[.application].numbers = PacketNumberSequence(skipKey: skipKey)
        self.spaces[.initial].hasKeys = true
        self.congestion = CongestionController(congestionControl, datagramByteCount: datagramByteCount)
        self.pacer = Pacer(datagramByteCount: datagramByteCount)
        self.timerAnchor = now
        self.lastProgressAt = now
    }

    /// The largest number of this space the peer has acknowledged.
    func largestAcknowledged(in space: PacketNumberSpace) -> UInt64? { self.spaces[space].largestAcknowledged }

    /// Whether ack-eliciting packets wait for their acknowledgement.
    var hasAckElicitingInFlight: Bool {
        PacketNumberSpace.allCases.contains { self.spaces[$0].sent.ackElicitingCount > 0 }
    }

    // MARK: - Sending

    /// Whether one more full datagram of ack-eliciting packets may go out.
    mutating func sendPermission(now: Instant) -> SendPermission {
        self.pacingDeadline = nil
        guard self.bytesInFlight + self.congestion.datagramByteCount <= self.congestion.window else { return .blocked }
        if let deadline = self.pacer.waitDeadline(
            window: self.congestion.pacingWindow(roundTrip: self.roundTrip.smoothed),
            roundTrip: self.roundTrip.smoothed,
            now: now
        ) {
            self.pacingDeadline = deadline
            return .paced(until: deadline)
        }
        return .allowed
    }

    /// The number of the next packet of a space.
    mutating func takePacketNumber(in space: PacketNumberSpace) -> UInt64 { self.spaces[space].numbers.take() }

    /// A packet went out.
    mutating func packetSent(_ packet: SentPacket, in space: PacketNumberSpace) {
        guard packet.isInFlight || packet.isAckEliciting else { return }
        var packet = packet
        packet.delivery = self.deliveryRate.packetSent(bytesInFlight: self.bytesInFlight, now: packet.sentAt)
        self.spaces[space].sent.append(packet)
        if packet.isAckEliciting { self.spaces[space].lastAckElicitingSentAt = packet.sentAt }
        guard packet.isInFlight else { return }
        self.bytesInFlight += packet.byteCount
        self.congestion.packetSent(bytesInFlight: self.bytesInFlight)
        self.pacer.packetSent(byteCount: packet.byteCount)
        self.timerAnchor = packet.sentAt
    }

    /// There is nothing to send: delivery is not as fast as the path could be.
    mutating func applicationLimited() {
        guard self.bytesInFlight < self.congestion.window else { return }
        self.deliveryRate.applicationLimited(bytesInFlight: self.bytesInFlight)
    }

    // MARK: - Milestones

    /// Path MTU discovery has found another size for full datagrams.
    mutating func setDatagramByteCount(_ byteCount: Int) {
        self.congestion.setDatagramByteCount(byteCount)
        self.pacer.datagramByteCount = byteCount
    }

    /// Packets of this space can be sent from now on.
    mutating func keysInstalled(_ space: PacketNumberSpace) { self.spaces[space].hasKeys = true }

    /// The handshake is confirmed: 1-RTT packets get a probe timeout, and the peer keeps its promised delay.
    mutating func handshakeConfirmed() { self.isHandshakeConfirmed = true }

    /// Forgets a space whose keys are discarded (RFC 9002 §6.4).
    mutating func discard(_ space: PacketNumberSpace, now: Instant) {
        self.bytesInFlight -= self.spaces[space].sent.removeAll()
        self.spaces[space].lossTime = nil
        self.spaces[space].hasKeys = false
        self.probeTimeoutCount = 0
        self.timerAnchor = now
    }

    /// Whether the peer surely has validated our address, so that it can always answer (RFC 9002 §6.2.2.1).
    var peerHasValidatedAddress: Bool {
        self.role == .server || self.hasHandshakeAck || self.isHandshakeConfirmed
    }
}
