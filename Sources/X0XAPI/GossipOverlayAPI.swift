// SPDX-License-Identifier: MIT OR Apache-2.0

extension GossipDiagnosticsResponse {
    /// Section `overlay`, an addition of this implementation: the views, membership, and why things were dropped.
    package struct Overlay: Codable, Hashable, Sendable {
        /// Machine ids of the neighbours, 64 hex digits each, sorted.
        package var activeView: [String] = []
        /// Machine ids of the contacts, sorted.
        package var passiveView: [String] = []
        /// Counters of membership since start.
        package var membership: [String: UInt64] = [:]
        /// How full the tables of the gossip core are.
        package var occupancy: [String: UInt64] = [:]
        /// Dropped things by reason, every reason listed.
        package var drops: [String: UInt64] = [:]
        /// What was accepted, sent, repaired and checked since start.
        package var counters: [String: UInt64] = [:]

        package init() {}

        enum CodingKeys: String, CodingKey {
            case activeView = "active_view"
            case passiveView = "passive_view"
            case membership
            case occupancy
            case drops
            case counters
        }
    }

    /// Beacons and walks (spec 05).
    package struct Presence: Codable, Hashable, Sendable {
        /// What was made, sent, accepted and answered since start.
        package var counters: [String: UInt64] = [:]
        /// Dropped messages, records and sends by reason, every reason listed.
        package var drops: [String: UInt64] = [:]

        package init() {}
    }
}
