// SPDX-License-Identifier: MIT OR Apache-2.0

package import GossipCore
internal import HeapModule
package import Primitives

/// A network of gossip nodes under virtual time: seeded, single-threaded, replayable.
///
/// The same ``GossipNode`` runs here that runs in the daemon. A node is known by its index; links are connections between
/// two nodes, and whoever crashes is noticed by its neighbours after `detectionDelay`.
package struct GossipNetwork {
    private enum Kind {
        case arrival([UInt8], from: Int, to: Int)
        case event(GossipEvent, at: Int)
        case timer(Int)
    }

    /// Something that will happen at an instant; ties are broken by order of creation.
    private struct Happening: Comparable {
        let at: Instant
        let sequence: UInt64
        let kind: Kind

        static func == (lhs: Happening, rhs: Happening) -> Bool { lhs.sequence == rhs.sequence }
        static func < (lhs: Happening, rhs: Happening) -> Bool { (lhs.at, lhs.sequence) < (rhs.at, rhs.sequence) }
    }

    private struct Member {
        let identity: GossipIdentity
        var node: GossipNode
        var isUp = true
        /// Nodes of different groups cannot hear each other.
        var group = 0
        /// The timer that counts; others are stale.
        var timerAt: Instant?
        var nonce: UInt64 = 0
        var neighbours: Set<Int> = []
    }

    private var members: [Member] = []
    private var indices: [PeerID: Int] = [:]
    private var happenings: Heap<Happening> = []
    private var sequence: UInt64 = 0
    private var random: SplitMix64
    private var actions: [GossipAction] = []

    /// What happens to messages from now on.
    package var conditions: GossipConditions
    /// How long neighbours take to notice a crash: QUIC's idle time-out, shortened by keep-alive failures.
    package var detectionDelay = Nanoseconds.seconds(5)
    /// The virtual clock.
    package private(set) var now = Instant.epoch + .seconds(1)
    /// Everything published, in order.
    package private(set) var publications: [GossipPublication] = []
    /// Messages the network lost, partitions included.
    package private(set) var lostCount: UInt64 = 0

    /// Creates unconnected nodes; everything follows from `seed`.
    package init(
        nodeCount: Int,
        seed: UInt64,
        conditions: GossipConditions = GossipConditions(),
        configuration: GossipConfiguration = GossipConfiguration()
    ) {
        self.random = SplitMix64(seed: seed)
        self.conditions = conditions
        var configuration = configuration
        configuration.scheme = GossipSignatureDouble.scheme
        for index in 0..<nodeCount {
            let identity = GossipSignatureDouble.identity(of: index)
            let node = GossipNode(
                identity: identity,
                configuration: configuration,
                seed: self.random.next(),
                now: self.now
            )
            self.members.append(Member(identity: identity, node: node))
            self.indices[identity.peerID] = index
            self.rearm(index)
        }
    }

    /// Number of nodes, crashed ones included.
    package var nodeCount: Int { self.members.count }

    /// A node, to look at.
    package func node(_ index: Int) -> GossipNode { self.members[index].node }

    /// Whether a node is running.
    package func isUp(_ index: Int) -> Bool { self.members[index].isUp }

    /// The transport identity of a node.
    package func peerID(_ index: Int) -> PeerID { self.members[index].identity.peerID }

    // MARK: Topology

    /// Connects two nodes.
    package mutating func connect(_ first: Int, _ second: Int) {
        guard first != second, self.members[first].neighbours.insert(second).inserted else { return }
        self.members[second].neighbours.insert(first)
        self.give(.peerConnected(self.peerID(second)), to: first)
        self.give(.peerConnected(self.peerID(first)), to: second)
    }

    /// Ends the connection between two nodes; both notice at once.
    package mutating func disconnect(_ first: Int, _ second: Int) {
        guard self.members[first].neighbours.remove(second) != nil else { return }
        self.members[second].neighbours.remove(first)
        self.give(.peerDisconnected(self.peerID(second)), to: first)
        self.give(.peerDisconnected(self.peerID(first)), to: second)
    }

    /// Connects everybody with everybody.
    package mutating func connectAll() {
        for first in self.members.indices {
            for second in self.members.indices where second > first { self.connect(first, second) }
        }
    }

    /// A connected random graph: a ring, and chords until the mean degree is `degree` (at least 2).
    package mutating func connectRandomly(degree: Int) {
        let count = self.members.count
        for index in 0..<count { self.connect(index, (index + 1) % count) }
        var missing = count * max(0, degree - 2) / 2
        while missing > 0 {
            let first = Int.random(in: 0..<count, using: &self.random)
            let second = Int.random(in: 0..<count, using: &self.random)
            missing -= 1
            self.connect(first, second)
        }
    }

    /// Stops a node without a word; its neighbours notice later.
    package mutating func crash(_ index: Int) {
        self.members[index].isUp = false
        self.members[index].timerAt = nil
        for neighbour in self.members[index].neighbours.sorted() {
            self.members[neighbour].neighbours.remove(index)
            self.schedule(.event(.peerDisconnected(self.peerID(index)), at: neighbour), after: self.detectionDelay)
        }
        self.members[index].neighbours = []
    }

    /// Splits the network: nodes hear only nodes of their own group; all links that cross are noticed after `detectionDelay`.
    package mutating func partition(_ group: (Int) -> Int) {
        for index in self.members.indices { self.members[index].group = group(index) }
        for index in self.members.indices {
            for neighbour in self.members[index].neighbours.sorted()
            where self.members[index].group != self.members[neighbour].group {
                self.schedule(.event(.peerDisconnected(self.peerID(neighbour)), at: index), after: self.detectionDelay)
            }
        }
    }

    /// Ends a partition; the links that were cut are connected again.
    package mutating func heal() {
        for index in self.members.indices { self.members[index].group = 0 }
        for index in self.members.indices {
            for neighbour in self.members[index].neighbours.sorted() where neighbour > index {
                self.give(.peerConnected(self.peerID(neighbour)), to: index)
                self.give(.peerConnected(self.peerID(index)), to: neighbour)
            }
        }
    }

    // MARK: Traffic

    /// Subscribes a node to a topic.
    package mutating func subscribe(_ index: Int, to topic: String) { self.give(.subscribed(topic: topic), to: index) }

    /// Subscribes every node to a topic.
    package mutating func subscribeAll(to topic: String) {
        for index in self.members.indices { self.subscribe(index, to: topic) }
    }

    /// Publishes a message that the network follows; returns its place in ``publications``.
    ///
    /// - Parameters:
    ///   - index: The publisher.
    ///   - topic: Where.
    ///   - paddingByteCount: Bytes beyond the eight that identify the message.
    /// - Returns: The place of the message in ``publications``.
    @discardableResult
    package mutating func publish(_ index: Int, on topic: String, paddingByteCount: Int = 0) -> Int {
        let place = self.publications.count
        self.publications.append(GossipPublication(topic: topic, publisher: index, publishedAt: self.now))
        let number = (0..<8).map { UInt8(truncatingIfNeeded: place >> (56 - 8 * $0)) }
        let request = PublishRequest(
            id: RequestID(UInt64(place)),
            topic: topic,
            payload: number + Array(repeating: 0, count: paddingByteCount),
            publishedAt: UnixMillis(seconds: 1_700_000_000 + self.now.nanoseconds / 1_000_000_000)
        )
        self.give(.publish(request), to: index)
        return place
    }

    /// Delivers a message of the test's own making at once.
    package mutating func inject(_ bytes: [UInt8], from source: Int, to destination: Int) {
        self.give(.messageReceived(bytes, from: self.peerID(source)), to: destination)
    }

    // MARK: Time

    /// Lets virtual time pass.
    package mutating func run(for span: Nanoseconds) {
        let end = self.now + span
        while let next = self.happenings.min, next.at <= end {
            self.happenings.removeMin()
            self.now = max(self.now, next.at)
            self.perform(next)
        }
        self.now = end
    }

    private mutating func perform(_ happening: Happening) {
        switch happening.kind {
        case .arrival(let bytes, let source, let destination):
            guard self.members[source].group == self.members[destination].group else {
                self.lostCount += 1
                return
            }
            self.give(.messageReceived(bytes, from: self.peerID(source)), to: destination)
        case .event(let event, let index):
            self.give(event, to: index)
        case .timer(let index):
            guard self.members[index].isUp, self.members[index].timerAt == happening.at else { return }
            self.members[index].timerAt = nil
            self.actions.removeAll(keepingCapacity: true)
            self.members[index].node.handleTimeout(now: self.now, into: &self.actions)
            self.performActions(of: index)
        }
    }

    private mutating func give(_ event: GossipEvent, to index: Int) {
        guard self.members[index].isUp else { return }
        self.actions.removeAll(keepingCapacity: true)
        self.members[index].node.handle(event, now: self.now, into: &self.actions)
        self.performActions(of: index)
    }

    private mutating func performActions(of index: Int) {
        for action in self.actions {
            switch action {
            case .send(let request): self.send(request, from: index)
            case .sign(let request): self.sign(request, at: index)
            case .verify(let request):
                let isValid = request.checks.allSatisfy(GossipSignatureDouble.isValid)
                self.schedule(
                    .event(.verified(request.id, isValid: isValid), at: index),
                    after: self.conditions.verifyDelay * Int64(request.checks.count)
                )
            case .deliver(let message): self.delivered(message, at: index)
            case .connect, .release, .published, .publishFailed, .drop: break
            }
        }
        self.rearm(index)
    }

    private mutating func sign(_ request: SigningRequest, at index: Int) {
        self.members[index].nonce += 1
        let identity = self.members[index].identity
        let signature = GossipSignatureDouble.signature(
            of: request.message,
            publicKey: request.key == .agent ? identity.agentPublicKey : identity.machinePublicKey,
            nonce: self.members[index].nonce
        )
        self.schedule(.event(.signed(request.id, signature: signature), at: index), after: self.conditions.signDelay)
    }

    private mutating func send(_ request: SendRequest, from index: Int) {
        self.schedule(.event(.sendFinished(request.id, .sent), at: index), after: .microseconds(50))
        guard let destination = self.indices[request.peer] else { return }
        guard !self.happens(self.conditions.lossProbability) else {
            self.lostCount += 1
            return
        }
        for _ in 0..<(self.happens(self.conditions.duplicationProbability) ? 2 : 1) {
            let jitter = Nanoseconds(Int64.random(in: 0...self.conditions.jitter.count, using: &self.random))
            self.schedule(
                .arrival(request.bytes, from: index, to: destination),
                after: self.conditions.latency + jitter
            )
        }
    }

    private mutating func delivered(_ message: VerifiedMessage, at index: Int) {
        let place = message.payload.prefix(8).reduce(0) { $0 << 8 | Int($1) }
        guard self.publications.indices.contains(place) else { return }
        guard self.publications[place].deliveries[index] == nil else {
            self.publications[place].repeatedCount += 1
            return
        }
        var hops = 0
        if case .peer(let peer) = message.origin, let source = self.indices[peer] {
            hops = 1 + (self.publications[place].deliveries[source]?.hops ?? 0)
        }
        let after = self.now - self.publications[place].publishedAt
        self.publications[place].deliveries[index] = GossipPublication.Delivery(after: after, hops: hops)
    }

    private mutating func rearm(_ index: Int) {
        guard let deadline = self.members[index].node.nextDeadline, self.members[index].isUp else { return }
        if let timerAt = self.members[index].timerAt, timerAt <= deadline { return }
        self.members[index].timerAt = deadline
        self.sequence += 1
        self.happenings.insert(Happening(at: deadline, sequence: self.sequence, kind: .timer(index)))
    }

    private mutating func happens(_ probability: Double) -> Bool {
        probability > 0 && Double.random(in: 0..<1, using: &self.random) < probability
    }

    private mutating func schedule(_ kind: Kind, after delay: Nanoseconds) {
        self.sequence += 1
        self.happenings.insert(Happening(at: self.now + delay, sequence: self.sequence, kind: kind))
    }
}
