// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Discovery
internal import Node
internal import Presence
internal import Primitives
internal import Synchronization

/// Dials machines after their announcements, as ``AutoConnect`` allows.
///
/// Addresses are those of the discovery cache: at most eight, filtered by the node's address policy. Only the machine
/// itself is accepted at them, and one that only blocked agents use is left alone.
final class AutoConnector: Sendable {
    private let transport: any PeerTransport
    private let discovery: DiscoveryService
    private let trust: PresenceTrust
    private let dialer: DialService
    private let clock: SystemClock
    private let plan: Mutex<AutoConnect>
    /// Announced machines that wait to be looked at; more are looked at after their next announcement.
    private let candidates = Lane<MachineID>(capacity: 256, overflow: .dropNewest)

    init(
        transport: any PeerTransport,
        discovery: DiscoveryService,
        trust: PresenceTrust,
        dialer: DialService,
        peerCountMax: Int,
        clock: SystemClock
    ) {
        self.transport = transport
        self.discovery = discovery
        self.trust = trust
        self.dialer = dialer
        self.clock = clock
        self.plan = Mutex(AutoConnect(peerCountMax: peerCountMax))
    }

    /// A verified announcement named addresses of a machine.
    func announced(_ machine: MachineID) { _ = self.candidates.offer(machine) }

    /// Dials until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { tasks in
            for await machine in self.candidates {
                guard self.trust.standing(of: machine) != .blocked else { continue }
                let connected = Set(await self.transport.connectedPeers().map(\.id))
                let now = self.clock.now()
                guard self.plan.withLock({ $0.begin(machine, connected: connected, now: now) }) else { continue }
                tasks.addTask { await self.dial(machine) }
            }
            tasks.cancelAll()
        }
    }

    private func dial(_ machine: MachineID) async {
        let addresses = self.discovery.machine(machine)?.addresses ?? []
        let limit = AgentConnector.attemptLimit
        let reached = await self.dialer.dialAny(
            addresses,
            of: .machine(machine),
            expecting: machine,
            within: limit
        )
        if let reached { self.discovery.reached(machine, at: reached.address) }
        self.plan.withLock { $0.finished(machine, isConnected: reached != nil) }
    }

    /// What happened so far.
    var statistics: AutoConnect.Statistics { self.plan.withLock { $0.statistics } }
}
