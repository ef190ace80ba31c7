// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What became of one publish.
package struct GossipPublication: Sendable {
    package let topic: String
    package let publisher: Int
    package let publishedAt: Instant
    /// First delivery at each node that had one, the publisher included.
    package internal(set) var deliveries: [Int: Delivery] = [:]
    /// Deliveries beyond the first of a node: must stay 0.
    package internal(set) var repeatedCount = 0

    /// One delivery.
    package struct Delivery: Sendable {
        package let after: Nanoseconds
        /// Edges from the publisher, 0 at the publisher.
        package let hops: Int
    }
}

/// Figures of a time span of a simulated network; the bars of spec 04 §17.3 are stated in these terms.
package struct GossipReport: Equatable, Sendable {
    package let publicationCount: Int
    /// Deliveries over (publications × subscribers that were up), 0 to 1.
    package let deliveryRatio: Double
    /// Relative message redundancy: EAGER messages per delivery to a non-publisher, less one; 0 for a tree.
    package let redundancy: Double
    /// Largest number of hops of any delivery.
    package let lastDeliveryHop: Int
    package let latencyMedian: Nanoseconds
    package let latencyP99: Nanoseconds
    package let latencyMax: Nanoseconds
    /// IHAVE messages per publication.
    package let announcementsPerPublication: Double
    /// IWANT messages in all.
    package let requestCount: UInt64
    /// Deliveries beyond the first of a node.
    package let repeatedCount: Int
    /// Messages accepted after they had been asked for.
    package let recoveredCount: UInt64
    /// Bytes queued by all nodes.
    package let byteCount: UInt64
}
