// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore
internal import Primitives
internal import X0X
internal import X0XAPI

extension GossipDiagnosticsResponse.Dispatcher {
    init(_ diagnostics: GossipDiagnostics) {
        self.init()
        let dispatcher = diagnostics.dispatcher
        let pump = diagnostics.receivePump
        self.pubsub = GossipDiagnosticsResponse.DispatchCounters(dispatcher.pubSub)
        self.membership = GossipDiagnosticsResponse.DispatchCounters(dispatcher.membership)
        self.bulk = GossipDiagnosticsResponse.DispatchCounters(dispatcher.bulk)
        self.receiveDepth.pubsub = GossipDiagnosticsResponse.Depth(dispatcher.pubSub, pump.pubSub)
        self.receiveDepth.membership = GossipDiagnosticsResponse.Depth(dispatcher.membership, pump.membership)
        self.receiveDepth.bulk = GossipDiagnosticsResponse.Depth(dispatcher.bulk, pump.bulk)
        self.pubsubWorkers = UInt64(dispatcher.pubSubWorkers)
        self.membershipWorkers = UInt64(dispatcher.membershipWorkers)
    }
}

extension GossipDiagnosticsResponse.DispatchCounters {
    fileprivate init(_ statistics: DispatchStatistics) {
        self.init()
        self.received = statistics.received
        self.completed = statistics.completed
        self.timedOut = statistics.timedOut
        self.maximumElapsedMilliseconds = statistics.elapsed.maxNanoseconds / 1_000_000
        self.totalElapsedNanoseconds = statistics.elapsed.totalNanoseconds
        self.over1SecondCount = statistics.elapsed.overOneSecondCount
        self.over5SecondsCount = statistics.elapsed.overFiveSecondsCount
        self.over30SecondsCount = statistics.elapsed.overThirtySecondsCount
    }
}

extension GossipDiagnosticsResponse.Depth {
    /// Depth as the dispatcher saw it, capacity as the queue has it.
    fileprivate init(_ dispatch: DispatchStatistics, _ pump: PumpStatistics) {
        self.init()
        self.latest = dispatch.latestDepth
        self.maximum = dispatch.maxDepth
        self.capacity = UInt64(pump.capacity)
    }
}

extension GossipDiagnosticsResponse.ReceivePump {
    init(_ pump: GossipDiagnostics.ReceivePump) {
        self.init()
        self.uptimeSeconds = UInt64(max(0, pump.uptimeSeconds))
        self.pubsub = GossipDiagnosticsResponse.LaneCounters(pump.pubSub, seconds: pump.uptimeSeconds)
        self.membership = GossipDiagnosticsResponse.LaneCounters(pump.membership, seconds: pump.uptimeSeconds)
        self.bulk = GossipDiagnosticsResponse.LaneCounters(pump.bulk, seconds: pump.uptimeSeconds)
        for (peer, counts) in pump.perPeer {
            self.perPeer[peer.hex] = GossipDiagnosticsResponse.PeerLaneCounters(counts)
        }
    }
}

extension GossipDiagnosticsResponse.LaneCounters {
    /// Rates are averages over the life of the pump (spec 04 §14).
    fileprivate init(_ statistics: PumpStatistics, seconds: Double) {
        self.init()
        self.producedTotal = statistics.produced
        self.enqueuedTotal = statistics.enqueued
        self.dequeuedTotal = statistics.dequeued
        self.droppedFull = statistics.droppedFull
        self.droppedClosed = statistics.droppedClosed
        self.latestDepth = statistics.latestDepth
        self.maximumDepth = statistics.maxDepth
        self.capacity = UInt64(statistics.capacity)
        self.maximumDwellMilliseconds = statistics.dwell.maxNanoseconds / 1_000_000
        let passages = max(1, statistics.dwell.count)
        self.averageDwellMilliseconds = statistics.dwell.totalNanoseconds / passages / 1_000_000
        guard seconds > 0 else { return }
        self.producerPerSecond = Double(statistics.produced) / seconds
        self.consumerPerSecond = Double(statistics.dequeued) / seconds
    }
}

extension GossipDiagnosticsResponse.PeerLaneCounters {
    fileprivate init(_ counts: GossipDiagnostics.PeerCounts) {
        self.init()
        self.pubsubProduced = counts.pubSubProduced
        self.membershipProduced = counts.membershipProduced
        self.bulkProduced = counts.bulkProduced
        self.pubsubDroppedFull = counts.pubSubDroppedFull
        self.membershipDroppedFull = counts.membershipDroppedFull
        self.bulkDroppedFull = counts.bulkDroppedFull
    }
}
