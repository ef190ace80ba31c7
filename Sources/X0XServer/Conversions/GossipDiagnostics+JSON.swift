// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore
internal import Primitives
internal import Trust
internal import X0X
internal import X0XAPI

extension GossipDiagnosticsResponse {
    init(_ diagnostics: GossipDiagnostics) {
        self.init()
        self.statistics = Statistics(diagnostics.pipeline)
        self.stages = Stages(diagnostics)
        self.dispatcher = Dispatcher(diagnostics)
        self.receivePump = ReceivePump(diagnostics.receivePump)
        self.overlay = Overlay(diagnostics.overlay)
        self.overlay.counters = Overlay.counters(diagnostics.stages)
        self.presence = Presence(diagnostics.presence)
        for path in TrustPath.allCases { self.trust[path.rawValue] = TrustCounters(diagnostics.trust[path]) }
    }
}

extension GossipDiagnosticsResponse.TrustCounters {
    fileprivate init(_ line: TrustTally.Line) {
        self.init()
        self.admitted = line.admitted
        self.blocked = line.refused[.blocked, default: 0]
        self.machineMismatch = line.refused[.machineMismatch, default: 0]
        self.unverified = line.refused[.unverified, default: 0]
        self.notTrusted = line.refused[.notTrusted, default: 0]
    }
}

extension GossipDiagnosticsResponse.Statistics {
    fileprivate init(_ pipeline: PipelineStatistics) {
        self.init()
        self.publishTotal = pipeline.publishTotal
        self.publishFailed = pipeline.publishFailed
        self.incomingTotal = pipeline.incomingTotal
        self.incomingDecoded = pipeline.incomingDecoded
        self.incomingDecodeFailed = pipeline.incomingDecodeFailed
        self.deliveredToSubscriber = pipeline.deliveredToSubscriber
        self.slowSubscriberDropped = pipeline.slowSubscriberDropped
        self.subscriberChannelClosed = pipeline.subscriberChannelClosed
        self.inFlightDecode = pipeline.inFlightDecode
        self.decodeToDeliveryDrops = pipeline.decodeToDeliveryDrops
    }
}

extension GossipDiagnosticsResponse.Stages {
    /// `dedupe_lock_acquire` stays zero: there is no topic lock.
    fileprivate init(_ diagnostics: GossipDiagnostics) {
        self.init()
        let stages = diagnostics.stages
        self.messageKinds.eager = stages.messageKinds.eager
        self.messageKinds.ihave = stages.messageKinds.iHave
        self.messageKinds.iwant = stages.messageKinds.iWant
        self.messageKinds.antiEntropy = stages.messageKinds.antiEntropy
        self.messageKinds.other = stages.messageKinds.other
        self.messageKinds.decodeFailed = stages.messageKinds.decodeFailed
        self.messageKinds.prune = stages.messageKinds.prune
        self.messageKinds.graft = stages.messageKinds.graft
        self.decode = GossipDiagnosticsResponse.StageTimer(stages.decode)
        self.dedupeCheck = GossipDiagnosticsResponse.StageTimer(stages.dedupeCheck)
        self.eagerFanout = GossipDiagnosticsResponse.StageTimer(diagnostics.fanOut)
        self.verify = GossipDiagnosticsResponse.StageTimer(stages.verify)
        self.republish = GossipDiagnosticsResponse.StageTimer(stages.republish)
        self.republishPerPeerTimeout = stages.republishPerPeerTimeout
        self.outboundBudgetExhausted = stages.outboundBudgetExhausted
        let readAt = diagnostics.readAt
        self.suppressedPeers = diagnostics.suppressedPeers.map {
            GossipDiagnosticsResponse.SuppressedPeer($0, readAt: readAt)
        }
        self.suppressionCleanupIntervalMilliseconds = UInt64(clamping: diagnostics.sweepInterval.milliseconds)
        self.suppressionCleanupEntries = UInt64(diagnostics.suppressedPeers.count)
        self.peerScores = diagnostics.peerScores.map(GossipDiagnosticsResponse.PeerScore.init)
    }
}

extension GossipDiagnosticsResponse.StageTimer {
    fileprivate init(_ timer: GossipCore.StageTimer) {
        self.init()
        self.count = timer.count
        self.totalNanoseconds = timer.totalNanoseconds
        self.maximumNanoseconds = timer.maxNanoseconds
        self.over1SecondCount = timer.overOneSecondCount
        self.over5SecondsCount = timer.overFiveSecondsCount
        self.over30SecondsCount = timer.overThirtySecondsCount
    }
}

extension GossipDiagnosticsResponse.SuppressedPeer {
    fileprivate init(_ report: SuppressedPeerReport, readAt: UnixMillis) {
        self.init()
        self.peerID = report.peer.shortHex
        self.topic = report.topic.shortHex
        self.suppressedForMilliseconds = UInt64(clamping: report.remaining.milliseconds)
        self.suppressedUntilUnixMilliseconds = readAt.milliseconds &+ self.suppressedForMilliseconds
        self.recentTimeoutCount = UInt64(report.recentTimeoutCount)
        self.recentTimeoutRatePerSecond = Double(report.recentTimeoutCount) / 30  // counted over 30 s (spec 04 §14)
        self.affectedTopicsCount = UInt64(report.affectedTopicsCount)
        self.cooldownMilliseconds = UInt64(clamping: report.cooldown.milliseconds)
        self.state = report.state.rawValue
        self.recoveryProbeInFlight = report.state == .recoveryProbe
    }
}

extension GossipDiagnosticsResponse.PeerScore {
    fileprivate init(_ report: PeerScoreReport) {
        self.init()
        self.peerID = report.peer.shortHex
        self.topic = report.topic.shortHex
        self.role = report.role.rawValue
        self.score = report.score
        self.iwantResponseRate = report.iWantResponseRate
        self.recency = report.recency
        self.sendHealth = report.sendHealth
        self.outboundSendSuccesses = UInt64(report.outboundSendSuccesses)
        self.outboundSendTimeouts = UInt64(report.outboundSendTimeouts)
        self.coolingEvents = UInt64(report.coolingEvents)
        self.recoveryProbes = UInt64(report.recoveryProbes)
        self.recoverySuccesses = UInt64(report.recoverySuccesses)
        self.eagerEligible = report.isEagerEligible
    }
}
