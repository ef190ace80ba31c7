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
    let cache: Mutex<DiscoveryCache>
    private let recent = Mutex(RecentAnnouncements())
    /// Who waits for news of an agent or machine.
    let board = LookupBoard()
    /// The machine of an agent's last own announcement that was refused because it is pinned to others.
    let refusedMachines = Mutex(ExpiringCache<AgentID, MachineID>(capacity: 10_000, lifetime: .seconds(86_400)))
    private let localAgent: AgentID
    let gate: ContactGate
    private let crypto: CryptoExecutor
    let clock: SystemClock

    /// The topics every node listens to, and its own shards (spec 01 §6).
    let topics: [String]

    init(
        identity: LocalIdentitySummary,
        configuration: DiscoveryConfiguration,
        gate: ContactGate,
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
        self.localAgent = identity.agentID
        self.gate = gate
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
        let now = self.clock.now()
        guard !self.recent.withLock({ $0.contains(payload, from: sender, now: now) }) else { return (nil, []) }
        // Before its signatures cost anything, and before any cache fills.
        guard self.isAdmitted(kind, payload, sender: sender) else {
            return (nil, self.handle(.refused(.rejectedByTrust)))
        }
        let checked = await self.crypto.run { () -> Result<VerifiedContent, DiscoveryCache.DropReason> in
            Result { () throws(DiscoveryCache.DropReason) in try kind.verifiedAnnouncement(payload) }
        }
        let announcement: VerifiedContent
        switch checked {
        case .success(let content)?: announcement = content
        case .failure(let reason)?: return (nil, self.handle(.refused(reason)))
        // The crypto threads are busy, and count that; announcements are repeated.
        case nil: return (nil, [])
        }
        let actions = self.handle(self.event(announcement, sender: sender))
        // What trust refuses today may count tomorrow, so it is not remembered.
        if !actions.contains(.drop(.rejectedByTrust)) { self.remember(payload, from: sender) }
        let isDropped = actions.contains { if case .drop = $0 { true } else { false } }
        guard !isDropped else { return (nil, actions) }
        self.tell(announcement)
        guard case .identity(let identity) = announcement else { return (nil, actions) }
        return (identity.fields, actions)
    }

    private func remember(_ payload: [UInt8], from sender: AgentID) {
        let now = self.clock.now()
        self.recent.withLock { $0.insert(payload, from: sender, now: now) }
    }

    /// Wakes who waits for the subject of an accepted announcement.
    private func tell(_ announcement: VerifiedContent) {
        switch announcement {
        case .identity(let identity):
            self.board.tell(of: .agent(identity.fields.agentID))
            self.board.tell(of: .machine(identity.fields.machineID))
        case .machine(let machine): self.board.tell(of: .machine(machine.fields.machineID))
        case .user: break
        }
    }

    // MARK: - Own announcements

    /// Own announcements are about to be published: their copies that come back from the overlay are known.
    func expectOwn(_ payloads: [[UInt8]]) {
        for payload in payloads { self.remember(payload, from: self.localAgent) }
    }

    /// Own announcements have been published: a node without peers discovers itself (spec 01 §5.4).
    func noteOwn(_ contents: [VerifiedContent]) -> [DiscoveryCache.Action] {
        contents.flatMap { content in
            let actions = self.handle(self.event(content, sender: self.localAgent))
            self.tell(content)
            return actions
        }
    }

    /// The reachability fields of the next own announcement.
    func ownReachability(
        connected: [MachineID],
        canReceiveDirect: Bool?,
        natType: String?,
        capabilities: NodeCapabilities
    ) -> Reachability {
        self.cache.withLock {
            $0.ownReachability(
                connected: connected,
                canReceiveDirect: canReceiveDirect,
                natType: natType,
                capabilities: capabilities
            )
        }
    }

    /// The gate of announcements: asked once for each, about what its first bytes say.
    ///
    /// What they claim is checked afterwards, so nobody gains by claiming something else.
    private func isAdmitted(_ kind: AnnouncementKind, _ payload: [UInt8], sender: AgentID) -> Bool {
        switch kind {
        case .identity:
            guard let agent = AgentID(bytes: [UInt8](payload.prefix(32))),
                let machine = MachineID(bytes: [UInt8](payload.dropFirst(32).prefix(32)))
            else { return true }  // too short to be an announcement: decoding says so
            let verdict = self.gate.verdict(on: .announcement, agent: agent, machine: machine, isVerified: true)
            // Its own key says so, whoever owns that machine.
            if verdict == .refuse(.machineMismatch), sender == agent { self.noteRefused(agent, on: machine) }
            return verdict.isAdmitted
        case .machine:
            guard let machine = MachineID(bytes: [UInt8](payload.prefix(32))),
                let agent = self.refusedAgent(on: machine)
            else { return true }
            return self.gate.verdict(on: .announcement, agent: agent, machine: machine, isVerified: true).isAdmitted
        case .user: return true  // names no agent of its own; blocked ones are left out of it
        }
    }

    /// An agent for whose sake a machine is left out: it is refused there, and so is everybody else known on the machine.
    private func refusedAgent(on machine: MachineID) -> AgentID? {
        let book = self.gate.book
        let agents = self.cache.withLock { $0.agents(on: machine) }.map(\.agentID) + book.agents(on: machine)
        return agents.allSatisfy { book.decision(for: $0, on: machine).isReject } ? agents.first : nil
    }

    private func event(_ announcement: VerifiedContent, sender: AgentID) -> DiscoveryCache.Event {
        let book = self.gate.book
        switch announcement {
        case .identity(let identity):
            let decision = book.decision(for: identity.fields.agentID, on: identity.fields.machineID)
            return .identityAnnounced(identity, sender: sender, decision)
        case .machine(let machine):
            return .machineAnnounced(machine, isExcluded: self.refusedAgent(on: machine.fields.machineID) != nil)
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

    /// Addresses of a card become hints for whoever dials; what the agent itself said stays.
    func importCard(_ card: AgentCard) {
        self.handle(.cardImported(card, isAgentBlocked: self.gate.book.isBlocked(card.agentID)))
    }

    /// A dial that expected the machine reached it.
    func reached(_ machine: MachineID, at address: NetworkAddress) {
        self.handle(.machineReached(machine, at: address))
    }

    /// Forgets an agent that is blocked, or pinned to other machines than the one it is on, at once.
    func forget(_ agent: AgentID) {
        if let record = self.agent(agent), record.binding == .authenticated {
            self.noteRefused(agent, on: record.machineID)
        }
        self.handle(.agentBlocked(agent))
        self.trustChanged()
    }

    /// After a change of trust, an announcement of the last minute may count again.
    func trustChanged() { self.recent.withLock { $0.removeAll() } }

    /// Removes what nobody has heard of for a day, except contacts and agents on connected machines.
    func sweep(connected: Set<MachineID>) -> [DiscoveryCache.Action] {
        var exempt = Set(self.gate.book.contacts.map(\.agentID))
        for agent in self.agents(unfiltered: true) where connected.contains(agent.machineID) {
            exempt.insert(agent.agentID)
        }
        return self.handle(.sweepDue(exempt: exempt))
    }
}
