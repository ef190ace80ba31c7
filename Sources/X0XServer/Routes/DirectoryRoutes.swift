// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Discovery
internal import Primitives
internal import X0X
internal import X0XAPI

/// `/agents/find…`, `/agents/reachability…`, `/machines/…`, `/users/…` (spec 11 §7.9, §7.10).
extension APIRoutes {
    var directory: [MountedRoute] {
        [
            Endpoints.findAgent.answered { call in
                let id = try Parse.agentID(call.parameter)
                let agent = await self.agent.findAgent(id, within: Self.searchLimit)
                return .ok(FindAgentResponse(addresses: agent?.addresses.map(\.description)))
            },
            Endpoints.agentReachability.answered { call in
                let id = try Parse.agentID(call.parameter)
                guard let agent = await self.agent.discoveredAgent(id) else {
                    throw APIFailure.notFound("agent not in discovery cache")
                }
                return .ok(ReachabilityResponse(agent, lastDial: await self.agent.lastDialAttempt(of: id)))
            },
            Endpoints.agentMachine.answered { call in
                let id = try Parse.agentID(call.parameter)
                guard let machine = await self.agent.machine(of: id) else {
                    throw APIFailure.notFound("agent machine not found")
                }
                return .ok(AgentMachineResponse(agentID: call.parameter, machine: DiscoveredMachineRecord(machine)))
            },
            Endpoints.userAgents.answered { call in
                let agents = await self.agent.agents(of: try Parse.userID(call.parameter))
                return .ok(UserAgentsResponse(userID: call.parameter, agents: agents.map(DiscoveredAgentRecord.init)))
            },
            Endpoints.discoveredMachines.answered { call in
                let machines = await self.agent.discoveredMachines(unfiltered: try call.query.flag("unfiltered"))
                return .ok(DiscoveredMachinesResponse(machines: machines.map(DiscoveredMachineRecord.init)))
            },
            Endpoints.discoveredMachine.answered { call in
                let id = try Parse.machineID(call.parameter)
                let seconds = try Parse.waitSeconds(call.query["wait"])
                guard let machine = await self.agent.findMachine(id, within: .seconds(seconds)) else {
                    throw APIFailure.notFound(
                        seconds > 0 ? "machine not found within timeout" : "machine not found"
                    )
                }
                return .ok(DiscoveredMachineResponse(machine: DiscoveredMachineRecord(machine)))
            },
            Endpoints.userMachines.answered { call in
                let machines = await self.agent.machines(of: try Parse.userID(call.parameter))
                return .ok(
                    UserMachinesResponse(userID: call.parameter, machines: machines.map(DiscoveredMachineRecord.init))
                )
            },
            Endpoints.connectMachine.answered { call in
                let outcome = await self.agent.connect(toMachine: try Parse.machineID(call.body.machineID))
                return .ok(ConnectResponse(outcome: outcome.kind.rawValue, address: outcome.address?.description))
            },
        ]
    }

    /// The longest search; clients wait 15 s and more (spec 11 §7.9).
    private static let searchLimit = Nanoseconds.seconds(10)
}
