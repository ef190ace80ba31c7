// SPDX-License-Identifier: MIT OR Apache-2.0

internal import HTTPTypes
internal import Primitives
internal import Trust
internal import X0XAPI

/// `/contacts…`, `/trust/evaluate` (spec 11 §7.8).
extension APIRoutes {
    var contacts: [MountedRoute] {
        [
            Endpoints.contacts.answered { call in
                .ok(await self.contactsResponse(isComplete: try call.query.flag("complete")))
            },
            Endpoints.addContact.answered { call in
                let id = try Parse.agentID(call.body.agentID)
                let level = try Parse.trustLevel(call.body.trustLevel ?? TrustLevel.known.rawValue)
                let isNew = try await Self.changing {
                    try await self.agent.addContact(id, trust: level, label: call.body.label)
                }
                return Reply(status: isNew ? .created : .ok, body: AddContactResponse(agentID: id.hex))
            },
            Endpoints.setTrust.answered { call in
                let id = try Parse.agentID(call.body.agentID)
                let level = try Parse.trustLevel(call.body.level)
                try await Self.changing { try await self.agent.setTrust(id, level) }
                return .acknowledged
            },
            Endpoints.updateContact.answered { call in
                let id = try Parse.agentID(call.parameter)
                let level = try call.body.trustLevel.map(Parse.trustLevel)
                let type = try call.body.identityType.map(Parse.identityType)
                try await Self.changing {
                    try await self.agent.updateContact(id, trust: level, identityType: type, label: call.body.label)
                }
                return .acknowledged
            },
            Endpoints.removeContact.answered { call in
                let id = try Parse.agentID(call.parameter)
                let wasKnown = try await Self.changing { try await self.agent.removeContact(id) }
                guard wasKnown else { throw APIFailure.notFound("contact not found") }
                return .acknowledged
            },
            Endpoints.evaluateTrust.answered { call in
                let agent = try Parse.agentID(call.body.agentID)
                let machine = try Parse.evaluatedMachine(call.body.machineID)
                let decision = await self.agent.evaluateTrust(agent: agent, machine: machine)
                return .ok(EvaluateTrustResponse(decision: decision.capitalizedName))
            },
        ]
    }

    /// Runs a change of the contacts and turns its limits into answers; anything else that fails is 500.
    static func changing<Result>(_ change: () async throws -> Result) async throws -> Result {
        do {
            return try await change()
        } catch let error as ContactError {
            switch error {
            case .labelTooLong, .reasonTooLong: throw APIFailure.badRequest(error.description)
            case .contactCountOverLimit, .revocationCountOverLimit, .pinnedMachineCountOverLimit:
                throw APIFailure(.conflict, error.description)
            }
        }
    }

    private func contactsResponse(isComplete: Bool) async -> ContactsResponse {
        let revocations = await self.agent.revocations()
        let revoked = Set(revocations.map(\.agentID))
        let contacts = await self.agent.contacts().map { contact in
            var record = ContactRecord(contact, isRevoked: revoked.contains(contact.agentID))
            if isComplete { record.machines = contact.machines.map(MachineRecordDocument.init) }
            return record
        }
        return ContactsResponse(
            contacts: contacts,
            revocations: isComplete ? revocations.map(RevocationRecord.init) : nil
        )
    }
}
