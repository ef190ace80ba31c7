// SPDX-License-Identifier: MIT OR Apache-2.0

extension Endpoints {
    package static let connectivityDiagnostics = Endpoint<NoBody, ConnectivityDiagnosticsResponse>(
        .get,
        "/diagnostics/connectivity",
        command: "diagnostics connectivity",
        .network,
        "Show NAT type, port mapping, local discovery and relays"
    )
}

/// `GET /diagnostics/connectivity` (spec 11 §7.5); all keys always present.
package struct ConnectivityDiagnosticsResponse: Codable, Hashable, Sendable {
    package struct PortMapping: Codable, Hashable, Sendable {
        package var active = false
        @Nullable package var externalAddress: String?

        package init() { self._externalAddress = Nullable(wrappedValue: nil) }

        enum CodingKeys: String, CodingKey {
            case active
            case externalAddress = "external_addr"
        }
    }

    package struct LocalDiscovery: Codable, Hashable, Sendable {
        package var browsing = false
        package var advertising = false
        package var discoveredPeers: UInt64 = 0

        package init() {}

        enum CodingKeys: String, CodingKey {
            case browsing
            case advertising
            case discoveredPeers = "discovered_peers"
        }
    }

    package struct Services: Codable, Hashable, Sendable {
        package var relayEnabled = false
        package var coordinatorEnabled = false
        package var bootstrapEnabled = false

        package init() {}

        enum CodingKeys: String, CodingKey {
            case relayEnabled = "relay_enabled"
            case coordinatorEnabled = "coordinator_enabled"
            case bootstrapEnabled = "bootstrap_enabled"
        }
    }

    package struct Connections: Codable, Hashable, Sendable {
        package var connectedPeers: UInt64 = 0
        package var active: UInt64 = 0
        package var direct: UInt64 = 0
        package var relayed: UInt64 = 0
        package var holePunchSuccessRate = 0.0

        package init() {}

        enum CodingKeys: String, CodingKey {
            case connectedPeers = "connected_peers"
            case active
            case direct
            case relayed
            case holePunchSuccessRate = "hole_punch_success_rate"
        }
    }

    package struct Relay: Codable, Hashable, Sendable {
        package var isRelaying = false
        package var sessions: UInt64 = 0
        package var bytesForwarded: UInt64 = 0

        package init() {}

        enum CodingKeys: String, CodingKey {
            case isRelaying = "is_relaying"
            case sessions
            case bytesForwarded = "bytes_forwarded"
        }
    }

    package struct Coordinator: Codable, Hashable, Sendable {
        package var isCoordinating = false
        package var sessions: UInt64 = 0

        package init() {}

        enum CodingKeys: String, CodingKey {
            case isCoordinating = "is_coordinating"
            case sessions
        }
    }

    package var peerID = ""
    package var localAddress = ""
    package var externalAddresses: [String] = []
    package var natType = "Unknown"
    package var canReceiveDirect = false
    /// `None`, `Some(Loopback)`, `Some(LocalNetwork)` or `Some(Global)`.
    package var reachabilityScope = "None"
    package var hasGlobalAddress = false
    package var portMapping = PortMapping()
    package var localDiscovery = LocalDiscovery()
    package var services = Services()
    package var connections = Connections()
    package var relay = Relay()
    package var coordinator = Coordinator()
    package var averageRoundTripMilliseconds: UInt64 = 0
    package var uptimeSeconds: UInt64 = 0

    package init() {}

    enum CodingKeys: String, CodingKey {
        case peerID = "peer_id"
        case localAddress = "local_addr"
        case externalAddresses = "external_addrs"
        case natType = "nat_type"
        case canReceiveDirect = "can_receive_direct"
        case reachabilityScope = "direct_reachability_scope"
        case hasGlobalAddress = "has_global_address"
        case portMapping = "port_mapping"
        case localDiscovery = "mdns"
        case services
        case connections
        case relay
        case coordinator
        case averageRoundTripMilliseconds = "avg_rtt_ms"
        case uptimeSeconds = "uptime_s"
    }
}
