// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore
internal import Presence
internal import Primitives
internal import X0XAPI

extension GossipDiagnosticsResponse.Overlay {
    init(_ report: OverlayReport) {
        self.init()
        self.activeView = report.activeView.map(\.hex)
        self.passiveView = report.passiveView.map(\.hex)
        self.membership = Self.counters(report.membership)
        self.occupancy = Self.sizes(report.occupancy)
        for reason in DropReason.allCases { self.drops["\(reason)".inSnakeCase] = report.drops[reason] }
    }

    static func counters(_ statistics: GossipStatistics) -> [String: UInt64] {
        [
            "accepted": statistics.accepted,
            "delivered": statistics.delivered,
            "signature_checks": statistics.signatureChecks,
            "eager_sent": statistics.eagerSent,
            "ihave_sent": statistics.iHaveSent,
            "iwant_sent": statistics.iWantSent,
            "anti_entropy_sent": statistics.antiEntropySent,
            "prune_notices_sent": statistics.pruneNoticesSent,
            "graft_notices_sent": statistics.graftNoticesSent,
            "recovered": statistics.recovered,
            "message_id_conflicts": statistics.messageIDConflicts,
            "cache_evictions": statistics.cacheEvictions,
            "topic_evictions": statistics.topicEvictions,
            "bytes_sent": statistics.bytesSent,
        ]
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

extension GossipDiagnosticsResponse.Presence {
    init(_ statistics: PresenceStatistics) {
        self.init()
        self.counters = [
            "beacons_made": statistics.beaconsMade,
            "beacon_sends": statistics.beaconSends,
            "beacon_sends_skipped": statistics.beaconSendsSkipped,
            "beacons_accepted": statistics.beaconsAccepted,
            "signing_failures": statistics.signingFailures,
            "queries_started": statistics.queriesStarted,
            "queries_answered": statistics.queriesAnswered,
            "queries_forwarded": statistics.queriesForwarded,
            "responses_merged": statistics.responsesMerged,
            "responses_relayed": statistics.responsesRelayed,
            "records_evicted": statistics.recordsEvicted,
            "records_omitted": statistics.recordsOmitted,
        ]
        for reason in PresenceDropReason.allCases {
            self.drops[reason.rawValue.inSnakeCase] = statistics.dropped[reason, default: 0]
        }
    }
}

extension String {
    /// The name of a Swift case as a name in JSON.
    fileprivate var inSnakeCase: String {
        self.reduce(into: "") { name, letter in
            if letter.isUppercase { name += "_" }
            name += letter.lowercased()
        }
    }
}
