// SPDX-License-Identifier: MIT OR Apache-2.0

package import X0XAPI

/// Searching for agents and machines, and looking up what belongs to a user (spec 11 §7.9). Ids are 64 hex digits.
extension X0XClient {
    /// `POST /agents/find/:agent_id`: searches for at most 15 s; its addresses, or nil when nothing was found.
    public func findAgent(_ agentID: String) async throws(X0XClientError) -> [String]? {
        let answer = try await self.call(
            Endpoints.findAgent,
            parameters: [agentID],
            timeout: self.configuration.requestTimeout + .seconds(15)
        )
        return answer.found ? answer.addresses ?? [] : nil
    }

    /// `GET /agents/reachability/:agent_id`; status 404 for an agent that is not in the discovery cache.
    package func agentReachability(_ agentID: String) async throws(X0XClientError) -> ReachabilityResponse {
        try await self.call(Endpoints.agentReachability, parameters: [agentID])
    }

    /// `GET /agents/:agent_id/machine`; status 404 when the machine is not known.
    package func agentMachine(_ agentID: String) async throws(X0XClientError) -> DiscoveredMachineRecord {
        try await self.call(Endpoints.agentMachine, parameters: [agentID]).machine
    }

    /// `GET /users/:user_id/agents`, sorted by agent id.
    package func agents(ofUser userID: String) async throws(X0XClientError) -> [DiscoveredAgentRecord] {
        try await self.call(Endpoints.userAgents, parameters: [userID]).agents
    }

    /// `GET /machines/discovered`; `unfiltered` includes machines not seen for a long time.
    package func discoveredMachines(
        unfiltered: Bool = false
    ) async throws(X0XClientError) -> [DiscoveredMachineRecord] {
        try await self.call(Endpoints.discoveredMachines, query: unfiltered ? [("unfiltered", "true")] : []).machines
    }

    /// `GET /machines/discovered/:machine_id`, searching at most `wait` (whole seconds, at most 60) if it is not known.
    package func discoveredMachine(
        _ machineID: String,
        wait: Duration = .zero
    ) async throws(X0XClientError) -> DiscoveredMachineRecord {
        let seconds = min(max(wait.components.seconds, 0), 60)
        return try await self.call(
            Endpoints.discoveredMachine,
            parameters: [machineID],
            query: seconds > 0 ? [("wait", "\(seconds)")] : [],
            timeout: self.configuration.requestTimeout + .seconds(seconds)
        ).machine
    }

    /// `GET /users/:user_id/machines`, sorted by machine id.
    package func machines(ofUser userID: String) async throws(X0XClientError) -> [DiscoveredMachineRecord] {
        try await self.call(Endpoints.userMachines, parameters: [userID]).machines
    }

    /// `POST /machines/connect`: outcomes as of `connectAgent(_:)`.
    package func connectMachine(_ machineID: String) async throws(X0XClientError) -> ConnectResponse {
        try await self.call(
            Endpoints.connectMachine,
            body: ConnectMachineRequest(machineID: machineID),
            timeout: .seconds(65)
        )
    }
}
