// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore
package import Primitives

extension GossipNetwork {
    /// The counters at an instant; take one before a span and give it to ``report(since:subscribers:)``.
    package struct Mark: Sendable {
        let traffic: GossipTraffic
        let recoveredCount: UInt64
        let publicationCount: Int
    }

    /// The counters now.
    package var mark: Mark {
        let recovered = self.members.reduce(into: self.traffic.retiredRecoveredCount) { sum, member in
            if member.isUp && member.adversary == nil { sum += member.node.statistics.recovered }
        }
        return Mark(traffic: self.traffic, recoveredCount: recovered, publicationCount: self.publications.count)
    }

    /// The figures of everything published since `mark`, as far as it has come.
    ///
    /// - Parameters:
    ///   - mark: Taken before the first publish of the span.
    ///   - subscribers: Nodes that should have everything; when `nil`, all honest ones that have been up since the publish.
    /// - Returns: The figures.
    package func report(since mark: Mark, subscribers: [Int]? = nil) -> GossipReport {
        let span = self.publications[mark.publicationCount...]
        let candidates = subscribers ?? self.members.indices.filter { self.isUp($0) && self.isHonest($0) }
        var latencies: [Nanoseconds] = []
        var expectedCount = 0
        var deliveredCount = 0
        var hopMaxima: [Int] = []
        var receiverCount = 0
        for publication in span {
            var hopMax = 0
            for index in candidates {
                guard subscribers != nil || self.members[index].upSince <= publication.publishedAt else { continue }
                expectedCount += 1
                guard let delivery = publication.delivery(at: index) else { continue }
                deliveredCount += 1
                guard index != publication.publisher else { continue }
                latencies.append(delivery.after)
                hopMax = max(hopMax, delivery.hops)
            }
            hopMaxima.append(hopMax)
            receiverCount +=
                publication.deliveryCount - (publication.delivery(at: publication.publisher) == nil ? 0 : 1)
        }
        latencies.sort()
        let current = self.mark
        let eagerCount = Double(current.traffic.eagerCount - mark.traffic.eagerCount)
        let announcementCount = Double(current.traffic.announcementCount - mark.traffic.announcementCount)
        return GossipReport(
            publicationCount: span.count,
            expectedCount: expectedCount,
            deliveryRatio: Double(deliveredCount) / Double(max(1, expectedCount)),
            redundancy: eagerCount / Double(max(1, receiverCount)) - 1,
            lastDeliveryHop: hopMaxima.max() ?? 0,
            lastDeliveryHopMean: Double(hopMaxima.reduce(0, +)) / Double(max(1, hopMaxima.count)),
            eagerDegree: span.last.map { self.eagerDegree(on: $0.topic) } ?? 0,
            latencyMedian: percentile(50, of: latencies),
            latencyP99: percentile(99, of: latencies),
            latencyMax: latencies.last ?? .zero,
            announcementsPerPublication: announcementCount / Double(max(1, span.count)),
            requestCount: current.traffic.requestCount - mark.traffic.requestCount,
            repeatedCount: self.violations.repeatedCount,
            recoveredCount: current.recoveredCount - min(current.recoveredCount, mark.recoveredCount),
            payloadByteCount: current.traffic.payloadByteCount - mark.traffic.payloadByteCount,
            controlByteCount: current.traffic.controlByteCount - mark.traffic.controlByteCount
        )
    }

    /// Mean number of eager peers of honest nodes on a topic.
    package func eagerDegree(on topic: String) -> Double {
        let id = TopicID(name: topic)
        let degrees = self.members.filter { $0.isUp && $0.adversary == nil }.compactMap {
            $0.node.eagerPeers(of: id)?.count
        }
        return Double(degrees.reduce(0, +)) / Double(max(1, degrees.count))
    }

    /// The share of honest nodes, of those that should, that had a message in time.
    ///
    /// - Parameters:
    ///   - place: The message.
    ///   - deadline: The instant by which it counts.
    /// - Returns: 0 to 1.
    package func coverage(of place: Int, by deadline: Instant) -> Double {
        let publication = self.publications[place]
        var expectedCount = 0
        var count = 0
        for index in self.members.indices where self.isUp(index) && self.isHonest(index) {
            guard self.members[index].upSince <= publication.publishedAt else { continue }
            expectedCount += 1
            if let delivery = publication.delivery(at: index), publication.publishedAt + delivery.after <= deadline {
                count += 1
            }
        }
        return Double(count) / Double(max(1, expectedCount))
    }
}

private func percentile(_ percent: Int, of sorted: [Nanoseconds]) -> Nanoseconds {
    sorted.isEmpty ? .zero : sorted[min(sorted.count - 1, sorted.count * percent / 100)]
}
