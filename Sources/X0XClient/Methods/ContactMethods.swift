// SPDX-License-Identifier: MIT OR Apache-2.0

package import X0XAPI

/// Contacts and trust (spec 11 §7.8). Agent and machine ids are 64 hex digits.
extension X0XClient {
    /// `GET /contacts`, sorted by agent id.
    package func contacts() async throws(X0XClientError) -> [ContactRecord] {
        try await self.call(Endpoints.contacts).contacts
    }

    /// `GET /contacts?complete=true`: contacts with their machines, and all revocations.
    package func contactBook() async throws(X0XClientError) -> ContactsResponse {
        try await self.call(Endpoints.contacts, query: [(name: "complete", value: "true")])
    }

    /// `POST /contacts`: adds a contact or changes trust and label of an existing one.
    public func addContact(
        _ agentID: String,
        trust: String? = nil,
        label: String? = nil
    ) async throws(X0XClientError) {
        let request = AddContactRequest(agentID: agentID, trustLevel: trust, label: label)
        _ = try await self.call(Endpoints.addContact, body: request)
    }

    /// `POST /contacts/trust`.
    public func setTrust(_ agentID: String, level: String) async throws(X0XClientError) {
        _ = try await self.call(Endpoints.setTrust, body: SetTrustRequest(agentID: agentID, level: level))
    }

    /// `PATCH /contacts/:agent_id`; what is nil stays.
    public func updateContact(
        _ agentID: String,
        trust: String? = nil,
        identityType: String? = nil,
        label: String? = nil
    ) async throws(X0XClientError) {
        let request = UpdateContactRequest(trustLevel: trust, identityType: identityType, label: label)
        _ = try await self.call(Endpoints.updateContact, parameters: [agentID], body: request)
    }

    /// `DELETE /contacts/:agent_id`; status 404 when there is no such contact.
    public func removeContact(_ agentID: String) async throws(X0XClientError) {
        _ = try await self.call(Endpoints.removeContact, parameters: [agentID])
    }

    /// `POST /contacts/:agent_id/revoke`: blocks an agent for good; a second call changes nothing.
    public func revokeContact(_ agentID: String, reason: String) async throws(X0XClientError) {
        let request = RevokeContactRequest(reason: reason)
        _ = try await self.call(Endpoints.revokeContact, parameters: [agentID], body: request)
    }

    /// `GET /contacts/:agent_id/revocations`: none, or the one of this agent.
    package func revocations(of agentID: String) async throws(X0XClientError) -> [RevocationRecord] {
        try await self.call(Endpoints.revocations, parameters: [agentID]).revocations
    }

    /// `GET /contacts/:agent_id/machines`, oldest first.
    package func machines(ofContact agentID: String) async throws(X0XClientError) -> [MachineRecordDocument] {
        try await self.call(Endpoints.contactMachines, parameters: [agentID]).machines
    }

    /// `POST /contacts/:agent_id/machines`: records a machine, or refreshes it; returns what is stored.
    @discardableResult
    package func addMachine(
        _ machineID: String,
        ofContact agentID: String,
        label: String? = nil,
        pinned: Bool? = nil
    ) async throws(X0XClientError) -> MachineRecordDocument {
        let request = AddMachineRequest(machineID: machineID, label: label, pinned: pinned)
        return try await self.call(Endpoints.addContactMachine, parameters: [agentID], body: request).machine
    }

    /// `DELETE /contacts/:agent_id/machines/:machine_id`; status 404 when it is not recorded.
    public func removeMachine(_ machineID: String, ofContact agentID: String) async throws(X0XClientError) {
        _ = try await self.call(Endpoints.removeContactMachine, parameters: [agentID, machineID])
    }

    /// `POST /contacts/:agent_id/machines/:machine_id/pin`; false when the machine is not recorded.
    @discardableResult
    public func pinMachine(_ machineID: String, ofContact agentID: String) async throws(X0XClientError) -> Bool {
        try await self.call(Endpoints.pinMachine, parameters: [agentID, machineID]).pinned
    }

    /// `DELETE /contacts/:agent_id/machines/:machine_id/pin`; false when the machine is not recorded.
    @discardableResult
    public func unpinMachine(_ machineID: String, ofContact agentID: String) async throws(X0XClientError) -> Bool {
        try await self.call(Endpoints.unpinMachine, parameters: [agentID, machineID]).unpinned
    }

    /// `POST /trust/evaluate`: `Accept`, `AcceptWithFlag`, `RejectMachineMismatch`, `RejectBlocked` or `Unknown`.
    public func evaluateTrust(agent: String, machine: String) async throws(X0XClientError) -> String {
        let request = EvaluateTrustRequest(agentID: agent, machineID: machine)
        return try await self.call(Endpoints.evaluateTrust, body: request).decision
    }
}
