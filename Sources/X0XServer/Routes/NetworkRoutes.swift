// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Node
internal import Primitives
internal import X0XAPI

/// `/peers`, `/network/status`, `/diagnostics/gossip` (spec 11 §7.3, §7.5).
extension APIRoutes {
    var network: [MountedRoute] {
        [
            Endpoints.peers.answered { _ in
                let ids = await self.agent.connectedPeers().map(\.id).sorted()
                return .ok(PeersResponse(peers: ids.map { PeersResponse.Peer(id: $0.hex) }))
            },
            Endpoints.networkStatus.answered { _ in
                var response = NetworkStatusResponse(await self.agent.networkStatus())
                response.uptimeSeconds = self.state.uptimeSeconds
                return .ok(response)
            },
            Endpoints.gossipDiagnostics.answered { _ in
                .ok(GossipDiagnosticsResponse(await self.agent.gossipDiagnostics()))
            },
        ]
    }
}
