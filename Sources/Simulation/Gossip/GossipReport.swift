// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// Figures of a time span of a simulated network; the bars of spec 04 §17.3 are stated in these terms.
package struct GossipReport: Equatable, Sendable {
    package let publicationCount: Int
    /// Deliveries that should have happened: honest nodes that were up from the publish until now.
    package let expectedCount: Int
    /// Deliveries over those expected, 0 to 1.
    package let deliveryRatio: Double
    /// Relative message redundancy: EAGER messages per delivery to a non-publisher, less one; 0 for a tree.
    package let redundancy: Double
    /// Largest number of hops of any delivery.
    package let lastDeliveryHop: Int
    /// Mean over the messages of the largest number of hops.
    package let lastDeliveryHopMean: Double
    /// Mean number of eager peers of an honest node on the topic.
    package let eagerDegree: Double
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
    /// Bytes of EAGER messages, of real size.
    package let payloadByteCount: UInt64
    /// Bytes of everything else, of real size.
    package let controlByteCount: UInt64
}
