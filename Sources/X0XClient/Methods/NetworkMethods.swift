// SPDX-License-Identifier: MIT OR Apache-2.0

package import X0XAPI

/// Peers and discovery (spec 11 §7.3, §7.5, §7.9).
extension X0XClient {
    /// `GET /peers`: the machine ids (64 hex digits) of the connected peers.
    public func peers() async throws(X0XClientError) -> [String] {
        try await self.call(Endpoints.peers).peers.map(\.id)
    }

    /// `GET /network/status`.
    package func networkStatus() async throws(X0XClientError) -> NetworkStatusResponse {
        try await self.call(Endpoints.networkStatus)
    }

    /// `GET /diagnostics/gossip`.
    package func gossipDiagnostics() async throws(X0XClientError) -> GossipDiagnosticsResponse {
        try await self.call(Endpoints.gossipDiagnostics)
    }

    /// `GET /agents/discovered`; `unfiltered` includes agents not seen for a long time.
    package func discoveredAgents(unfiltered: Bool = false) async throws(X0XClientError) -> [DiscoveredAgentRecord] {
        try await self.call(Endpoints.discoveredAgents, query: unfiltered ? [("unfiltered", "true")] : []).agents
    }

    /// `GET /agents/discovered/:agent_id`, searching at most `wait` (whole seconds, at most 60) if it is not known.
    package func discoveredAgent(
        _ agentID: String,
        wait: Duration = .zero
    ) async throws(X0XClientError) -> DiscoveredAgentRecord {
        let seconds = min(max(wait.components.seconds, 0), 60)
        return try await self.call(
            Endpoints.discoveredAgent,
            parameters: [agentID],
            query: seconds > 0 ? [("wait", "\(seconds)")] : [],
            timeout: self.configuration.requestTimeout + .seconds(seconds)
        ).agent
    }
}
