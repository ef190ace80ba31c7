// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// The experiments with names: one per claim this project makes about its overlay.
package enum GossipScenario: String, CaseIterable, Sendable {
    case stable
    case crash30
    case crash80
    case partition
    case byzantine20
    case churn
    case skew
    case slowLinks = "slow-links"
    case lossy

    /// One line for a list.
    package var summary: String {
        switch self {
        case .stable: "nothing happens: everything arrives, over a tree"
        case .crash30: "30 % of the nodes die at the same instant"
        case .crash80: "80 % of the nodes die at the same instant"
        case .partition: "two halves cannot hear each other for 60 s and publish on"
        case .byzantine20: "20 % swap payloads, censor, replay, flood, forge or eclipse"
        case .churn: "1 % of the nodes die each second and come back 10 s later"
        case .skew: "clocks are wrong by up to an hour and drift by up to 200 ppm"
        case .slowLinks: "5 % of the nodes can send only 64 KiB/s; some links take 300 ms"
        case .lossy: "2 % of all messages are lost, 2 % doubled, many reordered"
        }
    }

    /// The experiment, for a network of any size.
    package func experiment(nodeCount: Int, seed: UInt64) -> GossipExperiment {
        var experiment = GossipExperiment()
        experiment.name = self.rawValue
        experiment.nodeCount = nodeCount
        experiment.seed = seed
        self.shape(&experiment)
        return experiment
    }

    private func shape(_ experiment: inout GossipExperiment) {
        switch self {
        case .stable:
            experiment.bars.redundancy = 0.3
            experiment.bars.isHopBounded = true
        case .crash30:
            experiment.crashShare = 0.3
            experiment.bars.deliveryRatio = 0.999
            experiment.bars.coverage = 0.999
            experiment.bars.coverageLimit = .seconds(1)
        case .crash80:
            experiment.crashShare = 0.8
            experiment.bars.deliveryRatio = 0.99
            experiment.bars.coverage = 0.99
            experiment.bars.coverageLimit = .seconds(5)
        case .partition:
            experiment.split(for: .seconds(60))
        case .byzantine20:
            experiment.byzantineShare = 0.2
            experiment.drain = .seconds(40)
            experiment.bars.deliveryRatio = 0.999
        case .churn:
            experiment.churnPerSecond = 0.01
            experiment.messageCount = 30
            experiment.drain = .seconds(40)
            experiment.bars.deliveryRatio = 0.999
        case .skew:
            experiment.clockOffset = .seconds(3600)
            experiment.clockDriftPerMillion = 200
            experiment.bars.redundancy = 0.3
        case .slowLinks:
            experiment.slowShare = 0.05
            experiment.latencySpread = .milliseconds(300)
            experiment.drain = .seconds(40)
        case .lossy:
            experiment.lossProbability = 0.02
            experiment.duplicationProbability = 0.02
            experiment.jitter = .milliseconds(50)
            experiment.drain = .seconds(40)
        }
    }
}
