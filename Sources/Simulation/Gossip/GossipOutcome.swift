// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore
internal import Primitives

/// What a run showed, in plain numbers: what is printed, compared and kept.
package struct GossipOutcome: Equatable, Codable, Sendable {
    /// One requirement and what became of it.
    package struct Verdict: Equatable, Codable, Sendable {
        package let name: String
        package let measured: Double
        package let limit: Double
        package let isMet: Bool
    }

    package let scenario: String
    package let nodeCount: Int
    package let seed: UInt64
    /// Virtual time of the whole run, in seconds.
    package let virtualSeconds: Double
    package let eventCount: UInt64

    /// Measured messages.
    package let messageCount: Int
    /// Deliveries over those expected, 0 to 1.
    package let deliveryRatio: Double
    /// Payload messages per delivery, less one.
    package let redundancy: Double
    package let lastDeliveryHopMean: Double
    package let lastDeliveryHopMax: Int
    package let eagerDegree: Double
    package let latencyMedianMilliseconds: Double
    package let latencyP99Milliseconds: Double
    package let latencyMaxMilliseconds: Double
    /// Announcements per message.
    package let announcementsPerMessage: Double
    package let requestCount: UInt64
    package let recoveredCount: UInt64
    /// Bytes per node and second while messages were measured, of real size.
    package let payloadBytesPerNodeSecond: Double
    package let controlBytesPerNodeSecond: Double
    /// Bytes of messages kept for repair, per node that is up.
    package let cachedBytesPerNode: Double
    /// Worst coverage of a message in its time limit; 1 without a limit.
    package let coverageMin: Double
    /// Seconds from the end of a partition until everybody had everything; 0 without one, −1 if it never happened.
    package let reconciliationSeconds: Double

    package let forgedCount: Int
    package let repeatedCount: Int
    package let boundCount: Int
    package let examples: [String]
    package let hostileMessageCount: UInt64
    package let lostMessageCount: UInt64

    package internal(set) var verdicts: [Verdict] = []

    /// Whether every requirement was met.
    package var isGood: Bool { self.verdicts.allSatisfy(\.isMet) }
}

extension GossipOutcome {
    init(
        experiment: GossipExperiment,
        network: GossipNetwork,
        mark: GossipNetwork.Mark,
        healingStart: Instant?,
        healedAt: Instant?
    ) {
        let report = network.report(since: mark)
        let places = mark.publicationCount..<network.publications.count
        let upCount = max(1, (0..<network.nodeCount).count { network.isUp($0) })
        let cachedByteCount = (0..<network.nodeCount).reduce(0) { sum, index in
            network.isUp(index) ? sum + network.node(index).occupancy.cachedByteCount : sum
        }
        let measuredSeconds = places.first.map { (network.now - network.publications[$0].publishedAt).seconds } ?? 1
        let nodeSeconds = Double(upCount) * max(0.001, measuredSeconds)

        self.scenario = experiment.name
        self.nodeCount = experiment.nodeCount
        self.seed = experiment.seed
        self.virtualSeconds = (network.now - GossipNetwork.start).seconds
        self.eventCount = network.eventCount
        self.messageCount = report.publicationCount
        self.deliveryRatio = report.deliveryRatio
        self.redundancy = report.redundancy
        self.lastDeliveryHopMean = report.lastDeliveryHopMean
        self.lastDeliveryHopMax = report.lastDeliveryHop
        self.eagerDegree = report.eagerDegree
        self.latencyMedianMilliseconds = report.latencyMedian.seconds * 1000
        self.latencyP99Milliseconds = report.latencyP99.seconds * 1000
        self.latencyMaxMilliseconds = report.latencyMax.seconds * 1000
        self.announcementsPerMessage = report.announcementsPerPublication
        self.requestCount = report.requestCount
        self.recoveredCount = report.recoveredCount
        self.payloadBytesPerNodeSecond = Double(report.payloadByteCount) / nodeSeconds
        self.controlBytesPerNodeSecond = Double(report.controlByteCount) / nodeSeconds
        self.cachedBytesPerNode = Double(cachedByteCount) / Double(upCount)
        self.coverageMin =
            places.map { place in
                let start = max(network.publications[place].publishedAt, healingStart ?? .epoch)
                return network.coverage(of: place, by: start + experiment.bars.coverageLimit)
            }.min() ?? 1
        self.reconciliationSeconds = Self.reconciliation(network, places, healedAt: healedAt, report: report)
        self.forgedCount = network.violations.forgedCount
        self.repeatedCount = network.violations.repeatedCount
        self.boundCount = network.violations.boundCount
        self.examples = network.violations.examples
        self.hostileMessageCount = network.traffic.hostileCount
        self.lostMessageCount = network.traffic.lostCount
        self.judge(by: experiment.bars)
    }

    private static func reconciliation(
        _ network: GossipNetwork,
        _ places: Range<Int>,
        healedAt: Instant?,
        report: GossipReport
    ) -> Double {
        guard let healedAt else { return 0 }
        guard report.deliveryRatio == 1 else { return -1 }
        var latest = healedAt
        for place in places where network.publications[place].publishedAt < healedAt {
            let publication = network.publications[place]
            for index in 0..<network.nodeCount {
                guard let delivery = publication.delivery(at: index) else { continue }
                latest = max(latest, publication.publishedAt + delivery.after)
            }
        }
        return (latest - healedAt).seconds
    }
}
