// SPDX-License-Identifier: MIT OR Apache-2.0

package import Identity
package import Primitives

/// What connections prove about whether strangers can dial this node (spec 01 §5.2).
package struct InboundReachability: Sendable {
    private var lastInboundAt: Instant?

    /// How long a connection that came in proves anything after it ended.
    package static let proofLifetime = Nanoseconds.seconds(900)

    /// Nothing is proven yet.
    package init() {}

    /// A peer dialled this node.
    package mutating func inboundConnected(now: Instant) { self.lastInboundAt = now }

    /// True when a peer dials in or did lately; otherwise unknown, never false: nobody having dialled proves nothing,
    /// and a false would keep others from trying.
    package func canReceiveDirect(hasInboundNow: Bool, now: Instant) -> Bool? {
        if hasInboundNow { return true }
        guard let lastInboundAt, now - lastInboundAt < Self.proofLifetime else { return nil }
        return true
    }
}

/// What this node can do for others, whatever it does at the moment; other people's helper lists depend on it
/// (spec 01 §5.2).
package struct NodeCapabilities: Hashable, Sendable {
    /// Whether it can relay.
    package var isRelay: Bool
    /// Whether it can coordinate hole punching.
    package var isCoordinator: Bool

    /// Creates the record; a node that can do neither says so.
    package init(isRelay: Bool = false, isCoordinator: Bool = false) {
        self.isRelay = isRelay
        self.isCoordinator = isCoordinator
    }
}

extension DiscoveryCache {
    /// The reachability fields of the node's own announcements, each from what the node really knows (spec 01 §5.2).
    ///
    /// - Parameters:
    ///   - connected: The machines connected now.
    ///   - canReceiveDirect: See ``InboundReachability``.
    ///   - natType: What NAT detection found, for people; `nil` without detection.
    ///   - capabilities: What the node can do for others.
    /// - Returns: The fields, hints sorted and within their caps.
    package func ownReachability(
        connected: [MachineID],
        canReceiveDirect: Bool?,
        natType: String?,
        capabilities: NodeCapabilities
    ) -> Reachability {
        let hints = self.connectionHints(connected: connected, canReceiveDirect: canReceiveDirect)
        return Reachability(
            natType: natType,
            canReceiveDirect: canReceiveDirect,
            isRelay: capabilities.isRelay,
            isCoordinator: capabilities.isCoordinator,
            reachableVia: hints.reachableVia,
            relayCandidates: hints.relayCandidates
        )
    }
}
