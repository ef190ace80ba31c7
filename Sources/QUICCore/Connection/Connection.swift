// SPDX-License-Identifier: MIT OR Apache-2.0

public import CryptoSuite
internal import DequeModule
public import Primitives

/// One QUIC connection as a value (RFC 9000, 9001, 9002; spec 02).
///
/// Inputs: datagrams, crypto answers, time, stream commands. Outputs are polled: `nextEvent`, `nextDatagram`,
/// `nextDeadline`. Nothing here blocks, reads a clock, or trusts a byte of the peer. One path at a time: a server follows
/// a client to an address it has proved (`Paths`), a client drops what comes from elsewhere.
public struct Connection: Sendable {
    /// Where a connection is in its life (RFC 9000 §10.2).
    enum State: Sendable {
        /// Keys are being agreed; no application data yet.
        case handshaking
        /// Both sides are authenticated.
        case established
        /// We closed: the close packet is repeated on input until three probe timeouts have passed.
        case closing(CloseFrameContent, until: Instant)
        /// The peer closed, or nobody will answer: silence until the deadline.
        case draining(until: Instant)
        /// Nothing left to do.
        case drained
    }

    let role: TLSRole
    let configuration: ConnectionConfiguration
    /// The path: where datagrams go.
    public internal(set) var remoteAddress: NetworkAddress
    var state: State = .handshaking

    // Handshake.
    var tls: TLSHandshake
    let localParameters: TransportParameters
    var peerParameters: TransportParameters?
    /// The raw public key the peer proved possession of.
    public internal(set) var peerPublicKey: [UInt8]?
    var isHandshakeConfirmed = false
    let startedAt: Instant
    /// When the handshake was completed.
    var establishedAt: Instant?

    // Connection ids.
    /// The destination id of the client's first Initial, as a server the first after a Retry: input of the Initial keys.
    let originalDestinationID: ConnectionID
    /// Whether the peer's own choice of id was seen in its first long header.
    var hasPeerHandshakeID: Bool
    /// The peer's id from its first long header, to be authenticated by its parameters (RFC 9000 §7.3).
    var peerHandshakeID: ConnectionID
    /// The token of the Retry that was followed, to be sent back in every Initial, and the id that came with it.
    var retry: (token: [UInt8], sourceID: ConnectionID)?
    var localIDs: LocalConnectionIDs
    var remoteIDs: RemoteConnectionIDs

    // Packet number spaces.
    var levels: PerSpace<ProtectionLevel?> = PerSpace(nil)
    var received: PerSpace<ReceivedPackets>
    var crypto: PerSpace<CryptoStream>
    var recovery: LossRecovery
    var probesToSend = PerSpace<Int>(0)
    var keyUpdate = KeyUpdate()
    /// Whether packets that waited for keys are worth another try.
    var hasNewKeys = false
    /// Packets whose keys are not there yet; at most `undecryptableDatagramCountMax`.
    var undecryptable: [(header: PacketHeader, datagram: [UInt8], codepoint: ECNCodepoint)] = []
    static let undecryptableDatagramCountMax = 16
    /// Of these at most so many early 1-RTT packets (spec 02 §3.5).
    static let earlyDatagramCountMax = 8
    var amplification: AmplificationLimit
    var pathMTU: PathMTUDiscovery
    var unpredictable: UnpredictableNumbers

    // Paths.
    /// Whether datagrams are marked, and the marks of the one being processed and of the last one sent.
    var explicitCongestion: ExplicitCongestion
    var arrivalCodepoint = ECNCodepoint.notCapable
    var departureCodepoint = ECNCodepoint.notCapable
    /// Addresses the peer was heard from besides the path.
    var foreignPaths = ForeignPaths()
    /// Where the datagram being processed came from, if not from the path.
    var foreignArrival: ForeignArrival?
    /// Whether the packet being processed carries more than path probing needs (RFC 9000 §9.1).
    var carriesNonProbingFrames = false
    /// Whether a PATH_CHALLENGE should go out on the path.
    var pendingPathChallenge = false
    /// How often the peer has moved to another address.
    public internal(set) var migrationCount: UInt64 = 0
    /// Turns the spin bit of outgoing packets (RFC 9000 §17.4).
    var spinBit: SpinBit

