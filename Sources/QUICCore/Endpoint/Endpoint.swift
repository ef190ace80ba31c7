// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite
internal import DequeModule
public import Primitives

/// All QUIC connections of one UDP port, as a value without sockets or clocks.
///
/// Feed it datagrams, time and commands; after each input take its events (`nextEvent`) and datagrams
/// (`nextDatagram`) until both are `nil`, then wait for `nextDeadline`. Slow cryptography leaves as an event and comes
/// back through `cryptoCompleted`.
public struct Endpoint: Sendable {
    struct Slot: Sendable {
        let generation: UInt64
        private var box: ConnectionBox
        var isQueuedForSending = false
        var isHalfOpenInbound: Bool
        /// The host an established inbound connection is counted for; its port is 0.
        var countedHost: NetworkAddress?

        init(generation: UInt64, connection: Connection, isHalfOpenInbound: Bool) {
            self.generation = generation
            self.box = ConnectionBox(connection)
            self.isHalfOpenInbound = isHalfOpenInbound
        }

        /// The connection, read and changed in place.
        var connection: Connection {
            _read { yield self.box.value }
            _modify { yield &self.box.value }
        }

        /// Runs a command in place: a connection copied out of its slot and back would cost its whole size.
        mutating func apply<T>(_ body: (inout Connection) -> T) -> T { body(&self.connection) }
    }

    let configuration: EndpointConfiguration
    var random: any SecureRandom
    /// At most `connectionCountMax` entries; freed slots are reused under a new generation.
    var slots: [Slot?] = []
    /// The next deadline of each slot, so that looking for the earliest one mostly touches nothing else:
    /// `.distantFuture` for none, `.epoch` while the connection waits in the send queue and has to be asked.
    private var deadlines: [Instant] = []
    private var freeSlots: [Int] = []
    private var lastGeneration: UInt64 = 0
    /// Every id issued by a live connection, plus the first destination id of half-open inbound ones.
    var routes: [ConnectionID: ConnectionHandle] = [:]
    /// Inbound connections whose handshake is going on.
    package internal(set) var halfOpenCount = 0
    /// Established inbound connections per host, only for hosts with some.
    var hostCounts: [NetworkAddress: Int] = [:]
    /// Seals the tokens of Retry packets; made when the first one is needed.
    var retryTokens: RetryTokenSealer?
    /// Connections that may have something to send; each at most once.
    private var sendQueue: Deque<ConnectionHandle> = []
    private var events: Deque<(ConnectionHandle, ConnectionEvent)> = []
    /// Datagrams that belong to no connection; at most `unconnectedDatagramCountMax`.
    var unconnectedDatagrams: Deque<OutgoingDatagram> = []
    static let unconnectedDatagramCountMax = 64
    /// At most one stateless reset per 20 ms (spec 02 §3.6).
    static let resetInterval = Nanoseconds.milliseconds(20)
    var lastResetSentAt: Instant?

    var buffers = PacketBuffers()

    /// Counters since creation.
    public internal(set) var statistics = EndpointStatistics()

    /// Creates an endpoint without connections.
    public init(configuration: EndpointConfiguration, random: any SecureRandom) {
        self.configuration = configuration
        self.random = random
    }

    /// Number of connections, closing ones included.
    public var connectionCount: Int { self.slots.count - self.freeSlots.count }

    /// Number of connections that were dialled, are established or were.
    var fullConnectionCount: Int { self.connectionCount - self.halfOpenCount }

    /// Number of connection ids that lead to a connection.
    package var routeCount: Int { self.routes.count }

    /// The connections, to look at.
    package var connections: [Connection] { self.slots.compactMap { $0?.connection } }

    /// When `handleTimeout` wants to be called next.
    public var nextDeadline: Instant? {
        var earliest = Instant.distantFuture
        for (slot, deadline) in self.deadlines.enumerated() {
            let known = deadline == .epoch ? self.slots[slot]?.connection.nextDeadline : deadline
            earliest = min(earliest, known ?? .distantFuture)
        }
        return earliest == .distantFuture ? nil : earliest
    }

