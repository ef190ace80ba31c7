// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What the original's diagnostics have no field for: the views, what membership did, and why things were dropped.
package struct OverlayReport: Equatable, Sendable {
    /// Neighbours, sorted.
    package internal(set) var activeView: [PeerID] = []
    /// Contacts, sorted.
    package internal(set) var passiveView: [PeerID] = []
    package internal(set) var membership = MembershipStatistics()
    package internal(set) var occupancy = GossipOccupancy()
    /// Dropped things by reason.
    package internal(set) var drops = DropStatistics()

    /// The report of a node that has done nothing.
    package init() {}
}

extension GossipNode {
    /// The overlay now.
    package var overlay: OverlayReport {
        var report = OverlayReport()
        report.activeView = self.activeView
        report.passiveView = self.passiveView
        report.membership = self.membershipStatistics
        report.occupancy = self.occupancy
        report.drops = self.statistics.drops
        return report
    }
}
