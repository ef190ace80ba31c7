// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Discovery
internal import Presence
internal import Primitives
internal import X0X
internal import X0XAPI

/// `/presence…` (spec 11 §7.4, spec 05 §10).
extension APIRoutes {
    var presence: [MountedRoute] {
        [
            Endpoints.presence.answered { _ in
                .ok(PresenceResponse(agents: await self.agent.presentAgents().map(\.hex)))
            },
            Endpoints.online.answered { _ in .ok(DiscoveredAgentsResponse(await self.agent.onlineAgents())) },
            Endpoints.friendsOnline.answered { call in
                let walk = try WalkLimits(call.query)
                return .ok(
                    DiscoveredAgentsResponse(
                        await self.agent.friendsOnline(timeToLive: walk.timeToLive, timeout: walk.timeout)
                    )
                )
            },
            Endpoints.findPresence.answered { call in
                let id = try Parse.presenceAgentID(call.parameter)
                let walk = try WalkLimits(call.query)
                let agent = await self.agent.findPresence(
                    of: id,
                    timeToLive: walk.timeToLive,
                    timeout: walk.timeout
                )
                return .ok(PresenceFindResponse(agent: agent.map(DiscoveredAgentRecord.init)))
            },
            Endpoints.presenceStatus.answered { call in
                let status = await self.agent.presenceStatus(of: try Parse.presenceAgentID(call.parameter))
                return .ok(
                    PresenceStatusResponse(
                        online: status.isOnline,
                        agent: status.agent.map(DiscoveredAgentRecord.init)
                    )
                )
            },
            Endpoints.presenceEvents.streamed(limit: self.streams, keepAlive: self.keepAlive) {
                try await self.presenceFeed().map { item in
                    let event = PresenceEvent(item)
                    return ServerSentEvent.event(name: event.name, data: try JSONReply.bytes(event))
                }
            },
        ]
    }

    private func presenceFeed() async throws(APIFailure) -> PresenceFeed {
        do throws(TooManyStreams) {
            return try await self.agent.presenceEvents()
        } catch {
            throw .tooManyConnections
        }
    }
}

/// How far and how long a walk may go: `ttl` 1…5, default 3; `timeout_ms` 100…30,000, default 5,000 (spec 05 P-10).
///
/// Numbers outside are moved to the nearest bound, as clients of the original expect an answer; what is no number is refused.
struct WalkLimits: Equatable {
    let timeToLive: UInt8
    let timeout: Nanoseconds

    init(_ query: Query) throws(APIFailure) {
        let timeToLive = try Self.number("ttl", UInt8.self, in: query) ?? 3
        let milliseconds = try Self.number("timeout_ms", UInt64.self, in: query) ?? 5000
        self.timeToLive = min(max(timeToLive, 1), 5)
        self.timeout = .milliseconds(Int64(min(max(milliseconds, 100), 30_000)))
    }

    private static func number<Number: FixedWidthInteger & UnsignedInteger>(
        _ name: String,
        _ type: Number.Type,
        in query: Query
    ) throws(APIFailure) -> Number? {
        guard let text = query[name] else { return nil }
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Number(text)
        else {
            throw .badRequest("invalid query: \(name) must be a number from 0 to \(Number.max)")
        }
        return number
    }
}

extension PresenceEvent {
    init(_ item: PresenceFeedState.Item) {
        switch item {
        case .online(let agent, let isReachable): self = .online(agentID: agent.hex, reachable: isReachable)
        case .offline(let agent): self = .offline(agentID: agent.hex)
        case .lagged(let missed): self = .lagged(missed: missed)
        }
    }
}
