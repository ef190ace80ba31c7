// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Identity
internal import Node
internal import Primitives
internal import X0X
internal import X0XAPI

/// `/diagnostics/connectivity`, `dm`, `groups`, `exec` (spec 11 §7.5).
extension APIRoutes {
    var diagnostics: [MountedRoute] {
        [
            Endpoints.connectivityDiagnostics.answered { _ in .ok(await self.connectivity()) },
            Endpoints.directDiagnostics.answered { _ in
                .ok(DirectDiagnosticsResponse(await self.agent.directDiagnostics()))
            },
            Endpoints.groupDiagnostics.answered { _ in .ok(GroupDiagnosticsResponse()) },
            Endpoints.execDiagnostics.answered { _ in
                var response = ExecDiagnosticsResponse()
                response.accessList.disabledReason = "acl_missing"
                return .ok(response)
            },
        ]
    }

    func connectivity() async -> ConnectivityDiagnosticsResponse {
        let status = await self.agent.networkStatus()
        let peers = await self.agent.connectedPeers()
        var response = ConnectivityDiagnosticsResponse()
        response.peerID = self.agent.identity.machineID.hex
        response.localAddress = status.localAddress.description
        response.externalAddresses = status.externalAddresses.map(\.description)
        response.natType = status.natType
        response.canReceiveDirect = status.canReceiveDirect
        response.reachabilityScope = Self.scope(of: peers.filter { !$0.isOutbound }.map(\.address))
        response.hasGlobalAddress = status.hasGlobalAddress
        response.connections.connectedPeers = UInt64(status.connectedPeers)
        response.connections.active = UInt64(peers.count)
        response.connections.direct = status.directConnections
        response.connections.relayed = status.relayedConnections
        response.connections.holePunchSuccessRate = status.holePunchSuccessRate
        response.relay.isRelaying = status.isRelaying
        response.relay.sessions = status.relaySessions
        response.coordinator.isCoordinating = status.isCoordinating
        response.coordinator.sessions = status.coordinationSessions
        response.averageRoundTripMilliseconds = status.averageRoundTripMilliseconds
        response.uptimeSeconds = self.state.uptimeSeconds
        return response
    }

    /// From how far away peers have reached this node.
    private static func scope(of addresses: [NetworkAddress]) -> String {
        if addresses.contains(where: \.isGloballyRoutable) { return "Some(Global)" }
        if addresses.contains(where: { !$0.isLoopback }) { return "Some(LocalNetwork)" }
        return addresses.isEmpty ? "None" : "Some(Loopback)"
    }
}
