// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Connectivity
internal import Discovery
internal import Identity
internal import Logging
internal import Node
internal import Primitives
internal import Storage
internal import Synchronization

/// Remembers peers across restarts, and goes back to them when there are too few connections (spec 03 §14, §15.3).
///
/// Only addresses the node may dial at all are kept. What it learns is on disk a few seconds later, and at shutdown.
final class PeerMemory: Sendable {
    /// With fewer peers the node looks for more among those it remembers.
    static let wantedPeerCount = 3
    /// Remembered peers tried in one round.
    static let candidateCount = 12
    /// The pause between two rounds; the first ones come sooner.
    static let pauseMax = Nanoseconds.seconds(60)
    /// The longest a dial may take (spec 04 §11).
    static let dialLimit = Nanoseconds.seconds(15)
    /// How long changes gather before they are written.
    static let writeDelay = Nanoseconds.seconds(2)

    private let book: Mutex<PeerBook>
    private let store: Store
    private let transport: any PeerTransport
    private let dialer: DialService
    private let addresses: OwnAddresses
    private let clock: SystemClock
    private let logger: Logger
    private let changes = Lane<Void>(capacity: 1, overflow: .dropNewest)

    /// Creates the memory with what is stored.
    init(
        stored rows: [PeerRow],
        store: Store,
        transport: any PeerTransport,
        dialer: DialService,
        addresses: OwnAddresses,
        clock: SystemClock,
        logger: Logger
    ) {
        let stored = rows.map { row in
            KnownPeer(
                id: row.peerID,
                addresses: row.addresses.filter { Self.isUsable($0, addresses.policy) },
                firstSeen: row.firstSeen,
                lastSeen: row.lastSeen,
                successCount: row.successCount,
                failureCount: row.failureCount,
                roundTripMilliseconds: row.roundTripMilliseconds
            )
        }
        self.book = Mutex(PeerBook(localPeer: transport.localPeerID, stored: stored))
        self.store = store
        self.transport = transport
        self.dialer = dialer
        self.addresses = addresses
        self.clock = clock
        self.logger = logger
    }

    /// Peers remembered now.
    var count: Int { self.book.withLock { $0.count } }

    // MARK: - What happens

    /// A connection came about.
    func connected(to peer: ConnectedPeer) {
        guard Self.isUsable(peer.address, self.addresses.policy) else { return }
        self.update { book, now in
            book.connected(
                to: peer.id,
                at: peer.address,
                roundTripMilliseconds: UInt32(clamping: peer.smoothedRoundTrip.milliseconds),
                now: now
            )
        }
    }

    /// Whether an address a peer was reached at is worth remembering: also one of a private network, which nobody is told.
    private static func isUsable(_ address: NetworkAddress, _ policy: AddressPolicy) -> Bool {
        policy.allows(address) || (policy == .publicOnly && !address.isLoopback && address.port > 0)
    }

    /// A machine announced where it is.
    func learned(_ addresses: [NetworkAddress], of machine: MachineID) {
        let usable = self.addresses.policy.filter(addresses, limit: PeerBook.addressCountMax)
        self.update { $0.learned(usable, of: machine, now: $1) }
    }

    private func update(_ body: (inout PeerBook, UInt64) -> Void) {
        let now = self.clock.wallTime().seconds
        self.book.withLock { body(&$0, now) }
        self.changes.offer(())
    }

    // MARK: - On disk

    /// Writes what changes, a little later, until the task is cancelled.
    func run() async {
        for await _ in self.changes {
            // Cancelled or not, what is there is written at shutdown.
            guard (try? await self.clock.sleep(until: self.clock.now() + Self.writeDelay)) != nil else { return }
            await self.write()
        }
    }

    /// Writes everything that has changed.
    func write() async {
        let now = self.clock.wallTime().seconds
        let changes = self.book.withLock { book in
            book.forgetOld(now: now)
            return book.takeChanges()
        }
        do {
            try await self.store.apply(changes.map(PeerRowChange.init))
        } catch {
            self.book.withLock { $0.putBack(changes) }
            self.logger.warning("peers not stored", metadata: ["reason": "\(error)"])
        }
    }

    // MARK: - Going back

    /// Connects to remembered peers while there are too few connections, until the task is cancelled.
    func rejoin() async {
        var pause = Nanoseconds.seconds(2)
        while !Task.isCancelled {
            let connected = Set(await self.transport.connectedPeers().map(\.id))
            if connected.count < Self.wantedPeerCount { await self.dialCandidates(without: connected) }
            // Cancellation ends the loop at its head.
            try? await self.clock.sleep(until: self.clock.now() + pause)
            pause = min(pause * 2, Self.pauseMax)
        }
    }

    private func dialCandidates(without connected: Set<PeerID>) async {
        let now = self.clock.wallTime().seconds
        var random = SystemRandomNumberGenerator()
        let candidates = self.book.withLock {
            $0.candidates(Self.candidateCount, without: connected, now: now, using: &random)
        }
        await withDiscardingTaskGroup { tasks in
            for peer in candidates {
                tasks.addTask {
                    let reached = await self.dialer.dialAny(
                        peer.addresses,
                        of: .machine(peer.id),
                        expecting: peer.id,
                        within: Self.dialLimit
                    )
                    // A success is counted where connections are.
                    if reached == nil, !Task.isCancelled { self.update { $0.failed(toReach: peer.id, now: $1) } }
                }
            }
        }
    }
}

extension PeerRowChange {
    fileprivate init(_ change: PeerBook.Change) {
        switch change {
        case .remove(let peer): self = .remove(peer)
        case .save(let peer):
            self = .save(
                PeerRow(
                    peerID: peer.id,
                    addresses: peer.addresses,
                    firstSeen: peer.firstSeen,
                    lastSeen: peer.lastSeen,
                    successCount: peer.successCount,
                    failureCount: peer.failureCount,
                    roundTripMilliseconds: peer.roundTripMilliseconds
                )
            )
        }
    }
}
