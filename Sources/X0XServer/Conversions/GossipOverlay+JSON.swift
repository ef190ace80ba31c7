// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore
internal import Primitives
internal import X0XAPI

extension GossipDiagnosticsResponse.Overlay {
    init(_ report: OverlayReport) {
        self.init()
        self.activeView = report.activeView.map(\.hex)
        self.passiveView = report.passiveView.map(\.hex)
        self.membership = Self.counters(report.membership)
        self.occupancy = Self.sizes(report.occupancy)
        for reason in DropReason.allCases { self.drops[reason.name] = report.drops[reason] }
    }

    private static func counters(_ statistics: MembershipStatistics) -> [String: UInt64] {
        [
            "received": statistics.received,
            "sent": statistics.sent,
            "bytes_sent": statistics.bytesSent,
            "joins_received": statistics.joinsReceived,
            "joins_sent": statistics.joinsSent,
            "neighbors_gained": statistics.neighborsGained,
            "neighbors_lost": statistics.neighborsLost,
            "evictions": statistics.evictions,
            "refusals": statistics.refusals,
            "refused": statistics.refused,
            "unanswered": statistics.unanswered,
            "connect_failures": statistics.connectFailures,
            "shuffles_sent": statistics.shufflesSent,
            "shuffles_merged": statistics.shufflesMerged,
            "probes_sent": statistics.probesSent,
            "suspicions": statistics.suspicions,
            "refutations": statistics.refutations,
            "indirect_acks": statistics.indirectAcks,
            "deaths": statistics.deaths,
            "unusable_links": statistics.unusableLinks,
            "unexpected": statistics.unexpected,
        ]
    }

    private static func sizes(_ occupancy: GossipOccupancy) -> [String: UInt64] {
        [
            "peers": UInt64(occupancy.peerCount),
            "topics": UInt64(occupancy.topicCount),
            "cached_bytes": UInt64(occupancy.cachedByteCount),
            "seen": UInt64(occupancy.seenCount),
            "missing": UInt64(occupancy.missingCount),
            "verifications": UInt64(occupancy.verificationCount),
            "signings": UInt64(occupancy.signingCount),
            "queued_sends": UInt64(occupancy.queuedCount),
        ]
    }
}

extension DropReason {
    /// The name in JSON: the case in snake case.
    fileprivate var name: String {
        "\(self)".reduce(into: "") { name, letter in
            if letter.isUppercase { name += "_" }
            name += letter.lowercased()
        }
    }
}
