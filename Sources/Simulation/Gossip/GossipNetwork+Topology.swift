// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore
internal import Primitives

/// Connections: who is connected to whom.
extension GossipNetwork {
    /// Connects two nodes that run; both have the connection at once.
    package mutating func connect(_ first: Int, _ second: Int) {
        guard first != second, self.members[first].isUp, self.members[second].isUp else { return }
        for (index, other) in [(first, second), (second, first)] {
            // One side may still believe in a connection from before.
            if self.members[index].neighbours.contains(other), !self.members[other].neighbours.contains(index) {
                self.lose(other, at: index)
            }
        }
        guard self.members[first].neighbours.insert(second).inserted else { return }
        self.members[second].neighbours.insert(first)
        self.give(.peerConnected(self.peerID(second)), to: first)
        self.give(.peerConnected(self.peerID(first)), to: second)
    }

    /// Ends the connection between two nodes; both notice at once.
    package mutating func disconnect(_ first: Int, _ second: Int) {
        self.lose(second, at: first)
        self.lose(first, at: second)
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
        for _ in 0..<(count * max(0, degree - 2) / 2) {
            let first = Int.random(in: 0..<count, using: &self.random)
            let second = Int.random(in: 0..<count, using: &self.random)
            self.connect(first, second)
        }
    }

    /// One side of a connection sees its end.
    mutating func lose(_ peer: Int, at index: Int) {
        guard self.members[index].neighbours.remove(peer) != nil else { return }
        self.give(.peerDisconnected(self.peerID(peer)), to: index)
    }

    /// The idle time-out of a connection that may be dead.
    mutating func noticeLoss(at index: Int, of peer: Int) {
        guard self.members[index].neighbours.contains(peer) else { return }
        let isAlive =
            self.members[peer].isUp && self.members[peer].group == self.members[index].group
            && self.members[peer].neighbours.contains(index)
        if !isAlive { self.lose(peer, at: index) }
    }

    /// An attempt to connect ends.
    mutating func dialed(_ peer: Int, by index: Int, incarnation: UInt32) {
        guard self.members[index].isUp, self.members[index].incarnation == incarnation else { return }
        guard self.members[peer].isUp, self.members[peer].group == self.members[index].group else {
            return self.schedule(
                .event(.connectFailed(self.peerID(peer)), at: index, incarnation: incarnation),
                after: self.conditions.dialTimeout
            )
        }
        if self.members[index].neighbours.contains(peer), self.members[peer].neighbours.contains(index) {
            self.give(.peerConnected(self.peerID(peer)), to: index)
        } else {
            self.connect(index, peer)
        }
    }

    /// Tells a node whom it may join the network through.
    package mutating func join(_ index: Int, through seeds: [Int]) {
        self.give(.join(seeds: seeds.map(self.peerID)), to: index)
    }

    // MARK: Faults

    /// Stops a node without a word; its neighbours notice later.
    package mutating func crash(_ index: Int) {
        guard self.members[index].isUp else { return }
        self.members[index].isUp = false
        self.members[index].timerAt = nil
        self.traffic.retire(self.members[index].node.statistics)
        for neighbour in self.members[index].neighbours.sorted() {
            self.schedule(.linkLost(at: neighbour, peer: index), after: self.conditions.detectionDelay)
        }
        self.members[index].neighbours = []
    }

    /// Starts a crashed node again: it has its keys and nothing else, and is connected to nobody.
    package mutating func restart(_ index: Int) {
        guard !self.members[index].isUp else { return }
        self.members[index].isUp = true
        self.members[index].upSince = self.now
        self.members[index].incarnation += 1
        self.members[index].node = GossipNode(
            identity: self.members[index].identity,
            configuration: self.configuration,
            seed: self.random.next(),
            now: self.members[index].clock.reading(at: self.now)
        )
        // A peer that writes to it learns at once that its connection is gone (a stateless reset).
        for other in self.members.indices where self.members[other].neighbours.contains(index) {
            self.lose(index, at: other)
        }
        for topic in self.members[index].topics { self.give(.subscribed(topic: topic), to: index) }
        self.rearm(index)
    }

    /// Splits the network: nodes hear only nodes of their own group; all links that cross are noticed after the
    /// detection delay.
    package mutating func partition(_ group: (Int) -> Int) {
        for index in self.members.indices { self.members[index].group = group(index) }
        for index in self.members.indices {
            for neighbour in self.members[index].neighbours.sorted()
            where self.members[index].group != self.members[neighbour].group {
                let isFixed = self.configuration.membership == nil
                if isFixed && index < neighbour { self.cutLinks.append((index, neighbour)) }
                self.schedule(.linkLost(at: index, peer: neighbour), after: self.conditions.detectionDelay)
            }
        }
    }

    /// Ends a partition; the links that were cut are connected again, unless the nodes look for neighbours themselves.
    package mutating func heal() {
        for index in self.members.indices { self.members[index].group = 0 }
        for (first, second) in self.cutLinks { self.connect(first, second) }
        self.cutLinks = []
    }

    /// Limits what a node can send; `nil` lifts the limit.
    package mutating func limitUplink(of index: Int, bytesPerSecond: Int?) {
        self.members[index].uplink = bytesPerSecond.map(Uplink.init(bytesPerSecond:))
    }

    /// Gives a node a wrong clock; to be called before it has done anything.
    package mutating func skew(_ index: Int, _ clock: SkewedClock) {
        self.members[index].clock = clock
        self.members[index].timerAt = nil
        self.members[index].node = GossipNode(
            identity: self.members[index].identity,
            configuration: self.configuration,
            seed: self.random.next(),
            now: clock.reading(at: self.now)
        )
        self.rearm(index)
    }
}
