// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Simulation
import Testing

/// Two hundred small networks, each from its own seed (issue 5, part 7); `make sim-nightly` runs thousands.
///
/// A failure names the seed; the experiment that repeats it is `small(scenario.experiment(nodeCount:seed:))`.
@Suite(.timeLimit(.minutes(10))) struct GossipScenarioTests {
    /// Seeds per scenario; 200 in all.
    private static let seedCounts: [GossipScenario: Int] = [
        .stable: 40, .crash30: 30, .crash80: 30, .partition: 16, .byzantine20: 20, .churn: 20, .skew: 14,
        .slowLinks: 15,
        .lossy: 15,
    ]

    @Test func twoHundredSeedsAreRun() {
        #expect(Self.seedCounts.values.reduce(0, +) == 200)
        #expect(Set(Self.seedCounts.keys) == Set(GossipScenario.allCases))
    }

    @Test(arguments: GossipScenario.allCases)
    func spec04_check31_smallNetworks(_ scenario: GossipScenario) {
        for seed in 1...UInt64(Self.seedCounts[scenario] ?? 0) {
            let nodeCount = 6 + Int(seed % 7)
            let experiment = Self.small(scenario.experiment(nodeCount: nodeCount, seed: seed))
            let outcome = experiment.run()
            let missed = outcome.verdicts.filter { !$0.isMet }
            #expect(
                outcome.isGood,
                "seed \(seed): \(missed) \(outcome.examples)"
            )
            #expect(outcome.messageCount == experiment.messageCount)
        }
    }

    /// What a debug build does in half a second.
    private static func small(_ experiment: GossipExperiment) -> GossipExperiment {
        var experiment = experiment
        experiment.settling = .seconds(4)
        experiment.warmUpCount = 6
        experiment.messageCount = 8
        experiment.interval = .milliseconds(500)
        if experiment.partition > .zero {
            experiment.partition = .seconds(10)
            experiment.messageCount = 20
        }
        return experiment
    }
}

/// That the simulator can fail: a bar nobody could miss proves nothing.
@Suite(.timeLimit(.minutes(10))) struct GossipNegativeControlTests {
    @Test func withoutSignatureChecksForgeriesAreFound() {
        var experiment = GossipScenario.byzantine20.experiment(nodeCount: 20, seed: 3)
        experiment.misbehaviours = [.forge]
        experiment.messageCount = 8
        experiment.drain = .seconds(5)
        let guarded = experiment.run()
        #expect(guarded.forgedCount == 0 && guarded.hostileMessageCount > 0)
        experiment.checksSignatures = false
        let open = experiment.run()
        #expect(open.forgedCount > 0 && !open.isGood)
        #expect(open.examples.first?.contains("never published") == true)
    }

    @Test func swappedPayloadsWouldBeFoundToo() {
        var experiment = GossipScenario.byzantine20.experiment(nodeCount: 20, seed: 4)
        experiment.misbehaviours = [.swapPayloads]
        experiment.messageCount = 8
        experiment.drain = .seconds(5)
        experiment.checksSignatures = false
        #expect(experiment.run().forgedCount > 0)
    }

    @Test func aPartitionBites() {
        var experiment = GossipScenario.partition.experiment(nodeCount: 12, seed: 2)
        experiment.partition = .seconds(600)
        experiment.messageCount = 8
        let outcome = experiment.run()
        #expect(outcome.deliveryRatio < 0.9 && !outcome.isGood)
    }

    @Test func aRunFollowsFromItsExperiment() {
        let experiment = GossipScenario.churn.experiment(nodeCount: 12, seed: 8)
        #expect(experiment.run() == experiment.run())
        var other = experiment
        other.seed = 9
        #expect(experiment.run() != other.run())
    }
}

/// One misbehaviour at a time, in numbers no honest majority should notice (issue 5: 20 % Byzantine).
@Suite(.timeLimit(.minutes(10))) struct GossipAdversaryTests {
    @Test(arguments: Misbehaviour.allCases)
    func aFifthOfTheNodesMisbehavesInOneWay(_ misbehaviour: Misbehaviour) {
        var experiment = GossipScenario.byzantine20.experiment(nodeCount: 20, seed: 6)
        experiment.misbehaviours = [misbehaviour]
        experiment.messageCount = 8
        let outcome = experiment.run()
        #expect(outcome.isGood, "\(misbehaviour): \(outcome.verdicts.filter { !$0.isMet }) \(outcome.examples)")
        #expect(outcome.hostileMessageCount > 0)
    }
}

@Suite struct SkewedClockTests {
    @Test(arguments: [-200, -1, 0, 1, 200] as [Int64], [-3600, 0, 3600] as [Int64])
    func aDeadlineIsNeitherEarlyNorMissed(_ drift: Int64, _ offset: Int64) {
        let clock = SkewedClock(offset: .seconds(offset), driftPerMillion: drift)
        var random = SplitMix64(seed: 1)
        var last = Instant.epoch
        for _ in 0..<500 {
            let instant = Instant(
                nanoseconds: UInt64.random(in: 80_000_000_000_000...90_000_000_000_000, using: &random)
            )
            let reading = clock.reading(at: instant)
            let back = clock.instant(of: reading)
            #expect(clock.reading(at: back) >= reading && back <= instant + Nanoseconds(10))
            last = max(last, reading)
        }
        #expect(last > .epoch)
    }
}
