// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DirectMessages
internal import Node
internal import Primitives
internal import X0X
internal import X0XAPI

extension PeerHealthResponse {
    init(_ health: PeerHealth, askedFor id: String) {
        var snapshot = Snapshot()
        snapshot.connected = health.isConnected
        snapshot.generation = health.generation
        snapshot.readerTaskActive = health.generation == nil ? nil : health.isConnected
        snapshot.lastReceivedMillisecondsAgo = health.sinceReceived.map { UInt64(clamping: $0.milliseconds) }
        snapshot.lastSentMillisecondsAgo = health.sinceSent.map { UInt64(clamping: $0.milliseconds) }
        snapshot.idleMilliseconds = [snapshot.lastReceivedMillisecondsAgo, snapshot.lastSentMillisecondsAgo]
            .compactMap(\.self).min()
        snapshot.closeReason = health.closeReason?.rawValue
        var text = "PeerHealth { connected: \(health.isConnected)"
        if let generation = health.generation { text += ", generation: \(generation)" }
        if let time = health.roundTrip { text += ", rtt_ms: \(time.milliseconds)" }
        if let reason = health.closeReason { text += ", close_reason: \(reason.rawValue)" }
        self.init(peerID: id, health: text + " }", snapshot: snapshot)
    }
}

extension PeerLifecycleEvent {
    init(_ change: PeerLifecycle) {
        let peer = change.peer.hex
        let at = change.at.milliseconds
        switch change.change {
        case .established(let generation):
            self.init(
                peerID: peer,
                event: "Established { generation: \(generation) }",
                at: at,
                kind: "Established",
                generation: generation
            )
        case .replaced(let old, let new):
            self.init(
                peerID: peer,
                event: "Replaced { old_generation: \(old), new_generation: \(new) }",
                at: at,
                kind: "Replaced",
                oldGeneration: old,
                newGeneration: new
            )
        case .closed(let generation, let reason):
            self.init(
                peerID: peer,
                event: "Closed { generation: \(generation), reason: \(reason.rawValue) }",
                at: at,
                kind: "Closed",
                generation: generation,
                reason: reason.rawValue
            )
        }
    }
}

extension DirectDiagnosticsResponse {
    init(_ diagnostics: DirectDiagnostics) {
        self.init()
        self.statistics = Statistics(diagnostics.statistics)
        for (agent, peer) in diagnostics.peers { self.perPeer[agent.hex] = Peer(peer, now: diagnostics.now) }
        self.subscriberCount = UInt64(diagnostics.subscriberCount)
    }
}

extension DirectDiagnosticsResponse.Statistics {
    init(_ statistics: DirectStatistics) {
        self.init()
        self.outgoingSendTotal = statistics.outgoingSendTotal
        self.outgoingSendSucceeded = statistics.outgoingSendSucceeded
        self.outgoingSendFailed = statistics.outgoingSendFailed
        self.outgoingPathLoopback = statistics.outgoingPathLoopback
        self.outgoingPathRawQUIC = statistics.outgoingPathRawQUIC
        self.outgoingPathGossipInbox = statistics.outgoingPathGossipInbox
        self.incomingEnvelopesTotal = statistics.incomingEnvelopesTotal
        self.incomingDecodeFailed = statistics.incomingDecodeFailed
        self.incomingSignatureFailed = statistics.incomingSignatureFailed
        self.incomingTrustRejected = statistics.incomingTrustRejected
        self.incomingDeliveredToSubscribe = statistics.incomingDeliveredToSubscribe
        self.subscriberEventsEvicted = statistics.subscriberEventsEvicted
        self.subscriberChannelLagged = statistics.subscriberEventsEvicted
        self.subscriberChannelClosed = statistics.subscriberChannelClosed
    }
}

extension DirectDiagnosticsResponse.Peer {
    init(_ peer: DirectDiagnostics.Peer, now: UnixMillis) {
        self.init()
        let age: (UnixMillis) -> UInt64 = {
            now.milliseconds > $0.milliseconds ? now.milliseconds - $0.milliseconds : 0
        }
        self.averageRoundTripMilliseconds = peer.roundTrip.map { UInt64(clamping: $0.milliseconds) }
        self.lastSendMillisecondsAgo = peer.statistics.lastSend.map(age)
        self.lastReceiveMillisecondsAgo = peer.statistics.lastReceive.map(age)
        self.sendSucceeded = peer.statistics.sendSucceeded
        self.sendFailed = peer.statistics.sendFailed
        self.receiveCount = peer.statistics.receiveCount
        self.preferredPath = peer.statistics.lastPath?.rawValue ?? "unknown"
    }
}