    // Unreliable datagrams (RFC 9221).
    var outgoingDatagrams = DatagramQueue(byteCountMax: DatagramQueue.sendByteCountMax)
    var incomingDatagrams = DatagramQueue(byteCountMax: DatagramQueue.receiveByteCountMax)

    // Streams and single frames.
    var streams: StreamTable
    var pendingHandshakeDone = false
    var pendingPing = false
    /// Payloads of PATH_CHALLENGE frames to answer; at most `pathResponseCountMax`, older ones are forgotten.
    var pathResponses: [UInt64] = []
    static let pathResponseCountMax = 4
    var pendingObservedAddress = false
    /// Counts the addresses reported to the peer (spec 02 §6.5).
    var observedAddressSequence: UInt64 = 0
    var lastObservedSequence: UInt64?
    /// Legal NAT traversal frames that nothing acts on yet.
    package internal(set) var ignoredNATFrameCount: UInt64 = 0
    /// Close packets to send now, and datagrams that arrived since the first.
    var pendingCloseCount = 0
    var datagramsSinceClose: UInt64 = 0

    /// When the last authentic packet arrived.
    public internal(set) var lastReceivedAt: Instant?
    /// When the last packet left.
    public internal(set) var lastSentAt: Instant?

    // Timers.
    var idleDeadline: Instant
    var keepAliveDeadline: Instant?
    var hasSentSinceReceiving = false

    var events: Deque<ConnectionEvent> = []
    /// Ids issued and retired since the endpoint last looked: a handful, since both are limited by the peer's limit.
    var routeChanges: [RouteChange] = []
    /// Packets that were not processed: unreadable, forged, duplicate, or from another address.
    public internal(set) var droppedPacketCount: UInt64 = 0

    /// Starts a connection to `address`; the ClientHello goes out once its key share was computed.
    init(
        dialling address: NetworkAddress,
        serverName: String,
        configuration: ConnectionConfiguration,
        localID: ConnectionID,
        resetToken: [UInt8],
        random: inout any SecureRandom,
        now: Instant
    ) {
        let destination = ConnectionID(random.bytes(ConnectionID.byteCountMax)) ?? .empty
        self.init(
            role: .client,
            address: address,
            serverName: serverName,
            configuration: configuration,
            localID: localID,
            resetToken: resetToken,
            originalDestinationID: destination,
            peerHandshakeID: destination,
            random: &random,
            now: now
        )
        self.feedTLS(.start, now: now)
    }

    /// Answers the first Initial of a client; feed the datagram itself right after.
    ///
    /// `retriedFrom` is the id the client dialled first when its Initial came with the token of a Retry of ours: its
    /// address is proved then.
    init(
        accepting header: PacketHeader,
        from address: NetworkAddress,
        configuration: ConnectionConfiguration,
        localID: ConnectionID,
        resetToken: [UInt8],
        retriedFrom: ConnectionID? = nil,
        random: inout any SecureRandom,
        now: Instant
    ) {
        self.init(
            role: .server,
            address: address,
            serverName: nil,
            configuration: configuration,
            localID: localID,
            resetToken: resetToken,
            originalDestinationID: header.destinationConnectionID,
            peerHandshakeID: header.sourceConnectionID,
            retriedFrom: retriedFrom,
            random: &random,
            now: now
        )
    }

