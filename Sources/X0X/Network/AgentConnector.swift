// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Discovery
internal import Logging
internal import Node
internal import Presence
internal import Primitives
internal import Trust

/// Brings connections about: to an agent somebody asks for, and to the configured peers as long as the node runs.
final class AgentConnector: Sendable {
    private let transport: any PeerTransport
    private let discovery: DiscoveryService
    private let contacts: ContactSnapshot
    private let trust: PresenceTrust
    private let dialer: DialService
    private let bootstrapPeers: [NetworkAddress]
    private let clock: SystemClock
    private let logger: Logger

    /// The whole of one attempt: clients give up after 30 s (spec 11 §7.10), an attempt after 8 s (spec 01 §9).
    static let attemptLimit = Nanoseconds.seconds(8)

    init(
        transport: any PeerTransport,
        discovery: DiscoveryService,
        contacts: ContactSnapshot,
        trust: PresenceTrust,
        dialer: DialService,
        bootstrapPeers: [NetworkAddress],
        clock: SystemClock,
        logger: Logger
    ) {
        self.transport = transport
        self.discovery = discovery
        self.contacts = contacts
        self.trust = trust
        self.dialer = dialer
        self.bootstrapPeers = bootstrapPeers
        self.clock = clock
        self.logger = logger
    }

    /// Connects to an agent (spec 01 §9); blocked agents are never dialled.
    ///
    /// With a known machine only that machine is accepted. The outcome is `direct` when one of the agent's own addresses
    /// worked: no coordinator takes part yet, so `coordinated` would claim too much.
    func connect(to agent: AgentID, within limit: Nanoseconds) async -> (outcome: ConnectOutcome, machine: MachineID?) {
        guard let record = self.discovery.agent(agent) else { return (ConnectOutcome(.notFound), nil) }
        guard !self.contacts.book.isBlocked(agent) else { return (ConnectOutcome(.unreachable), nil) }
        if let machine = record.knownMachineID, let live = await self.connection(to: machine) {
            return (ConnectOutcome(.direct, address: record.addresses.first ?? live.address), machine)
        }
        guard !record.addresses.isEmpty else { return (ConnectOutcome(.unreachable), nil) }
        let expected = record.knownMachineID
        let dialed = await self.dialer.dialAny(
            record.addresses,
            of: .agent(agent),
            expecting: expected,
            within: limit
        )
        guard let (peer, address) = dialed else {
            // The other side, or the overlay, may have dialled at the same time, and only one connection stays.
            guard let expected, let live = await self.connection(to: expected) else {
                return (ConnectOutcome(.unreachable), nil)
            }
            return (ConnectOutcome(.direct, address: live.address), expected)
        }
        if expected != nil { self.discovery.reached(peer, at: address) }
        return (ConnectOutcome(.direct, address: address), peer)
    }

    /// Connects to a machine, and to no other; one that only blocked agents use is not dialled.
    func connect(toMachine machine: MachineID, within limit: Nanoseconds) async -> ConnectOutcome {
        let record = self.discovery.machine(machine)
        if let live = await self.connection(to: machine) {
            return ConnectOutcome(.direct, address: record?.addresses.first ?? live.address)
        }
        guard let record else { return ConnectOutcome(.notFound) }
        guard self.trust.standing(of: machine) != .blocked, !record.addresses.isEmpty else {
            return ConnectOutcome(.unreachable)
        }
        let dialed = await self.dialer.dialAny(
            record.addresses,
            of: .machine(machine),
            expecting: machine,
            within: limit
        )
        guard let (peer, address) = dialed else { return ConnectOutcome(.unreachable) }
        self.discovery.reached(peer, at: address)
        return ConnectOutcome(.direct, address: address)
    }

    private func connection(to machine: MachineID) async -> ConnectedPeer? {
        await self.transport.connectedPeers().first { $0.id == machine }
    }

    // MARK: - Configured peers

    /// Keeps a connection to every configured peer until the task is cancelled.
    func keepConnected() async {
        await withDiscardingTaskGroup { tasks in
            for address in Set(self.bootstrapPeers).sorted() {
                tasks.addTask { await self.keepConnected(to: address) }
            }
        }
    }

    /// Dials one configured peer, again and again with growing pauses, and looks after it once a minute.
    private func keepConnected(to address: NetworkAddress) async {
        var pauseSeconds: Int64 = 1
        var peer: PeerID?
        while !Task.isCancelled {
            if let known = peer, await self.transport.connectedPeers().contains(where: { $0.id == known }) {
                pauseSeconds = Self.pauseSecondsMax
            } else {
                let outcome = await self.dialer.dial(address, expecting: peer, within: .seconds(15))
                if case .connected(let connected) = outcome {
                    peer = connected
                    pauseSeconds = Self.pauseSecondsMax
                } else {
                    self.logger.debug("configured peer does not answer", metadata: ["peer.address": "\(address)"])
                    // A peer that was reinstalled has another identity.
                    if case .failed(.wrongPeer) = outcome { peer = nil }
                    pauseSeconds = min(pauseSeconds * 2, Self.pauseSecondsMax)
                }
            }
            // Cancellation ends the loop at its head.
            try? await self.clock.sleep(until: self.clock.now() + .seconds(pauseSeconds))
        }
    }

    /// The longest pause between two looks at a configured peer.
    private static let pauseSecondsMax: Int64 = 60
}
