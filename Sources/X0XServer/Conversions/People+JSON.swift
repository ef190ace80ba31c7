// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Discovery
internal import Identity
internal import Primitives
internal import Trust
internal import X0XAPI

extension ContactRecord {
    init(_ contact: Contact, isRevoked: Bool) {
        self.init(
            agentID: contact.agentID.hex,
            trustLevel: contact.trustLevel.rawValue,
            label: contact.label,
            addedAt: contact.addedAt,
            lastSeen: contact.lastSeen,
            identityType: contact.identityType.rawValue,
            isRevoked: isRevoked
        )
    }
}

extension MachineRecordDocument {
    init(_ machine: MachineRecord) {
        self.init(
            machineID: machine.machineID.hex,
            label: machine.label,
            firstSeen: machine.firstSeen,
            lastSeen: machine.lastSeen,
            isPinned: machine.isPinned
        )
    }
}

extension RevocationRecord {
    init(_ revocation: Revocation) {
        self.init(
            agentID: revocation.agentID.hex,
            reason: revocation.reason,
            timestamp: revocation.timestamp,
            revokerID: revocation.revokerID?.hex
        )
    }
}

extension DiscoveredAgentRecord {
    init(_ agent: DiscoveredAgent) {
        self.init(
            agentID: agent.agentID.hex,
            machineID: agent.machineID.hex,
            userID: agent.userID?.hex,
            addresses: agent.addresses.map(\.description),
            announcedAt: agent.announcedAt,
            lastSeen: agent.lastSeen,
            natType: agent.reachability.natType,
            canReceiveDirect: agent.reachability.canReceiveDirect,
            isRelay: agent.reachability.isRelay,
            isCoordinator: agent.reachability.isCoordinator,
            binding: agent.binding.name
        )
    }
}

extension AgentBinding {
    /// As in answers.
    fileprivate var name: String {
        switch self {
        case .claimed: "claimed"
        case .signedCard: "signed_card"
        case .authenticated: "announced"
        }
    }
}

extension DiscoveredAgentsResponse {
    init(_ agents: [DiscoveredAgent]) {
        self.init(agents: agents.map(DiscoveredAgentRecord.init))
    }
}
