// SPDX-License-Identifier: MIT OR Apache-2.0

package import GossipCore
package import Primitives

/// A network of gossip nodes under virtual time: seeded, single-threaded, replayable.
///
/// The same ``GossipNode`` runs here that runs in the daemon, in the place of its shell: it connects, sends, signs and
/// verifies what the node asks for. A node is known by its index. Adversaries run the same node and tamper with its output.
package struct GossipNetwork {
    /// Something that will happen.
    enum Happening {
        case arrival([UInt8], from: Int, to: Int, incarnation: UInt32)
        case event(GossipEvent, at: Int, incarnation: UInt32)
        case timer(Int)
        /// A node notices that a connection is dead, unless there is a new one.
        case linkLost(at: Int, peer: Int)
        /// An attempt to connect has come back, or has not.
        case dialed(by: Int, to: Int, incarnation: UInt32)
        case attack(Int)
    }

    struct Member {
        let identity: GossipIdentity
        let machineKey: SignatureDouble.KeyPair
        let agentKey: SignatureDouble.KeyPair
        var node: GossipNode
        var isUp = true
        var upSince: Instant
        /// How often the node was started; events of an earlier life do not reach it.
        var incarnation: UInt32 = 0
        /// Nodes of different groups cannot hear each other.
        var group = 0
        /// The timer that counts; others are stale.
        var timerAt: Instant?
        var nonce: UInt64 = 0
        /// Connections as this node sees them; one side may be late to notice the end.
        var neighbours: Set<Int> = []
        var clock = SkewedClock()
        var uplink: Uplink?
        var adversary: Adversary?
        var topics: [String] = []
    }

    /// When a run starts: late enough for clocks that are behind.
    static let start = Instant.epoch + .seconds(86_400)

    let seed: UInt64
    let signatures: SignatureDouble
    let configuration: GossipConfiguration
    var members: [Member] = []
    var indices: [PeerID: Int] = [:]
    var happenings = EventQueue<Happening>()
    var random: SplitMix64
    /// What the node that is being served wants done; empty between two events.
    var actions: [GossipAction] = []
    /// Links cut by a partition that come back when it heals.
    var cutLinks: [(Int, Int)] = []
    var honestAgents: [AgentID: Int] = [:]

    /// What happens to messages from now on.
    package var conditions: GossipConditions
    /// The virtual clock.
    package internal(set) var now = Self.start
    /// Everything published by honest nodes, in order.
    package internal(set) var publications: [GossipPublication] = []
    /// What travelled.
    package internal(set) var traffic = GossipTraffic()
    /// What must not happen; stays empty.
    package internal(set) var violations = GossipViolations()
    /// Events handled since the start.
    package private(set) var eventCount: UInt64 = 0

    /// Creates unconnected nodes; everything follows from `seed`.
    package init(
        nodeCount: Int,
        seed: UInt64,
        conditions: GossipConditions = GossipConditions(),
        configuration: GossipConfiguration = GossipConfiguration()
    ) {
        self.seed = seed
        self.random = SplitMix64(seed: seed)
        self.signatures = SignatureDouble(seed: seed)
        self.conditions = conditions
        var configuration = configuration
        configuration.scheme = SignatureDouble.scheme
        self.configuration = configuration
        self.members.reserveCapacity(nodeCount)
        for index in 0..<nodeCount {
            let (identity, machineKey, agentKey) = self.signatures.identity(of: index)
            let node = GossipNode(
                identity: identity,
                configuration: configuration,
                seed: self.random.next(),
                now: self.now
            )
            self.members.append(
                Member(identity: identity, machineKey: machineKey, agentKey: agentKey, node: node, upSince: self.now)
            )
            self.indices[identity.peerID] = index
            self.honestAgents[identity.agentID] = index
            self.rearm(index)
        }
    }

    /// Number of nodes, crashed ones included.
    package var nodeCount: Int { self.members.count }

    /// Messages the network lost, partitions included.
    package var lostCount: UInt64 { self.traffic.lostCount }

    /// A node, to look at.
    package func node(_ index: Int) -> GossipNode { self.members[index].node }

    /// Whether a node is running.
    package func isUp(_ index: Int) -> Bool { self.members[index].isUp }

    /// Whether a node follows the protocol.
    package func isHonest(_ index: Int) -> Bool { self.members[index].adversary == nil }

    /// The transport identity of a node.
    package func peerID(_ index: Int) -> PeerID { self.members[index].identity.peerID }

    /// The nodes a node is connected to, as it sees it.
    package func neighbours(of index: Int) -> Set<Int> { self.members[index].neighbours }

    // MARK: Time

    /// Lets virtual time pass.
    package mutating func run(for span: Nanoseconds) {
        let end = self.now + span
        while let next = self.happenings.popNext(until: end) {
            self.now = max(self.now, next.at)
            self.eventCount += 1
            self.perform(next.payload, at: next.at)
        }
        self.now = end
    }

    private mutating func perform(_ happening: Happening, at instant: Instant) {
        switch happening {
        case .arrival(let bytes, let source, let destination, let incarnation):
            self.arrived(bytes, from: source, at: destination, incarnation: incarnation)
        case .event(let event, let index, let incarnation):
            guard self.members[index].incarnation == incarnation else { return }
            self.give(event, to: index)
        case .timer(let index):
            guard self.members[index].isUp, self.members[index].timerAt == instant else { return }
            self.members[index].timerAt = nil
            let reading = self.members[index].clock.reading(at: self.now)
            self.members[index].node.handleTimeout(now: reading, into: &self.actions)
            self.performActions(of: index)
        case .linkLost(let index, let peer):
            self.noticeLoss(at: index, of: peer)
        case .dialed(let index, let peer, let incarnation):
            self.dialed(peer, by: index, incarnation: incarnation)
        case .attack(let index):
            self.attack(from: index)
        }
    }

    mutating func schedule(_ happening: Happening, after delay: Nanoseconds) {
        self.happenings.insert(happening, at: self.now + delay)
    }

    /// Gives a node an event and does what it asks for.
    mutating func give(_ event: GossipEvent, to index: Int) {
        guard self.members[index].isUp else { return }
        let reading = self.members[index].clock.reading(at: self.now)
        self.members[index].node.handle(event, now: reading, into: &self.actions)
        self.performActions(of: index)
    }

    mutating func rearm(_ index: Int) {
        guard self.members[index].isUp, let reading = self.members[index].node.nextDeadline else { return }
        let deadline = max(self.now, self.members[index].clock.instant(of: reading))
        if let timerAt = self.members[index].timerAt, timerAt <= deadline { return }
        self.members[index].timerAt = deadline
        self.happenings.insert(.timer(index), at: deadline)
    }

    mutating func happens(_ probability: Double) -> Bool {
        probability > 0 && Double.random(in: 0..<1, using: &self.random) < probability
    }
}