    /// To be called when a connection leaves the send queue: every change has put it there.
    private mutating func refreshDeadline(of handle: ConnectionHandle) {
        self.deadlines[handle.slot] = self.slots[handle.slot]?.apply { $0.nextDeadline } ?? .distantFuture
    }

    /// Whether `nextEvent` has something to say.
    public var hasEvents: Bool { !self.events.isEmpty }

    /// The next event, in the order they happened.
    public mutating func nextEvent() -> (ConnectionHandle, ConnectionEvent)? { self.events.popFirst() }

    /// The next datagram to send; connections take turns.
    public mutating func nextDatagram(now: Instant) -> OutgoingDatagram? {
        if let datagram = self.unconnectedDatagrams.popFirst() { return self.counted(datagram) }
        while let handle = self.sendQueue.popFirst() {
            guard self.slots[handle.slot]?.generation == handle.generation else { continue }
            self.slots[handle.slot]?.isQueuedForSending = false
            if let foreign = self.slots[handle.slot]?.connection.nextForeignDatagram(now: now) {
                self.queueForSending(handle)
                return self.counted(foreign)
            }
            let bytes = self.slots[handle.slot]?.connection.nextDatagram(now: now, buffers: &self.buffers)
            self.collectEvents(of: handle)
            let codepoint = self.slots[handle.slot]?.connection.departureCodepoint ?? .notCapable
            guard let bytes, let address = self.slots[handle.slot]?.connection.remoteAddress else {
                self.refreshDeadline(of: handle)
                continue
            }
            self.queueForSending(handle)
            return self.counted(OutgoingDatagram(bytes: bytes, destination: address, codepoint: codepoint))
        }
        return nil
    }

    /// Gives back the storage of a datagram that has been sent, for the next one.
    ///
    /// Optional: it saves an allocation per datagram when nobody else holds its bytes.
    public mutating func recycle(_ datagram: consuming OutgoingDatagram) { self.buffers.datagram = datagram.bytes }

    private mutating func counted(_ datagram: OutgoingDatagram) -> OutgoingDatagram {
        self.statistics.datagramsSent += 1
        self.statistics.bytesSent += UInt64(datagram.bytes.count)
        return datagram
    }

    /// Fires every timer that is due; an early call does nothing.
    public mutating func handleTimeout(now: Instant) {
        for index in self.deadlines.indices where self.deadlines[index] <= now {
            guard let generation = self.slots[index]?.generation else { continue }
            let handle = ConnectionHandle(slot: index, generation: generation)
            self.update(handle) { $0.handleTimeout(now: now) }
        }
    }

    /// Dials an address.
    public mutating func connect(
        to address: NetworkAddress,
        serverName: String,
        now: Instant
    ) throws(ConnectError) -> ConnectionHandle {
        guard self.fullConnectionCount < self.configuration.connectionCountMax else { throw .tooManyConnections }
        let local = self.newConnectionID()
        let connection = Connection(
            dialling: address,
            serverName: serverName,
            configuration: self.configuration.connection,
            localID: local,
            resetToken: self.resetToken(for: local),
            random: &self.random,
            now: now
        )
        return self.add(connection, isInbound: false)
    }

    /// Runs a command on a live connection and takes care of what follows from it.
    ///
    /// - Returns: What `body` returns, or `nil` when the connection no longer exists.
    @discardableResult
    public mutating func update<T>(_ handle: ConnectionHandle, _ body: (inout Connection) -> T) -> T? {
        guard self.slots.indices.contains(handle.slot), self.slots[handle.slot]?.generation == handle.generation
        else { return nil }
        let result = self.slots[handle.slot]?.apply(body)
        assert(self.slots[handle.slot]?.connection.holdsInvariants ?? true, "an invariant of a connection is broken")
        self.refillConnectionIDs(of: handle)
        self.collectEvents(of: handle)
        self.queueForSending(handle)
        return result
    }

    /// A live connection, to look at.
    public subscript(handle: ConnectionHandle) -> Connection? {
        guard self.slots.indices.contains(handle.slot), let slot = self.slots[handle.slot],
            slot.generation == handle.generation
        else { return nil }
        return slot.connection
    }

    // MARK: - Bookkeeping

