// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore
internal import Primitives

/// Bounds that hold in every node at every instant, looked at from outside (spec 04 §20: nothing unbounded).
extension GossipNetwork {
    /// Compares what the nodes hold with their caps and notes what is above.
    package mutating func audit() {
        for index in self.members.indices where self.members[index].isUp {
            let occupancy = self.members[index].node.occupancy
            self.expect(occupancy.peerCount, atMost: self.configuration.peerCountMax, "peers", at: index)
            self.expect(occupancy.topicCount, atMost: self.configuration.topicCountMax, "topics", at: index)
            self.expect(
                occupancy.cachedByteCount,
                atMost: self.configuration.cacheByteCountMax,
                "cached bytes",
                at: index
            )
            self.expect(occupancy.seenCount, atMost: self.configuration.seenCountMax, "known ids", at: index)
            self.expect(occupancy.missingCount, atMost: self.configuration.missingCountMax, "missing", at: index)
            self.expect(
                occupancy.verificationCount,
                atMost: self.configuration.verificationCountMax,
                "verifications",
                at: index
            )
            self.expect(occupancy.signingCount, atMost: self.configuration.signingCountMax, "signatures", at: index)
            let queueMax =
                SendPriority.allCases.count * self.configuration.sendQueueCountMax
                + self.configuration.sendCountInFlightMax
            self.expect(occupancy.queuedCount, atMost: occupancy.peerCount * queueMax, "queued messages", at: index)
        }
    }

    private mutating func expect(_ count: Int, atMost limit: Int, _ what: String, at index: Int) {
        guard count > limit else { return }
        self.violations.boundCount += 1
        self.violations.note("node \(index) holds \(count) \(what), more than \(limit)")
    }
}
