// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore
internal import Primitives

extension GossipExperiment {
    /// Runs the experiment; the same value gives the same outcome, to the last counter.
    package func run() -> GossipOutcome {
        var course = GossipCourse(self)
        course.settle()
        course.warmUp()
        course.measure()
        return course.outcome()
    }
}

/// One run of an experiment, phase by phase.
struct GossipCourse {
    /// How often the bounds of all nodes are looked at.
    private static let auditInterval = Nanoseconds.seconds(10)
    /// Steps in which time passes, so that deaths and returns happen when they are due.
    private static let step = Nanoseconds.milliseconds(250)
    /// Nodes a joining node knows.
    private static let seedCount = 3

    let experiment: GossipExperiment
    var network: GossipNetwork
    private var random: SplitMix64
    private var auditAt: Instant
    private var churnAt = Instant.distantFuture
    private var healAt = Instant.distantFuture
    /// When the failure detector can have noticed the crash.
    private(set) var healingStart: Instant?
    /// When a partition ended.
    private(set) var healedAt: Instant?
    private var returns: [(at: Instant, index: Int)] = []
    private var mark: GossipNetwork.Mark

    init(_ experiment: GossipExperiment) {
        self.experiment = experiment
        var configuration = GossipConfiguration()
        if experiment.overlay == .membership { configuration.membership = MembershipConfiguration() }
        self.network = GossipNetwork(
            nodeCount: experiment.nodeCount,
            seed: experiment.seed,
            conditions: experiment.conditions,
            configuration: configuration
        )
        // Choices of the experiment do not shift those of the network.
        self.random = SplitMix64(seed: ~experiment.seed)
        self.auditAt = self.network.now + Self.auditInterval
        self.mark = self.network.mark
    }

    // MARK: Phases

    mutating func settle() {
        self.skewClocks()
        switch self.experiment.overlay {
        case .sparse(let degree): self.network.connectRandomly(degree: degree)
        case .complete: self.network.connectAll()
        case .membership: self.joinOneByOne()
        }
        self.network.subscribeAll(to: self.experiment.topic)
        for index in self.chosen(self.experiment.slowShare) {
            self.network.limitUplink(of: index, bytesPerSecond: self.experiment.slowBytesPerSecond)
        }
        let hostile = self.chosen(self.experiment.byzantineShare)
        for (number, index) in hostile.enumerated() where !self.experiment.misbehaviours.isEmpty {
            let misbehaviours = self.experiment.misbehaviours
            self.network.corrupt(index, [misbehaviours[number % misbehaviours.count]])
        }
        self.pass(.seconds(2))
    }

    mutating func warmUp() {
        self.publish(self.experiment.warmUpCount)
        self.pass(.seconds(2))
    }

    mutating func measure() {
        self.mark = self.network.mark
        for index in self.chosen(self.experiment.crashShare) { self.network.crash(index) }
        if self.experiment.crashShare > 0 { self.healingStart = self.network.now + self.experiment.detectionDelay }
        if self.experiment.partition > .zero {
            self.network.partition { $0 % 2 }
            self.healAt = self.network.now + self.experiment.partition
        }
        if self.experiment.churnPerSecond > 0 { self.churnAt = self.network.now }
        self.publish(self.experiment.messageCount)
        self.churnAt = .distantFuture
        self.pass(self.experiment.drain)
        self.network.audit()
    }

    func outcome() -> GossipOutcome {
        GossipOutcome(
            experiment: self.experiment,
            network: self.network,
            mark: self.mark,
            healingStart: self.healingStart,
            healedAt: self.healedAt
        )
    }

    // MARK: Traffic and time

    private mutating func publish(_ count: Int) {
        for _ in 0..<count {
            if let publisher = self.anyHonestNode() {
                self.network.publish(
                    publisher,
                    on: self.experiment.topic,
                    paddingByteCount: self.experiment.paddingByteCount
                )
            }
            self.pass(self.experiment.interval)
        }
    }

    private mutating func anyHonestNode() -> Int? {
        for _ in 0..<1000 {
            let index = Int.random(in: 0..<self.network.nodeCount, using: &self.random)
            if self.network.isUp(index) && self.network.isHonest(index) { return index }
        }
        return nil
    }

    private mutating func pass(_ span: Nanoseconds) {
        let end = self.network.now + span
        while self.network.now < end {
            self.network.run(for: min(Self.step, end - self.network.now))
            self.doWhatIsDue()
        }
    }

    private mutating func doWhatIsDue() {
        let now = self.network.now
        if self.healAt <= now {
            self.healAt = .distantFuture
            self.healedAt = now
            self.network.heal()
        }
        while let first = self.returns.first, first.at <= now {
            self.returns.removeFirst()
            self.comeBack(first.index)
        }
        while self.churnAt <= now {
            let perSecond = self.experiment.churnPerSecond * Double(self.network.nodeCount)
            self.churnAt = self.churnAt + Nanoseconds(Int64(1e9 / max(0.001, perSecond)))
            guard let victim = self.anyHonestNode() else { continue }
            self.network.crash(victim)
            self.returns.append((now + self.experiment.downtime, victim))
        }
        if self.auditAt <= now {
            self.auditAt = now + Self.auditInterval
            self.network.audit()
        }
    }

    private mutating func comeBack(_ index: Int) {
        self.network.restart(index)
        switch self.experiment.overlay {
        case .membership:
            self.network.join(index, through: (0..<Self.seedCount).compactMap { _ in self.anyHonestNode() })
        case .sparse(let degree):
            for _ in 0..<degree {
                if let other = self.anyHonestNode() { self.network.connect(index, other) }
            }
        case .complete:
            for other in 0..<self.network.nodeCount { self.network.connect(index, other) }
        }
    }

    /// Everybody joins through nodes that were there before, within ten seconds, and the views settle.
    private mutating func joinOneByOne() {
        let pause = Nanoseconds(min(100_000_000, 10_000_000_000 / Int64(self.network.nodeCount)))
        for index in 1..<self.network.nodeCount {
            let seeds = (0..<Self.seedCount).map { _ in Int.random(in: 0..<index, using: &self.random) }
            self.network.join(index, through: Array(Set(seeds)).sorted())
            self.network.run(for: pause)
        }
        self.pass(self.experiment.settling)
    }

    // MARK: Choices

    /// A random share of the nodes, at least one if the share is not zero.
    private mutating func chosen(_ share: Double) -> [Int] {
        guard share > 0 else { return [] }
        let count = max(1, Int(share * Double(self.network.nodeCount)))
        let all = Array(0..<self.network.nodeCount).filter { self.network.isUp($0) && self.network.isHonest($0) }
        return Array(all.shuffled(using: &self.random).prefix(count))
    }

    private mutating func skewClocks() {
        let offset = self.experiment.clockOffset.count
        let drift = self.experiment.clockDriftPerMillion
        guard offset > 0 || drift > 0 else { return }
        for index in 0..<self.network.nodeCount {
            let clock = SkewedClock(
                offset: Nanoseconds(Int64.random(in: -offset...offset, using: &self.random)),
                driftPerMillion: Int64.random(in: -drift...drift, using: &self.random)
            )
            self.network.skew(index, clock)
        }
    }
}
