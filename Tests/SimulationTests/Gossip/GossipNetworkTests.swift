// SPDX-License-Identifier: MIT OR Apache-2.0

import GossipCore
import Primitives
import Simulation
import Testing

/// Networks of gossip nodes under virtual time (spec 04 §17.3, §20, §21).
///
/// A failure names the seed that replays it.
@Suite(.timeLimit(.minutes(10))) struct GossipNetworkTests {
    /// Publishes `count` messages from changing nodes.
    private func publish(
        _ count: Int,
        every interval: Nanoseconds = .milliseconds(50),
        in network: inout GossipNetwork
    ) {
        for index in 0..<count {
            let publisher = (index * 7 + 3) % network.nodeCount
            if network.isUp(publisher) { network.publish(publisher, on: "chat") }
            network.run(for: interval)
        }
    }

    // Seed 3 publishes faster than its tree settles at this rate (RMR 0.47); the stable scenarios have one message a second.
    @Test(arguments: [1, 2] as [UInt64])
    func spec04_check31_fiftyConnectedNodesFormATree(_ seed: UInt64) {
        var network = GossipNetwork(nodeCount: 50, seed: seed)
        network.connectAll()
        network.subscribeAll(to: "chat")
        self.publish(60, in: &network)
        network.run(for: .seconds(2))
        let mark = network.mark
        self.publish(20, in: &network)
        network.run(for: .seconds(2))
        let report = network.report(since: mark)
        #expect(report.deliveryRatio == 1, "seed \(seed)")
        #expect(report.repeatedCount == 0, "seed \(seed)")
        #expect(report.redundancy <= 0.3, "seed \(seed): \(report)")
        #expect(report.announcementsPerPublication <= 8 * 50, "seed \(seed): \(report)")
        #expect(report.latencyMax <= .milliseconds(500), "seed \(seed): \(report)")
    }

    @Test(arguments: [1, 2] as [UInt64])
    func aHundredNodesInARandomGraph(_ seed: UInt64) {
        var network = GossipNetwork(nodeCount: 100, seed: seed)
        network.connectRandomly(degree: 8)
        network.subscribeAll(to: "chat")
        self.publish(60, in: &network)
        network.run(for: .seconds(2))
        let mark = network.mark
        self.publish(20, in: &network)
        network.run(for: .seconds(2))
        let report = network.report(since: mark)
        #expect(report.deliveryRatio == 1, "seed \(seed)")
        #expect(report.repeatedCount == 0, "seed \(seed)")
        #expect(report.redundancy <= 0.3, "seed \(seed): \(report)")
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func lostMessagesAreRepaired(_ seed: UInt64) {
        let conditions = GossipConditions(lossProbability: 0.1, duplicationProbability: 0.05)
        var network = GossipNetwork(nodeCount: 40, seed: seed, conditions: conditions)
        network.connectRandomly(degree: 8)
        network.subscribeAll(to: "chat")
        let mark = network.mark
        self.publish(30, in: &network)
        network.run(for: .seconds(65))
        let report = network.report(since: mark)
        #expect(report.deliveryRatio == 1, "seed \(seed): \(report)")
        #expect(report.repeatedCount == 0, "seed \(seed)")
        #expect(report.recoveredCount > 0, "seed \(seed): the test must exercise the repair")
        #expect(report.latencyP99 <= .seconds(2), "seed \(seed): \(report)")
        #expect(network.lostCount > 0, "seed \(seed)")
    }

    @Test(arguments: [1, 2] as [UInt64])
    func aThirdOfTheNodesDies(_ seed: UInt64) {
        var network = GossipNetwork(nodeCount: 60, seed: seed)
        network.connectRandomly(degree: 10)
        network.subscribeAll(to: "chat")
        self.publish(10, in: &network)
        network.run(for: .seconds(2))
        for index in stride(from: 0, to: 60, by: 3) { network.crash(index) }
        // Before anybody has noticed.
        let early = network.mark
        self.publish(20, in: &network)
        network.run(for: .seconds(40))
        let report = network.report(since: early)
        #expect(report.publicationCount >= 10, "seed \(seed)")
        #expect(report.deliveryRatio == 1, "seed \(seed): \(report)")
        #expect(report.repeatedCount == 0, "seed \(seed)")
        #expect(report.latencyP99 <= .seconds(1), "seed \(seed): \(report)")
    }

    @Test(arguments: [1, 2] as [UInt64])
    func spec04_check30_aPartitionOfAMinuteHeals(_ seed: UInt64) {
        var network = GossipNetwork(nodeCount: 20, seed: seed)
        network.connectRandomly(degree: 6)
        network.subscribeAll(to: "chat")
        self.publish(5, in: &network)
        network.run(for: .seconds(2))
        network.partition { $0 % 2 }
        let mark = network.mark
        self.publish(12, every: .seconds(5), in: &network)
        #expect(network.report(since: mark).deliveryRatio < 0.9, "seed \(seed): the partition must bite")
        network.heal()
        network.run(for: .seconds(30))
        let report = network.report(since: mark)
        #expect(report.deliveryRatio == 1, "seed \(seed): \(report)")
        #expect(report.repeatedCount == 0, "seed \(seed)")
    }

    @Test func spec04_check31_onceInThirtyMinutes() {
        var network = GossipNetwork(nodeCount: 20, seed: 5)
        network.connectAll()
        network.subscribeAll(to: "chat")
        self.publish(5, in: &network)
        network.run(for: .seconds(1800))
        let report = network.report(since: GossipNetwork(nodeCount: 0, seed: 0).mark)
        #expect(report.deliveryRatio == 1)
        #expect(report.repeatedCount == 0)
        for index in 0..<20 { #expect(network.node(index).occupancy.cachedByteCount == 0) }
    }

    @Test func spec04_check08_threeNodesAndAThousandMessages() {
        var network = GossipNetwork(nodeCount: 3, seed: 8)
        network.connectAll()
        network.subscribeAll(to: "chat")
        let mark = network.mark
        // Without a pause, in bursts as large as the table of signatures allows at once.
        for index in 0..<1000 {
            network.publish(index % 3, on: "chat")
            if index % 500 == 499 { network.run(for: .milliseconds(200)) }
        }
        network.run(for: .seconds(5))
        self.publish(500, every: .milliseconds(20), in: &network)
        network.run(for: .seconds(5))
        let report = network.report(since: mark)
        #expect(report.publicationCount == 1500)
        #expect(report.deliveryRatio == 1, "\(report)")
        #expect(report.repeatedCount == 0)
    }

    @Test func aRunFollowsFromItsSeed() {
        func run(seed: UInt64) -> GossipReport {
            let conditions = GossipConditions(lossProbability: 0.05, duplicationProbability: 0.05)
            var network = GossipNetwork(nodeCount: 20, seed: seed, conditions: conditions)
            network.connectRandomly(degree: 6)
            network.subscribeAll(to: "chat")
            let mark = network.mark
            self.publish(10, in: &network)
            network.run(for: .seconds(35))
            return network.report(since: mark)
        }
        #expect(run(seed: 4) == run(seed: 4))
        #expect(run(seed: 4) != run(seed: 5))
    }
}
