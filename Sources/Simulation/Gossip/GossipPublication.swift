// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What became of one publish.
package struct GossipPublication: Sendable {
    package let topic: String
    package let publisher: Int
    package let publishedAt: Instant
    /// Bytes beyond the eight that identify the message.
    package let paddingByteCount: Int
    /// Neighbours it was pushed to at once; `nil` while it is being signed.
    package internal(set) var eagerPeerCount: Int?
    /// Whether the publisher refused it.
    package internal(set) var hasFailed = false
    /// Deliveries beyond the first of a node: must stay 0.
    package private(set) var repeatedCount = 0
    /// Nodes that have it, the publisher included.
    package private(set) var deliveryCount = 0
    /// One slot per node; a negative time means not delivered.
    private var slots: [Delivery]

    /// One delivery.
    package struct Delivery: Sendable {
        package let after: Nanoseconds
        /// Edges from the publisher, 0 at the publisher.
        package let hops: Int
        /// The life of the node that got it.
        let incarnation: UInt32
    }

    init(topic: String, publisher: Int, publishedAt: Instant, paddingByteCount: Int, nodeCount: Int) {
        self.topic = topic
        self.publisher = publisher
        self.publishedAt = publishedAt
        self.paddingByteCount = paddingByteCount
        self.slots = Array(
            repeating: Delivery(after: Nanoseconds(-1), hops: 0, incarnation: 0),
            count: nodeCount
        )
    }

    /// The first delivery at a node.
    package func delivery(at index: Int) -> Delivery? {
        self.slots[index].after < .zero ? nil : self.slots[index]
    }

    /// Notes a delivery; `false` for a second one in the same life of the node.
    mutating func record(_ delivery: Delivery, at index: Int) -> Bool {
        if self.slots[index].after < .zero {
            self.slots[index] = delivery
            self.deliveryCount += 1
            return true
        }
        guard self.slots[index].incarnation == delivery.incarnation else { return true }
        self.repeatedCount += 1
        return false
    }
}
