// SPDX-License-Identifier: MIT OR Apache-2.0

extension Endpoints {
    package static let peers = Endpoint<NoBody, PeersResponse>(
        .get,
        "/peers",
        command: "peers",
        .network,
        "List the connected transport peers"
    )

    package static let networkStatus = Endpoint<NoBody, NetworkStatusResponse>(
        .get,
        "/network/status",
        command: "network status",
        .network,
        "Show addresses, NAT type and connection counts"
    )

    package static let gossipDiagnostics = Endpoint<NoBody, GossipDiagnosticsResponse>(
        .get,
        "/diagnostics/gossip",
        command: "diagnostics gossip",
        .network,
        "Show the counters of the gossip layer"
    )
}

/// `GET /peers` (spec 11 §7.3).
package struct PeersResponse: Codable, Hashable, Sendable {
    package struct Peer: Codable, Hashable, Sendable {
        /// Machine id, 64 hex digits.
        package let id: String

        package init(id: String) {
            self.id = id
        }
    }

    package let peers: [Peer]

    package init(peers: [Peer]) {
        self.peers = peers
    }
}

/// `GET /network/status` (spec 11 §7.3); all fields always present.
package struct NetworkStatusResponse: Codable, Hashable, Sendable {
    /// The QUIC address really bound, never port 0.
    package var localAddress = ""
    package var externalAddresses: [String] = []
    /// `None`, `FullCone`, `AddressRestricted`, `PortRestricted`, `Symmetric` or `Unknown`.
    package var natType = "Unknown"
    package var hasGlobalAddress = false
    package var canReceiveDirect = false
    package var connectedPeers: UInt64 = 0
    /// Since the start of the daemon.
    package var directConnections: UInt64 = 0
    /// Since the start of the daemon.
    package var relayedConnections: UInt64 = 0
    /// 0…1.
    package var holePunchSuccessRate = 0.0
    package var isRelaying = false
    package var relaySessions: UInt64 = 0
    package var isCoordinating = false
    package var coordinationSessions: UInt64 = 0
    package var averageRoundTripMilliseconds: UInt64 = 0
    package var uptimeSeconds: UInt64 = 0

    package init() {}

    enum CodingKeys: String, CodingKey {
        case localAddress = "local_addr"
        case externalAddresses = "external_addrs"
        case natType = "nat_type"
        case hasGlobalAddress = "has_global_address"
        case canReceiveDirect = "can_receive_direct"
        case connectedPeers = "connected_peers"
        case directConnections = "direct_connections"
        case relayedConnections = "relayed_connections"
        case holePunchSuccessRate = "hole_punch_success_rate"
        case isRelaying = "is_relaying"
        case relaySessions = "relay_sessions"
        case isCoordinating = "is_coordinating"
        case coordinationSessions = "coordination_sessions"
        case averageRoundTripMilliseconds = "avg_rtt_ms"
        case uptimeSeconds = "uptime_secs"
    }
}
