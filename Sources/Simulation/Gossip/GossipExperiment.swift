// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What is done to a network, and what is asked of it; a run follows from this value alone.
///
/// The phases: nodes join and settle; messages that shape the trees (`warmUpCount`); the fault; messages that are measured
/// (`messageCount`); a quiet time in which the rest must arrive (`drain`).
package struct GossipExperiment: Equatable, Sendable {
    /// Names the scenario this started from, or `custom`.
    package var name = "custom"
    /// Nodes, adversaries included.
    package var nodeCount = 100
    /// Everything random follows from it.
    package var seed: UInt64 = 1
    /// Where the nodes' connections come from.
    package var overlay = Overlay.membership
    /// Time after the last join; by default everybody has exchanged contacts once.
    package var settling = Nanoseconds.seconds(35)
    /// What everybody subscribes to and publishes on.
    package var topic = "chat"

    // Traffic
    package var warmUpCount = 20
    package var messageCount = 20
    /// Time between two messages.
    package var interval = Nanoseconds.seconds(1)
    /// Bytes of a message beyond the eight that identify it.
    package var paddingByteCount = 92
    package var drain = Nanoseconds.seconds(10)

    // Links
    package var latency = Nanoseconds.milliseconds(10)
    package var latencySpread = Nanoseconds.milliseconds(40)
    package var jitter = Nanoseconds.milliseconds(10)
    package var lossProbability = 0.0
    package var duplicationProbability = 0.0
    package var detectionDelay = Nanoseconds.seconds(5)
    /// Share of nodes with a slow way out, 0 to 1.
    package var slowShare = 0.0
    /// Bytes per second such a node can send.
    package var slowBytesPerSecond = 65_536

    // Faults
    /// Share of nodes that die at once after the warm-up, 0 to 1.
    package var crashShare = 0.0
    /// How long the network is split in two halves after the warm-up.
    package var partition = Nanoseconds.zero
    /// Share of nodes that die per second while messages are measured; each comes back after `downtime`.
    package var churnPerSecond = 0.0
    package var downtime = Nanoseconds.seconds(10)
    /// Share of hostile nodes, 0 to 1.
    package var byzantineShare = 0.0
    /// What each of them does; dealt out in turn.
    package var misbehaviours = Misbehaviour.allCases
    /// Largest error of a clock, in both directions.
    package var clockOffset = Nanoseconds.zero
    /// Largest drift of a clock in millionths, in both directions.
    package var clockDriftPerMillion: Int64 = 0
    /// `false` is a negative control: forgeries are then accepted, and the run must say so.
    package var checksSignatures = true

    /// What the run must reach.
    package var bars = Bars()

    /// Where the connections between nodes come from.
    package enum Overlay: Equatable, Sendable {
        /// Found by the nodes themselves, which know a few others at the start.
        case membership
        /// Given: a connected random graph.
        case sparse(degree: Int)
        /// Given: everybody with everybody.
        case complete
    }

    /// Limits a run is judged by; `nil` is not judged.
    package struct Bars: Equatable, Sendable {
        /// Least delivery ratio of measured messages at the end.
        package var deliveryRatio: Double? = 1
        /// Largest relative message redundancy of measured messages.
        package var redundancy: Double?
        /// Whether the mean last delivery hop is at most 1.5 · log_E(N) + 1.
        package var isHopBounded = false
        /// Least share of survivors that have each message in `coverageLimit` from its publish, and from the time the
        /// failure is noticed.
        package var coverage: Double?
        package var coverageLimit = Nanoseconds.seconds(1)
        /// Longest time after the end of a partition until everybody has everything.
        package var reconciliation: Nanoseconds?

        /// Creates bars: everything arrives.
        package init() {}
    }

    /// Creates an experiment without faults.
    package init() {}

    /// Adds a partition, with as many messages as it takes to publish through all of it.
    package mutating func split(for duration: Nanoseconds) {
        self.partition = duration
        self.messageCount = max(self.messageCount, Int(duration.count / max(1, self.interval.count)))
        self.drain = max(self.drain, .seconds(40))
        self.bars.reconciliation = .seconds(30)
    }

    var conditions: GossipConditions {
        var conditions = GossipConditions(
            latency: self.latency,
            latencySpread: self.latencySpread,
            jitter: self.jitter,
            lossProbability: self.lossProbability,
            duplicationProbability: self.duplicationProbability
        )
        conditions.detectionDelay = self.detectionDelay
        conditions.checksSignatures = self.checksSignatures
        return conditions
    }
}
