// SPDX-License-Identifier: MIT OR Apache-2.0

internal import HTTPTypes
internal import Node
internal import Primitives
internal import X0X
internal import X0XAPI

/// `/peers/…`, `/network/bootstrap-cache` (spec 11 §7.3, §7.6).
extension APIRoutes {
    var peers: [MountedRoute] {
        [
            Endpoints.probePeer.answered { call in
                let peer = try Parse.peerID(call.parameter)
                let asked = try Parse.number(call.query["timeout_ms"], "timeout_ms") ?? 2000
                return .ok(try await self.probe(peer, timeoutMilliseconds: min(max(asked, 100), 30_000)))
            },
            Endpoints.peerHealth.answered { call in
                let health = await self.agent.peerHealth(try Parse.peerID(call.parameter))
                return .ok(PeerHealthResponse(health, askedFor: call.parameter))
            },
            Endpoints.peerEvents.streamed(limit: self.streams, keepAlive: self.keepAlive) {
                try await self.peerFeed().map { item in
                    switch item {
                    case .element(let change):
                        ServerSentEvent.event(
                            name: PeerLifecycleEvent.name,
                            data: try JSONReply.bytes(PeerLifecycleEvent(change))
                        )
                    case .lagged(let missed):
                        ServerSentEvent.event(name: "lagged", data: try JSONReply.bytes(LaggedNotice(missed: missed)))
                    }
                }
            },
            Endpoints.bootstrapCache.answered { _ in
                let ids = await self.agent.connectedPeers().map(\.id).sorted()
                return .ok(
                    BootstrapCacheResponse(
                        connectionCount: UInt64(ids.count),
                        connectedPeers: ids.map(\.hex),
                        cachedPeers: UInt64(await self.agent.rememberedPeerCount())
                    )
                )
            },
        ]
    }

    private func probe(_ peer: PeerID, timeoutMilliseconds: UInt64) async throws(APIFailure) -> ProbeResponse {
        let time: Nanoseconds
        do throws(TransportError) {
            time = try await self.agent.probe(peer, timeout: .milliseconds(Int64(timeoutMilliseconds)))
        } catch {
            throw APIFailure(.serviceUnavailable, "probe failed: \(Self.text(of: error))")
        }
        return ProbeResponse(
            roundTripMilliseconds: UInt64(clamping: time.milliseconds),
            roundTripMicroseconds: UInt64(clamping: time.microseconds),
            timeoutMilliseconds: timeoutMilliseconds
        )
    }

    private static func text(of error: TransportError) -> String {
        switch error {
        case .notConnected: "no live connection"
        case .timedOut: "timed out"
        case .closed(let reason): "connection closed (\(reason.rawValue))"
        case .shutDown: "the transport is shut down"
        case .overloaded: "the transport takes no more requests now"
        case .messageTooLarge, .wrongPeer, .addressNotAllowed: "not sent"
        }
    }

    private func peerFeed() async throws(APIFailure) -> EventFeed<PeerLifecycle> {
        do throws(TooManyStreams) {
            return try await self.agent.peerEvents()
        } catch {
            throw .tooManyConnections
        }
    }
}
