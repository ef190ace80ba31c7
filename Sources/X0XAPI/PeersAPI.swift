// SPDX-License-Identifier: MIT OR Apache-2.0

extension Endpoints {
    package static let probePeer = Endpoint<NoBody, ProbeResponse>(
        .post,
        "/peers/:peer_id/probe",
        command: "peer probe",
        .network,
        query: ["timeout_ms"],
        "Measure the round trip to a connected peer"
    )

    package static let peerHealth = Endpoint<NoBody, PeerHealthResponse>(
        .get,
        "/peers/:peer_id/health",
        command: "peer health",
        .network,
        "Show the state of the connection to a peer"
    )

    package static let peerEvents = Endpoint<NoBody, EventStream<PeerLifecycleEvent>>(
        .get,
        "/peers/events",
        command: "peer events",
        .network,
        access: .tokenOrQuery,
        answer: .events,
        "Stream connections being made, replaced and closed"
    )

    package static let bootstrapCache = Endpoint<NoBody, BootstrapCacheResponse>(
        .get,
        "/network/bootstrap-cache",
        command: "network cache",
        .network,
        "Show the live connections and the size of the peer cache"
    )
}

/// `POST /peers/:peer_id/probe` (spec 11 §7.6).
package struct ProbeResponse: Codable, Hashable, Sendable {
    package let roundTripMilliseconds: UInt64
    package let roundTripMicroseconds: UInt64
    /// The time limit that applied, 100…30,000.
    package let timeoutMilliseconds: UInt64

    package init(roundTripMilliseconds: UInt64, roundTripMicroseconds: UInt64, timeoutMilliseconds: UInt64) {
        self.roundTripMilliseconds = roundTripMilliseconds
        self.roundTripMicroseconds = roundTripMicroseconds
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    enum CodingKeys: String, CodingKey {
        case roundTripMilliseconds = "rtt_ms"
        case roundTripMicroseconds = "rtt_us"
        case timeoutMilliseconds = "timeout_ms"
    }
}

/// `GET /peers/:peer_id/health`, also for peers never seen (spec 11 §7.6).
package struct PeerHealthResponse: Codable, Hashable, Sendable {
    package struct Snapshot: Codable, Hashable, Sendable {
        package var connected = false
        /// Counts the connections to this peer; null for a peer never seen.
        @Nullable package var generation: UInt64?
        @Nullable package var readerTaskActive: Bool?
        @Nullable package var lastReceivedMillisecondsAgo: UInt64?
        @Nullable package var lastSentMillisecondsAgo: UInt64?
        @Nullable package var idleMilliseconds: UInt64?
        /// Why the last connection ended, such as `TimedOut`; null while one is live.
        @Nullable package var closeReason: String?

        package init() {
            self._generation = Nullable(wrappedValue: nil)
            self._readerTaskActive = Nullable(wrappedValue: nil)
            self._lastReceivedMillisecondsAgo = Nullable(wrappedValue: nil)
            self._lastSentMillisecondsAgo = Nullable(wrappedValue: nil)
            self._idleMilliseconds = Nullable(wrappedValue: nil)
            self._closeReason = Nullable(wrappedValue: nil)
        }

        enum CodingKeys: String, CodingKey {
            case connected
            case generation
            case readerTaskActive = "reader_task_active"
            case lastReceivedMillisecondsAgo = "last_received_ms_ago"
            case lastSentMillisecondsAgo = "last_sent_ms_ago"
            case idleMilliseconds = "idle_ms"
            case closeReason = "close_reason"
        }
    }

    /// The id as it was asked for.
    package let peerID: String
    /// One line for people.
    package let health: String
    package let snapshot: Snapshot

    package init(peerID: String, health: String, snapshot: Snapshot) {
        self.peerID = peerID
        self.health = health
        self.snapshot = snapshot
    }

    enum CodingKeys: String, CodingKey {
        case peerID = "peer_id"
        case health
        case snapshot
    }
}

/// One event `peer-lifecycle` of `GET /peers/events` (spec 11 §7.6).
package struct PeerLifecycleEvent: Codable, Hashable, Sendable {
    package static let name = "peer-lifecycle"

    /// Machine id, 64 hex digits.
    package let peerID: String
    /// `Established { generation: 1 }` and the like.
    package let event: String
    /// Unix milliseconds.
    package let at: UInt64
    /// The first word of `event`.
    package let kind: String
    package let generation: UInt64?
    package let oldGeneration: UInt64?
    package let newGeneration: UInt64?
    package let reason: String?

    package init(
        peerID: String,
        event: String,
        at: UInt64,
        kind: String,
        generation: UInt64? = nil,
        oldGeneration: UInt64? = nil,
        newGeneration: UInt64? = nil,
        reason: String? = nil
    ) {
        self.peerID = peerID
        self.event = event
        self.at = at
        self.kind = kind
        self.generation = generation
        self.oldGeneration = oldGeneration
        self.newGeneration = newGeneration
        self.reason = reason
    }

    enum CodingKeys: String, CodingKey {
        case peerID = "peer_id"
        case event
        case at = "at_ms"
        case kind
        case generation
        case oldGeneration = "old_generation"
        case newGeneration = "new_generation"
        case reason
    }
}

/// `GET /network/bootstrap-cache` (spec 11 §7.3): despite its name it lists the live connections.
package struct BootstrapCacheResponse: Codable, Hashable, Sendable {
    package let connectionCount: UInt64
    /// Machine ids, 64 hex digits.
    package let connectedPeers: [String]
    /// Peers remembered across restarts.
    package let cachedPeers: UInt64

    package init(connectionCount: UInt64, connectedPeers: [String], cachedPeers: UInt64) {
        self.connectionCount = connectionCount
        self.connectedPeers = connectedPeers
        self.cachedPeers = cachedPeers
    }

    enum CodingKeys: String, CodingKey {
        case connectionCount = "connection_count"
        case connectedPeers = "connected_peers"
        case cachedPeers = "cached_peers"
    }
}
