// SPDX-License-Identifier: MIT OR Apache-2.0

/// The queue half of `GET /diagnostics/gossip`: what the receive pump took in and what the dispatcher did with it.
extension GossipDiagnosticsResponse {
    package struct DispatchCounters: Codable, Hashable, Sendable {
        package var received: UInt64 = 0
        package var completed: UInt64 = 0
        package var timedOut: UInt64 = 0
        package var maximumElapsedMilliseconds: UInt64 = 0
        package var totalElapsedNanoseconds: UInt64 = 0
        package var over1SecondCount: UInt64 = 0
        package var over5SecondsCount: UInt64 = 0
        package var over30SecondsCount: UInt64 = 0

        package init() {}

        enum CodingKeys: String, CodingKey {
            case received
            case completed
            case timedOut = "timed_out"
            case maximumElapsedMilliseconds = "max_elapsed_ms"
            case totalElapsedNanoseconds = "total_elapsed_ns"
            case over1SecondCount = "over_1s_count"
            case over5SecondsCount = "over_5s_count"
            case over30SecondsCount = "over_30s_count"
        }
    }

    package struct Depth: Codable, Hashable, Sendable {
        package var latest: UInt64 = 0
        package var maximum: UInt64 = 0
        package var capacity: UInt64 = 0

        package init() {}

        enum CodingKeys: String, CodingKey {
            case latest
            case maximum = "max"
            case capacity
        }
    }

    package struct Depths: Codable, Hashable, Sendable {
        package var pubsub = Depth()
        package var membership = Depth()
        package var bulk = Depth()

        package init() {}
    }

    package struct Dispatcher: Codable, Hashable, Sendable {
        package var pubsub = DispatchCounters()
        package var membership = DispatchCounters()
        package var bulk = DispatchCounters()
        package var receiveDepth = Depths()
        package var pubsubWorkers: UInt64 = 0
        package var membershipWorkers: UInt64 = 0

        package init() {}

        enum CodingKeys: String, CodingKey {
            case pubsub
            case membership
            case bulk
            case receiveDepth = "recv_depth"
            case pubsubWorkers = "pubsub_workers"
            case membershipWorkers = "membership_workers"
        }
    }

    package struct LaneCounters: Codable, Hashable, Sendable {
        package var producedTotal: UInt64 = 0
        package var enqueuedTotal: UInt64 = 0
        package var dequeuedTotal: UInt64 = 0
        package var droppedFull: UInt64 = 0
        package var droppedClosed: UInt64 = 0
        package var latestDepth: UInt64 = 0
        package var maximumDepth: UInt64 = 0
        package var capacity: UInt64 = 0
        package var maximumDwellMilliseconds: UInt64 = 0
        package var averageDwellMilliseconds: UInt64 = 0
        package var producerPerSecond = 0.0
        package var consumerPerSecond = 0.0

        package init() {}

        enum CodingKeys: String, CodingKey {
            case producedTotal = "produced_total"
            case enqueuedTotal = "enqueued_total"
            case dequeuedTotal = "dequeued_total"
            case droppedFull = "dropped_full"
            case droppedClosed = "dropped_closed"
            case latestDepth = "latest_depth"
            case maximumDepth = "max_depth"
            case capacity
            case maximumDwellMilliseconds = "max_dwell_ms"
            case averageDwellMilliseconds = "avg_dwell_ms"
            case producerPerSecond = "producer_per_sec"
            case consumerPerSecond = "consumer_per_sec"
        }
    }

    package struct PeerLaneCounters: Codable, Hashable, Sendable {
        package var pubsubProduced: UInt64 = 0
        package var membershipProduced: UInt64 = 0
        package var bulkProduced: UInt64 = 0
        package var pubsubDroppedFull: UInt64 = 0
        package var membershipDroppedFull: UInt64 = 0
        package var bulkDroppedFull: UInt64 = 0

        package init() {}

        enum CodingKeys: String, CodingKey {
            case pubsubProduced = "pubsub_produced"
            case membershipProduced = "membership_produced"
            case bulkProduced = "bulk_produced"
            case pubsubDroppedFull = "pubsub_dropped_full"
            case membershipDroppedFull = "membership_dropped_full"
            case bulkDroppedFull = "bulk_dropped_full"
        }
    }

    package struct ReceivePump: Codable, Hashable, Sendable {
        package var uptimeSeconds: UInt64 = 0
        package var pubsub = LaneCounters()
        package var membership = LaneCounters()
        package var bulk = LaneCounters()
        /// By machine id, 64 hex digits.
        package var perPeer: [String: PeerLaneCounters] = [:]

        package init() {}

        enum CodingKeys: String, CodingKey {
            case uptimeSeconds = "uptime_secs"
            case pubsub
            case membership
            case bulk
            case perPeer = "per_peer"
        }
    }
}
