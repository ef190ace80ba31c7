// SPDX-License-Identifier: MIT OR Apache-2.0

package import Identity
package import Primitives
package import Trust

/// Who is where: agents, machines and users learned from announcements and cards (spec 01 §6, §7).
///
/// A pure machine: events in, actions out. Two clocks are passed in, because freshness on the wire is wall time
/// while age in the cache must not jump with it. Nothing is persisted.
///
/// Rules that differ from the original on purpose (spec README, ruling 5): an older or future announcement changes
/// nothing (F14), only an announcement in an envelope of its own agent makes or changes an authenticated binding (F1),
/// age is always this node's (F20), everything has a cap (F19), and nothing is re-published (F18).
package struct DiscoveryCache: Sendable {
    /// Something the cache should know.
    package enum Event: Sendable {
        /// A verified identity announcement; `sender` is the agent whose key signed the envelope around it.
        case identityAnnounced(VerifiedIdentityAnnouncement, sender: AgentID, TrustDecision)
        /// A verified machine announcement. `isExcluded`: only blocked or otherwise pinned agents use the machine.
        case machineAnnounced(VerifiedMachineAnnouncement, isExcluded: Bool)
        /// A verified user announcement; `blockedAgents` are left out of it.
        case userAnnounced(VerifiedUserAnnouncement, blockedAgents: Set<AgentID>)
        /// An announcement that was refused before it came here; only counted.
        case refused(DropReason)
        /// A card the owner imported; its signature, if any, is good.
        case cardImported(AgentCard, isAgentBlocked: Bool)
        /// A dial that asked for an agent's machine reached it at this address.
        case machineReached(MachineID, at: NetworkAddress)
        /// The owner blocked or revoked the agent: forget it at once (spec 01 §12).
        case agentBlocked(AgentID)
        /// Time to remove what nobody has heard of for long; `exempt` (contacts, connected agents) stays.
        case sweepDue(exempt: Set<AgentID>)
    }

    /// What the owner of the cache should do.
    package enum Action: Hashable, Sendable {
        /// Note the machine with the contact, if the agent is one (``ContactBook/observeMachine(_:of:now:into:)``).
        case observeMachine(MachineID, of: AgentID)
        /// The agent is now known to run on the machine; direct messages from there are verified.
        case bind(AgentID, to: MachineID)
        /// The agent has no verified machine any more.
        case unbind(AgentID)
        /// These addresses may be dialled for the machine: for the bootstrap cache and for connecting.
        case learnAddresses([NetworkAddress], of: MachineID)
        /// The event was refused; counted in ``statistics`` too.
        case drop(DropReason)
    }

    /// Why an announcement changed nothing.
    package enum DropReason: Error, Hashable, Sendable, CaseIterable {
        /// Not an announcement, or over one of its limits.
        case unreadable
        /// In a format of later releases, which this node does not know (spec 01 §17).
        case newerFormat
        /// A signature, an id or a certificate in it is wrong.
        case badSignature
        /// The trust evaluator rejects the agent, or the agent on this machine.
        case rejectedByTrust
        /// From the future by more than ``AnnouncementLimits/clockLeadSecondsMax``.
        case fromFuture
        /// Older than ``DiscoveryConfiguration/retention``, or not newer than what is cached.
        case stale
        /// Somebody else's word against an authenticated binding.
        case unauthenticatedBinding
        /// The own agent or machine, but not by this node.
        case impersonatesLocal
    }

    /// Counters of this cache since its creation.
    package struct Statistics: Hashable, Sendable {
        /// Announcements that changed the cache.
        package var acceptedCount: UInt64 = 0
        /// Announcements that did not, by reason.
        package var droppedCounts: [DropReason: UInt64] = [:]
        /// Entries removed because a cap was reached.
        package var evictedCount: UInt64 = 0
    }

    struct Entry<Record: Sendable>: Sendable {
        var record: Record
        var heardAt: Instant
        /// Belongs to a contact of the owner, as far as the last event said; such entries are evicted last.
        var isContact: Bool
    }

    let configuration: DiscoveryConfiguration
    let localAgent: AgentID
    let localMachine: MachineID
    var agents: [AgentID: Entry<DiscoveredAgent>] = [:]  // ≤ agentCountMax
    var machines: [MachineID: Entry<DiscoveredMachine>] = [:]  // ≤ machineCountMax
    var users: [UserID: Entry<DiscoveredUser>] = [:]  // ≤ userCountMax
    /// What happened so far.
    package private(set) var statistics = Statistics()

    /// Creates an empty cache for one node.
    package init(configuration: DiscoveryConfiguration, localAgent: AgentID, localMachine: MachineID) {
        self.configuration = configuration
        self.localAgent = localAgent
        self.localMachine = localMachine
    }

    /// Takes in one event.
    ///
    /// `now` is monotonic and decides about age; `wallTime` is compared with the times in announcements.
    package mutating func handle(
        _ event: Event,
        now: Instant,
        wallTime: UnixMillis,
        into actions: inout [Action]
    ) {
        let clock = Clock(now: now, seconds: wallTime.seconds)
        switch event {
        case .identityAnnounced(let announcement, let sender, let decision):
            self.identityAnnounced(announcement.fields, sender: sender, decision, clock, into: &actions)
        case .machineAnnounced(let announcement, let isExcluded):
            self.machineAnnounced(announcement.fields, isExcluded: isExcluded, clock, into: &actions)
        case .userAnnounced(let announcement, let blockedAgents):
            self.userAnnounced(announcement.fields, blockedAgents: blockedAgents, clock, into: &actions)
        case .refused(let reason):
            self.drop(reason, into: &actions)
        case .cardImported(let card, let isAgentBlocked):
            self.cardImported(card, isAgentBlocked: isAgentBlocked, clock, into: &actions)
        case .machineReached(let machine, let address):
            self.machineReached(machine, at: address, clock)
        case .agentBlocked(let agent):
            self.forget(agent, into: &actions)
        case .sweepDue(let exempt):
            self.sweep(exempt: exempt, clock, into: &actions)
        }
        self.assertInvariants()
    }

    /// Both times of one event.
    struct Clock {
        let now: Instant
        let seconds: UInt64
    }

    mutating func drop(_ reason: DropReason, into actions: inout [Action]) {
        self.statistics.droppedCounts[reason, default: 0] += 1
        actions.append(.drop(reason))
    }

    mutating func countAccepted() { self.statistics.acceptedCount += 1 }

    mutating func countEvicted() { self.statistics.evictedCount += 1 }

    private func assertInvariants() {
        assert(self.agents.count <= self.configuration.agentCountMax)
        assert(self.machines.count <= self.configuration.machineCountMax)
        assert(self.users.count <= self.configuration.userCountMax)
        assert(self.machines[.zero] == nil, "the unknown machine is not a machine")
    }
}
