// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Identity
internal import Primitives
internal import X0X
internal import X0XAPI

/// `/health`, `/status`, `/shutdown` (spec 11 §7.1).
extension APIRoutes {
    var status: [MountedRoute] {
        [
            Endpoints.health.answered { _ in .ok(self.health.body) },
            Endpoints.status.answered { _ in .ok(await self.statusResponse()) },
            Endpoints.shutdown.answered { _ in
                // This answer belongs to a running request, so it is delivered before the server ends.
                self.agent.requestShutdown()
                return .ok(ShutdownResponse(message: "shutting down"))
            },
        ]
    }

    private func statusResponse() async -> StatusResponse {
        let network = await self.agent.networkStatus()
        let uptime = self.state.uptimeSeconds
        return StatusResponse(
            status: Self.word(peers: network.connectedPeers, uptimeSeconds: uptime),
            version: self.configuration.version,
            uptimeSeconds: uptime,
            apiAddress: self.state.address.description,
            externalAddresses: network.externalAddresses.map(\.description),
            agentID: self.agent.identity.agentID.hex,
            peers: UInt64(network.connectedPeers),
            warnings: []
        )
    }

    /// A node without peers is still looking for them in its first 45 seconds.
    private static func word(peers: Int, uptimeSeconds: UInt64) -> String {
        if peers > 0 { return "connected" }
        return uptimeSeconds < 45 ? "connecting" : "isolated"
    }
}
