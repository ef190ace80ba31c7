// SPDX-License-Identifier: MIT OR Apache-2.0

extension Endpoints {
    package static let health = Endpoint<NoBody, HealthResponse>(
        .get,
        "/health",
        command: "health",
        .status,
        access: .open,
        "Say whether the daemon answers, without a token"
    )

    package static let status = Endpoint<NoBody, StatusResponse>(
        .get,
        "/status",
        command: "status",
        .status,
        "Show the daemon's state, version, addresses and warnings"
    )

    package static let shutdown = Endpoint<NoBody, ShutdownResponse>(
        .post,
        "/shutdown",
        command: "stop",
        .status,
        "Stop the daemon gracefully"
    )

    package static let constitution = Endpoint<NoBody, Document>(
        .get,
        "/constitution",
        command: "constitution",
        .status,
        access: .open,
        answer: .document("text/markdown"),
        "Print the constitution as Markdown"
    )

    package static let constitutionDocument = Endpoint<NoBody, ConstitutionResponse>(
        .get,
        "/constitution/json",
        command: "constitution --json",
        .status,
        access: .open,
        "Show the constitution with its version and status"
    )

    /// Also served as `/gui/`, the only alias (spec 11 §5).
    package static let gui = Endpoint<NoBody, Document>(
        .get,
        "/gui",
        command: "gui",
        .websocket,
        access: .open,
        answer: .document("text/html"),
        "Open the web interface"
    )
}

/// `GET /health` (spec 11 §7.1).
package struct HealthResponse: Codable, Hashable, Sendable {
    /// Always `healthy` while the process serves.
    package let status: String
    package let version: String
    /// Connected transport peers.
    package let peers: UInt64
    package let uptimeSeconds: UInt64

    package init(status: String, version: String, peers: UInt64, uptimeSeconds: UInt64) {
        self.status = status
        self.version = version
        self.peers = peers
        self.uptimeSeconds = uptimeSeconds
    }

    enum CodingKeys: String, CodingKey {
        case status
        case version
        case peers
        case uptimeSeconds = "uptime_secs"
    }
}

/// `GET /status` (spec 11 §7.1).
package struct StatusResponse: Codable, Hashable, Sendable {
    /// `degraded`, `connected`, `connecting` or `isolated`.
    package let status: String
    package let version: String
    package let uptimeSeconds: UInt64
    /// `ip:port` this API listens on.
    package let apiAddress: String
    package let externalAddresses: [String]
    package let agentID: String
    package let peers: UInt64
    package let warnings: [String]

    package init(
        status: String,
        version: String,
        uptimeSeconds: UInt64,
        apiAddress: String,
        externalAddresses: [String],
        agentID: String,
        peers: UInt64,
        warnings: [String]
    ) {
        self.status = status
        self.version = version
        self.uptimeSeconds = uptimeSeconds
        self.apiAddress = apiAddress
        self.externalAddresses = externalAddresses
        self.agentID = agentID
        self.peers = peers
        self.warnings = warnings
    }

    enum CodingKeys: String, CodingKey {
        case status
        case version
        case uptimeSeconds = "uptime_secs"
        case apiAddress = "api_address"
        case externalAddresses = "external_addrs"
        case agentID = "agent_id"
        case peers
        case warnings
    }
}

/// `POST /shutdown` (spec 11 §7.1).
package struct ShutdownResponse: Codable, Hashable, Sendable {
    package let message: String

    package init(message: String) {
        self.message = message
    }
}

/// `GET /constitution/json` (spec 11 §7.1).
package struct ConstitutionResponse: Codable, Hashable, Sendable {
    package let version: String
    package let status: String
    /// The Markdown text, same as `GET /constitution`.
    package let content: String

    package init(version: String, status: String, content: String) {
        self.version = version
        self.status = status
        self.content = content
    }
}
