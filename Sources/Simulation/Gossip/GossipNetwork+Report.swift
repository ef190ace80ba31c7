// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore
internal import Primitives

extension GossipNetwork {
    /// Counters of all nodes that are up, added; take one before a span and give it to ``report(since:from:subscribers:)``.
    package struct Mark: Sendable {
        var eagerSent: UInt64 = 0
        var iHaveSent: UInt64 = 0
        var iWantSent: UInt64 = 0
        var recovered: UInt64 = 0
        var bytesSent: UInt64 = 0
        let publicationCount: Int
    }

    /// The counters now.
    package var mark: Mark {
        var mark = Mark(publicationCount: self.publications.count)
        for index in 0..<self.nodeCount {
            let statistics = self.node(index).statistics
            mark.eagerSent += statistics.eagerSent
            mark.iHaveSent += statistics.iHaveSent
            mark.iWantSent += statistics.iWantSent
            mark.recovered += statistics.recovered
            mark.bytesSent += statistics.bytesSent
        }
        return mark
    }

    /// The figures of everything published since `mark`, as far as it has come.
    ///
    /// - Parameters:
    ///   - mark: Taken before the first publish of the span.
    ///   - subscribers: Nodes that should have everything; all that are up when `nil`.
    /// - Returns: The figures.
    package func report(since mark: Mark, subscribers: [Int]? = nil) -> GossipReport {
        let subscribers = subscribers ?? (0..<self.nodeCount).filter { self.isUp($0) }
        let span = self.publications[mark.publicationCount...]
        var latencies: [Nanoseconds] = []
        var deliveredCount = 0
        var lastHop = 0
        for publication in span {
            deliveredCount += subscribers.count { publication.deliveries[$0] != nil }
            for (index, delivery) in publication.deliveries where index != publication.publisher {
                latencies.append(delivery.after)
                lastHop = max(lastHop, delivery.hops)
            }
        }
        latencies.sort()
        let current = self.mark
        let eagerCount = Double(current.eagerSent - mark.eagerSent)
        return GossipReport(
            publicationCount: span.count,
            deliveryRatio: Double(deliveredCount) / Double(max(1, span.count * subscribers.count)),
            redundancy: eagerCount / Double(max(1, latencies.count)) - 1,
            lastDeliveryHop: lastHop,
            latencyMedian: latencies.isEmpty ? .zero : latencies[latencies.count / 2],
            latencyP99: latencies.isEmpty ? .zero : latencies[latencies.count * 99 / 100],
            latencyMax: latencies.last ?? .zero,
            announcementsPerPublication: Double(current.iHaveSent - mark.iHaveSent) / Double(max(1, span.count)),
            requestCount: current.iWantSent - mark.iWantSent,
            repeatedCount: self.publications.reduce(0) { $0 + $1.repeatedCount },
            recoveredCount: current.recovered - mark.recovered,
            byteCount: current.bytesSent - mark.bytesSent
        )
    }
}
