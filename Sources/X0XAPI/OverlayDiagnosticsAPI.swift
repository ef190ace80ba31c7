// SPDX-License-Identifier: MIT OR Apache-2.0

extension Endpoints {
    package static let overlayDiagnostics = Endpoint<NoBody, OverlayDiagnosticsResponse>(
        .get,
        "/diagnostics/overlay",
        command: "diagnostics overlay",
        .network,
        "Show the views of the gossip overlay and why messages were dropped"
    )
}

/// `GET /diagnostics/overlay` (not in the original): what `GET /diagnostics/gossip` has no field for.
package struct OverlayDiagnosticsResponse: Codable, Hashable, Sendable {
    /// Machine ids of the neighbours, 64 hex digits each, sorted.
    package var activeView: [String]
    /// Machine ids of the contacts, sorted.
    package var passiveView: [String]
    /// Counters of membership since start.
    package var membership: [String: UInt64]
    /// How full the tables of the gossip core are.
    package var occupancy: [String: UInt64]
    /// Dropped things by reason, every reason listed.
    package var drops: [String: UInt64]

    package init(
        activeView: [String],
        passiveView: [String],
        membership: [String: UInt64],
        occupancy: [String: UInt64],
        drops: [String: UInt64]
    ) {
        self.activeView = activeView
        self.passiveView = passiveView
        self.membership = membership
        self.occupancy = occupancy
        self.drops = drops
    }

    enum CodingKeys: String, CodingKey {
        case activeView = "active_view"
        case passiveView = "passive_view"
        case membership
        case occupancy
        case drops
    }
}