    private init(
        role: TLSRole,
        address: NetworkAddress,
        serverName: String?,
        configuration: ConnectionConfiguration,
        localID: ConnectionID,
        resetToken: [UInt8],
        originalDestinationID: ConnectionID,
        peerHandshakeID: ConnectionID,
        retriedFrom: ConnectionID? = nil,
        random: inout any SecureRandom,
        now: Instant
    ) {
        var parameters = TransportParameters.recommended(
            initialSourceConnectionID: localID.bytes,
            server: role == .client
                ? nil
                : TransportParameters.ServerIdentifiers(
                    originalDestinationConnectionID: (retriedFrom ?? originalDestinationID).bytes,
                    statelessResetToken: resetToken,
                    retrySourceConnectionID: retriedFrom == nil ? nil : originalDestinationID.bytes
                )
        )
        parameters.maxIdleTimeoutMilliseconds = UInt64(max(0, configuration.idleTimeout.milliseconds))
        parameters.maxDatagramFrameSize = configuration.datagramFrameByteCountMax
        parameters.receiveAcknowledgement = configuration.acknowledgesMessages
        var choices = SplitMix64(seed: random.nextUInt64())
        self.role = role
        self.configuration = configuration
        self.remoteAddress = address
        self.localParameters = parameters
        self.tls = TLSHandshake(
            configuration: TLSConfiguration(
                role: role,
                localPublicKey: configuration.localPublicKey,
                serverName: serverName,
                transportParameters: parameters.encoded(using: &choices),
                cipherSuites: configuration.cipherSuites,
                profile: configuration.profile
            ),
            random: SystemSecureRandom()
        )
        self.startedAt = now
        self.originalDestinationID = originalDestinationID
        self.peerHandshakeID = peerHandshakeID
        self.hasPeerHandshakeID = role == .server
        self.localIDs = LocalConnectionIDs(handshakeID: localID, resetToken: resetToken)
        self.remoteIDs = RemoteConnectionIDs(handshakeID: peerHandshakeID)
        self.idleDeadline = now + configuration.idleTimeout
        self.amplification = AmplificationLimit(isValidated: role == .client || retriedFrom != nil)
        self.pathMTU = PathMTUDiscovery(limit: configuration.datagramByteCountMax, family: address.family)
        self.explicitCongestion = ExplicitCongestion(isEnabled: configuration.usesExplicitCongestionNotification)
        self.unpredictable = UnpredictableNumbers(key: SecretBytes(random.bytes(32)))
        self.spinBit = SpinBit(role: role, unpredictable: &self.unpredictable)
        self.received = PerSpace(ReceivedPackets(space: .initial))
        self.received[.handshake] = ReceivedPackets(space: .handshake)
        self.received[.application] = ReceivedPackets(space: .application)
        self.crypto = PerSpace(CryptoStream())
        self.recovery = LossRecovery(
            role: role,
            datagramByteCount: self.pathMTU.current,
            congestionControl: configuration.congestionControl,
            skipKey: SecretBytes(random.bytes(32)),
            now: now
        )
        self.streams = StreamTable(role: role, limits: parameters)
        // Deriving keys from a connection id does not fail; without them no packet is sent and the dial times out.
        self.levels[.initial] = try? ProtectionLevel(initialFor: role, destinationConnectionID: originalDestinationID)
    }

    // MARK: - Queries

    /// The smoothed round-trip time; the initial guess before the first sample.
    public var smoothedRoundTrip: Nanoseconds { self.recovery.roundTrip.smoothed }

    /// Whether the peer answers acknowledgement envelopes (spec 02 §9.3).
    public var peerAcknowledgesMessages: Bool { self.peerParameters?.receiveAcknowledgement == true }

    /// Whether the path has shown that it carries ECN marks and reports them (RFC 9000 §13.4.2).
    public var usesExplicitCongestionNotification: Bool { self.explicitCongestion.state == .capable }

    /// Whether application data can flow.
    public var isEstablished: Bool {
        if case .established = self.state { true } else { false }
    }

    /// Keying material bound to this connection (RFC 8446 §7.5); `nil` before completion.
    public func exportKeyingMaterial(label: String, context: [UInt8], byteCount: Int) -> SecretBytes? {
        self.tls.exportKeyingMaterial(label: label, context: context, byteCount: byteCount)
    }

    /// The ids under which packets for this connection arrive.
    var routedConnectionIDs: [ConnectionID] {
        let issued = self.localIDs.active.map(\.id)
        return self.role == .server ? issued + [self.originalDestinationID] : issued
    }

    /// How many more ids the endpoint should issue.
    var missingConnectionIDCount: Int {
        guard let peerParameters, self.isEstablished else { return 0 }
        return self.localIDs.missingCount(peerLimit: peerParameters.activeConnectionIDLimit)
    }

    mutating func issueConnectionID(_ id: ConnectionID, resetToken: [UInt8]) {
        self.localIDs.issue(id, resetToken: resetToken)
        self.routeChanges.append(.issued(id))
    }

    mutating func nextEvent() -> ConnectionEvent? { self.events.popFirst() }
}
