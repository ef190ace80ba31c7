// SPDX-License-Identifier: MIT OR Apache-2.0

import DirectMessages
import Node
import Primitives
import Synchronization
import X0XServer

@testable import X0X  // the initialisers of its plain records

extension FakeAgent {
    func probe(_ peer: PeerID, timeout: Nanoseconds) async throws(TransportError) -> Nanoseconds {
        let isConnected = self.world.withLock { world in
            world.probeTimeout = timeout
            return world.peers.contains { $0.id == peer }
        }
        guard isConnected else { throw .notConnected }
        return Nanoseconds.milliseconds(7)
    }

    func peerHealth(_ peer: PeerID) async -> PeerHealth {
        let live = self.world.withLock { world in world.peers.first { $0.id == peer } }
        return PeerHealth(
            isConnected: live != nil,
            generation: live?.generation,
            sinceReceived: live?.sinceReceived,
            sinceSent: live?.sinceSent
        )
    }

    func peerEvents() async throws(TooManyStreams) -> EventFeed<PeerLifecycle> {
        do {
            return try self.lifecycles.subscribe(capacity: 16)
        } catch {
            throw TooManyStreams()
        }
    }

    func directDiagnostics() async -> DirectDiagnostics {
        DirectDiagnostics(
            statistics: DirectStatistics(),
            peers: [:],
            subscriberCount: self.directReaders,
            now: UnixMillis(milliseconds: Self.startTime * 1000)
        )
    }
}
