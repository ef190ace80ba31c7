// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Discovery
internal import GossipCore
internal import Identity
internal import Node
internal import Primitives
internal import QUICTransport
internal import Synchronization
internal import Trust

/// Owns the discovery cache: verifies announcements on the crypto threads, and answers lookups at once.
///
/// The cache is a value behind a lock, so that the message path can ask it without waiting for an actor.
final class DiscoveryService: Sendable {
    private let cache: Mutex<DiscoveryCache>
    private let contacts: ContactSnapshot
    private let crypto: CryptoExecutor
    private let clock: SystemClock

    /// The topics every node listens to, and its own shards (spec 01 §6).
    let topics: [String]

    init(
        identity: LocalIdentitySummary,
        configuration: DiscoveryConfiguration,
        contacts: ContactSnapshot,
        crypto: CryptoExecutor,
        clock: SystemClock
    ) {
        self.cache = Mutex(
            DiscoveryCache(
                configuration: configuration,
                localAgent: identity.agentID,
                localMachine: identity.machineID
            )
        )
        self.contacts = contacts
        self.crypto = crypto
        self.clock = clock
        var topics = [
            AnnouncementTopic.identity, AnnouncementTopic.machine, AnnouncementTopic.user,
            AnnouncementTopic.identityShard(of: identity.agentID),
            AnnouncementTopic.machineShard(of: identity.machineID),
        ]
        if let user = identity.userID { topics.append(AnnouncementTopic.userShard(of: user)) }
        self.topics = topics
    }

    // MARK: - Announcements

    /// Takes a message on one of the node's topics; its envelope is verified, its content is not yet.
    ///
    /// - Returns: The identity announcement that was accepted, if any, and what the rest of the node should do about it.
    func take(_ message: VerifiedMessage) async -> (identity: IdentityAnnouncement?, actions: [DiscoveryCache.Action]) {
        guard let sender = message.sender?.agentID, message.payload.count <= AnnouncementLimits.byteCountMax,
            let kind = AnnouncementKind(topic: message.topic)
        else { return (nil, []) }
        let payload = message.payload
        let event = await self.crypto.run { kind.verifiedAnnouncement(payload) }
        // Either level of absence means: nothing to believe.
        guard let announcement = event ?? nil else { return (nil, []) }
        let actions = self.handle(self.event(announcement, sender: sender))
        let isDropped = actions.contains { if case .drop = $0 { true } else { false } }
        guard case .identity(let identity) = announcement, !isDropped else { return (nil, actions) }
        return (identity.fields, actions)
    }

    private func event(_ announcement: VerifiedContent, sender: AgentID) -> DiscoveryCache.Event {
        let book = self.contacts.book
        switch announcement {
        case .identity(let identity):
            let decision = book.decision(for: identity.fields.agentID, on: identity.fields.machineID)
            return .identityAnnounced(identity, sender: sender, decision)
        case .machine(let machine):
            let agents = self.cache.withLock { $0.agents(on: machine.fields.machineID) }
            let isExcluded =
                !agents.isEmpty
                && agents.allSatisfy { book.decision(for: $0.agentID, on: machine.fields.machineID).isReject }
            return .machineAnnounced(machine, isExcluded: isExcluded)
        case .user(let user):
            return .userAnnounced(user, blockedAgents: Set(user.fields.agentIDs.filter(book.isBlocked)))
        }
    }

    @discardableResult
    private func handle(_ event: DiscoveryCache.Event) -> [DiscoveryCache.Action] {
        let (now, wallTime) = (self.clock.now(), self.clock.wallTime())
        return self.cache.withLock { cache in
            var actions: [DiscoveryCache.Action] = []
            cache.handle(event, now: now, wallTime: wallTime, into: &actions)
            return actions
        }
    }

    // MARK: - Other news

    /// Addresses of a card become hints; a binding learned from the agent itself stays.
    func importCard(_ card: AgentCard) {
        self.handle(.cardImported(card, isAgentBlocked: self.contacts.book.isBlocked(card.agentID)))
    }

    /// A dial that expected the machine reached it.
    func reached(_ machine: MachineID, at address: NetworkAddress) {
        self.handle(.machineReached(machine, at: address))
    }

    /// Forgets a blocked agent at once.
    func forget(_ agent: AgentID) { self.handle(.agentBlocked(agent)) }

    /// Removes what nobody has heard of for a day, except contacts and agents on connected machines.
    func sweep(connected: Set<MachineID>) -> [DiscoveryCache.Action] {
        var exempt = Set(self.contacts.book.contacts.map(\.agentID))
        for agent in self.agents(unfiltered: true) where connected.contains(agent.machineID) {
            exempt.insert(agent.agentID)
        }
        return self.handle(.sweepDue(exempt: exempt))
    }

    // MARK: - Lookups

    /// Agents heard within the time to live, or all; sorted by id.
    func agents(unfiltered: Bool) -> [DiscoveredAgent] {
        let now = self.clock.now()
        return self.cache.withLock { $0.discoveredAgents(now: now, unfiltered: unfiltered) }
    }

    /// One agent, of any age.
    func agent(_ id: AgentID) -> DiscoveredAgent? { self.cache.withLock { $0.agent(id) } }

    /// Where a machine said it can be reached; empty for an unknown one.
    func addresses(of machine: MachineID) -> [NetworkAddress] {
        self.cache.withLock { $0.machine(machine)?.addresses ?? [] }
    }

    /// The agents of a machine.
    func agents(on machine: MachineID) -> [DiscoveredAgent] { self.cache.withLock { $0.agents(on: machine) } }

    /// Whether the agent itself announced this machine.
    func isAuthenticated(_ agent: AgentID, on machine: MachineID) -> Bool {
        self.cache.withLock { $0.isAuthenticated(agent, on: machine) }
    }

    /// Seconds since anything was heard of the agent; `nil` for an unknown one.
    func secondsSinceHeard(_ agent: AgentID) -> UInt64? {
        let now = self.clock.now()
        return self.cache.withLock { $0.lastHeard(agent) }.map { UInt64(max(0, (now - $0).seconds)) }
    }
}
