// SPDX-License-Identifier: MIT OR Apache-2.0

package import X0XAPI

/// Who is there (spec 11 §7.4).
extension X0XClient {
    /// `GET /presence`: the ids (64 hex digits) of the agents that are online, sorted.
    public func presence() async throws(X0XClientError) -> [String] {
        try await self.call(Endpoints.presence).agents
    }

    /// `GET /presence/online`.
    package func presenceOnline() async throws(X0XClientError) -> [DiscoveredAgentRecord] {
        try await self.call(Endpoints.online).agents
    }

    /// `GET /presence/foaf`: which contacts are online as far as friends of friends know.
    ///
    /// - Parameters:
    ///   - timeToLive: Hops, 1…5; the daemon's default is 3.
    ///   - limit: How long the daemon may wait for answers, 100 ms … 30 s, default 5 s; three answers end it earlier.
    /// - Returns: The agents, sorted by id.
    /// - Throws: ``X0XClientError``.
    package func presenceFOAF(
        timeToLive: UInt8? = nil,
        within limit: Duration? = nil
    ) async throws(X0XClientError) -> [DiscoveredAgentRecord] {
        try await self.call(
            Endpoints.friendsOnline,
            query: Self.walk(timeToLive, limit),
            timeout: self.configuration.requestTimeout + (limit ?? .seconds(5))
        ).agents
    }

    /// `GET /presence/find/:id`; nil when nobody knows the agent.
    ///
    /// Limits as in ``presenceFOAF(timeToLive:within:)``.
    package func presenceFind(
        _ agentID: String,
        timeToLive: UInt8? = nil,
        within limit: Duration? = nil
    ) async throws(X0XClientError) -> DiscoveredAgentRecord? {
        try await self.call(
            Endpoints.findPresence,
            parameters: [agentID],
            query: Self.walk(timeToLive, limit),
            timeout: self.configuration.requestTimeout + (limit ?? .seconds(5))
        ).agent
    }

    /// `GET /presence/status/:id`.
    package func presenceStatus(_ agentID: String) async throws(X0XClientError) -> PresenceStatusResponse {
        try await self.call(Endpoints.presenceStatus, parameters: [agentID])
    }

    /// `GET /presence/events`: everybody who is online now, then who comes and goes.
    ///
    /// Connected when this returns.
    package func presenceEvents(
        reconnecting policy: ReconnectPolicy = .never
    ) async throws(X0XClientError) -> EventSequence<PresenceEvent> {
        try await self.stream(Endpoints.presenceEvents, names: [PresenceEvent.presenceName], reconnecting: policy)
    }

    private static func walk(_ timeToLive: UInt8?, _ limit: Duration?) -> [(name: String, value: String)] {
        var query: [(name: String, value: String)] = []
        if let timeToLive { query.append(("ttl", "\(timeToLive)")) }
        if let limit { query.append(("timeout_ms", "\(UInt64(clamping: Int64(limit / .milliseconds(1))))")) }
        return query
    }
}