    mutating func add(_ connection: Connection, isInbound: Bool) -> ConnectionHandle {
        self.lastGeneration += 1
        let slot = Slot(generation: self.lastGeneration, connection: connection, isHalfOpenInbound: isInbound)
        let index = self.freeSlots.popLast() ?? self.slots.count
        if index == self.slots.count {
            self.slots.append(slot)
            self.deadlines.append(.distantFuture)
        } else {
            self.slots[index] = slot
        }
        let handle = ConnectionHandle(slot: index, generation: self.lastGeneration)
        if isInbound { self.halfOpenCount += 1 }
        for id in connection.routedConnectionIDs { self.routes[id] = handle }
        self.collectEvents(of: handle)
        self.queueForSending(handle)
        return handle
    }

    private mutating func queueForSending(_ handle: ConnectionHandle) {
        guard self.slots[handle.slot]?.generation == handle.generation,
            self.slots[handle.slot]?.isQueuedForSending == false
        else { return }
        self.slots[handle.slot]?.isQueuedForSending = true
        self.deadlines[handle.slot] = .epoch
        self.sendQueue.append(handle)
    }

    /// Moves a connection's events into the endpoint's queue, keeping the routing table up to date on the way.
    private mutating func collectEvents(of handle: ConnectionHandle) {
        if self.slots[handle.slot]?.connection.routeChanges.isEmpty == false { self.updateRoutes(of: handle) }
        while let event = self.slots[handle.slot]?.connection.nextEvent() {
            switch event {
            case .handshakeCompleted:
                guard self.admitEstablished(handle) else { continue }
                self.statistics.handshakesCompleted += 1
                self.events.append((handle, event))
            case .closed:
                self.endHalfOpen(handle)
                self.statistics.connectionsClosed += 1
                self.events.append((handle, event))
            case .drained:
                self.remove(handle)
                self.events.append((handle, event))
                return
            default: self.events.append((handle, event))
            }
        }
    }

    private mutating func updateRoutes(of handle: ConnectionHandle) {
        let changes = self.slots[handle.slot]?.connection.routeChanges ?? []
        self.slots[handle.slot]?.connection.routeChanges = []
        for change in changes {
            switch change {
            case .issued(let id): self.routes[id] = handle
            case .retired(let id): self.routes[id] = nil
            }
        }
    }

    mutating func endHalfOpen(_ handle: ConnectionHandle) {
        guard self.slots[handle.slot]?.isHalfOpenInbound == true else { return }
        self.slots[handle.slot]?.isHalfOpenInbound = false
        self.halfOpenCount -= 1
    }

    private mutating func remove(_ handle: ConnectionHandle) {
        guard let slot = self.slots[handle.slot], slot.generation == handle.generation else { return }
        self.endHalfOpen(handle)
        if let host = slot.countedHost { self.releaseHost(host) }
        for id in slot.connection.routedConnectionIDs where self.routes[id] == handle { self.routes[id] = nil }
        self.statistics.packetsDropped += slot.connection.droppedPacketCount
        self.slots[handle.slot] = nil
        self.deadlines[handle.slot] = .distantFuture
        self.freeSlots.append(handle.slot)
    }

    /// Issues as many connection ids as the peer allows once its limit is known.
    private mutating func refillConnectionIDs(of handle: ConnectionHandle) {
        for _ in 0..<(self.slots[handle.slot]?.connection.missingConnectionIDCount ?? 0) {
            let id = self.newConnectionID()
            let token = self.resetToken(for: id)
            self.slots[handle.slot]?.connection.issueConnectionID(id, resetToken: token)
        }
    }

    /// A fresh 8-byte id that no connection uses.
    mutating func newConnectionID() -> ConnectionID {
        while true {
            if let id = ConnectionID(self.random.bytes(ConnectionID.localByteCount)), self.routes[id] == nil {
                return id
            }
        }
    }

    /// The stateless reset token of an id: the first 16 bytes of HMAC-SHA256 (spec 02 §3.6).
    func resetToken(for id: ConnectionID) -> [UInt8] {
        Array(HashAlgorithm.sha256.authenticationCode(of: id.bytes, key: self.configuration.resetKey).prefix(16))
    }
}
