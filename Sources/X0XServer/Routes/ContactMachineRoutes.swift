// SPDX-License-Identifier: MIT OR Apache-2.0

internal import HTTPTypes
internal import Primitives
internal import Trust
internal import X0XAPI

/// `/contacts/:agent_id/machines…`, `/contacts/:agent_id/revo…` (spec 11 §7.8).
extension APIRoutes {
    var contactMachines: [MountedRoute] {
        [
            Endpoints.contactMachines.answered { call in
                let agent = try Parse.agentID(call.parameter)
                let machines = await self.agent.machines(ofContact: agent)
                return .ok(ContactMachinesResponse(machines: machines.map(MachineRecordDocument.init)))
            },
            Endpoints.addContactMachine.answered { call in
                let agent = try Parse.agentID(call.parameter)
                let machine = try Parse.contactMachine(call.body.machineID)
                let (record, isNew) = try await Self.changing {
                    try await self.agent.addMachine(
                        machine,
                        ofContact: agent,
                        label: call.body.label,
                        pin: call.body.pinned ?? false
                    )
                }
                return Reply(
                    status: isNew ? .created : .ok,
                    body: AddMachineResponse(machine: MachineRecordDocument(record))
                )
            },
            Endpoints.removeContactMachine.answered { call in
                let agent = try Parse.agentID(call.parameter)
                let machine = try Parse.contactMachine(call.secondParameter)
                let wasKnown = try await Self.changing {
                    try await self.agent.removeMachine(machine, ofContact: agent)
                }
                guard wasKnown else { throw APIFailure.notFound("machine not found") }
                return .noContent
            },
            Endpoints.pinMachine.answered { call in
                let agent = try Parse.agentID(call.parameter)
                let machine = try Parse.evaluatedMachine(call.secondParameter)
                let isPinned = try await Self.changing { try await self.agent.pinMachine(machine, ofContact: agent) }
                return .ok(PinResponse(pinned: isPinned))
            },
            Endpoints.unpinMachine.answered { call in
                let agent = try Parse.agentID(call.parameter)
                let machine = try Parse.evaluatedMachine(call.secondParameter)
                let isKnown = try await Self.changing { try await self.agent.unpinMachine(machine, ofContact: agent) }
                return .ok(UnpinResponse(unpinned: isKnown))
            },
        ]
    }

    var revocations: [MountedRoute] {
        [
            Endpoints.revokeContact.answered { call in
                let agent = try Parse.agentID(call.parameter)
                try await Self.changing { try await self.agent.revoke(agent, reason: call.body.reason) }
                return .acknowledged
            },
            Endpoints.revocations.answered { call in
                let agent = try Parse.agentID(call.parameter)
                let revocation = await self.agent.revocation(of: agent)
                return .ok(RevocationsResponse(revocations: revocation.map { [RevocationRecord($0)] } ?? []))
            },
        ]
    }
}
