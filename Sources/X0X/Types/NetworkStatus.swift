// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What this node knows about its network (spec 11 §7.3).
///
/// Relay, hole punching and NAT detection are not built yet: their fields hold the values of a node that never did any.
package struct NetworkStatus: Sendable {
    /// The really bound QUIC address, never with port 0.
    package var localAddress: NetworkAddress
    /// Addresses others may reach: observed ones, then own interfaces; globally routable only.
    package var externalAddresses: [NetworkAddress]
    /// `None`, `FullCone`, `AddressRestricted`, `PortRestricted`, `Symmetric` or `Unknown`.
    package var natType: String
    /// Whether an external address is globally routable.
    package var hasGlobalAddress: Bool
    /// Whether some peer reached this node directly.
    package var canReceiveDirect: Bool
    /// Peers connected now.
    package var connectedPeers: Int
    /// Direct connections since start.
    package var directConnections: UInt64
    /// Relayed connections since start.
    package var relayedConnections: UInt64
    /// Successful hole punches per attempt, 0…1.
    package var holePunchSuccessRate: Double
    /// Whether this node relays for others now.
    package var isRelaying: Bool
    /// Relay sessions since start.
    package var relaySessions: UInt64
    /// Whether this node coordinates hole punching now.
    package var isCoordinating: Bool
    /// Coordination sessions since start.
    package var coordinationSessions: UInt64
    /// Mean smoothed round-trip time over the connected peers; 0 without peers.
    package var averageRoundTripMilliseconds: UInt64
}
