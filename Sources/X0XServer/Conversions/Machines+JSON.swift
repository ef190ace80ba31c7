// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Discovery
internal import Identity
internal import Primitives
internal import X0XAPI

extension DiscoveredMachineRecord {
    init(_ machine: DiscoveredMachine) {
        self.init(
            machineID: machine.machineID.hex,
            addresses: machine.addresses.map(\.description),
            announcedAt: machine.announcedAt,
            lastSeen: machine.lastSeen,
            natType: machine.reachability.natType,
            canReceiveDirect: machine.reachability.canReceiveDirect,
            isRelay: machine.reachability.isRelay,
            isCoordinator: machine.reachability.isCoordinator,
            agentIDs: machine.agentIDs.map(\.hex),
            userIDs: machine.userIDs.map(\.hex)
        )
    }
}

extension ReachabilityResponse {
    init(_ agent: DiscoveredAgent) {
        self.init(
            isLikelyDirect: agent.isLikelyDirect,
            needsCoordination: agent.needsCoordination,
            isRelay: agent.reachability.isRelay ?? false,
            isCoordinator: agent.reachability.isCoordinator ?? false,
            addresses: agent.addresses.map(\.description)
        )
    }
}
