// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

// The mutations of spec 01 §10.3; `now` is always Unix seconds.

extension ContactBook {
    /// Adds an agent or changes the level and label of a known one; machines, pins and history stay (spec 11, flaw 14).
    ///
    /// - Returns: Whether the contact is new.
    @discardableResult
    package mutating func add(
        _ agent: AgentID,
        trust: TrustLevel,
        label: String?,
        now: UInt64,
        into changes: inout [ContactChange]
    ) throws(ContactError) -> Bool {
        try self.update(agent, trust: trust, label: label, now: now, into: &changes)
    }

    /// Sets the level, creating the contact if it is missing.
    package mutating func setTrust(
        _ level: TrustLevel,
        of agent: AgentID,
        now: UInt64,
        into changes: inout [ContactChange]
    ) throws(ContactError) {
        try self.update(agent, trust: level, now: now, into: &changes)
    }

    /// Changes any of level, identity type and label at once, creating the contact if it is missing (spec 01 F10).
    ///
    /// A level of known or above makes an anonymous identity known, unless the type is given too.
    ///
    /// - Returns: Whether the contact is new.
    @discardableResult
    package mutating func update(
        _ agent: AgentID,
        trust: TrustLevel? = nil,
        identityType: IdentityType? = nil,
        label: String? = nil,
        now: UInt64,
        into changes: inout [ContactChange]
    ) throws(ContactError) -> Bool {
        try checkLabel(label)
        return try self.edit(agent, now: now, into: &changes) { (contact: inout Contact) throws(ContactError) in
            if let trust { contact.setTrust(trust) }
            if let identityType { contact.identityType = identityType }
            if let label { contact.label = label }
        }
    }

    /// Notes that something of the contact was accepted now; strangers are not recorded (spec 01 F3, F26).
    package mutating func touch(_ agent: AgentID, now: UInt64, into changes: inout [ContactChange]) {
        guard let contact = self[agent], contact.lastSeen.map({ $0 < now }) ?? true else { return }
        // The entry exists and the closure throws nothing, so no error can come out.
        _ = try? self.edit(agent, now: now, into: &changes) { (contact: inout Contact) throws(ContactError) in
            contact.lastSeen = now
        }
    }

    /// Records a machine of an agent, creating the contact if it is missing; a known machine is refreshed.
    ///
    /// - Returns: Whether the machine is new.
    @discardableResult
    package mutating func addMachine(
        _ machine: MachineID,
        of agent: AgentID,
        label: String?,
        pin: Bool = false,
        now: UInt64,
        into changes: inout [ContactChange]
    ) throws(ContactError) -> Bool {
        try checkLabel(label)
        let isNew = self[agent]?.machine(machine) == nil
        try self.edit(agent, now: now, into: &changes) { (contact: inout Contact) throws(ContactError) in
            contact.observe(machine, label: label, now: now)
            if pin { try contact.pin(machine) }
        }
        return isNew
    }

    /// Records a machine only if the agent is a contact: what announcements do (spec 01 F3).
    package mutating func observeMachine(
        _ machine: MachineID,
        of agent: AgentID,
        now: UInt64,
        into changes: inout [ContactChange]
    ) {
        guard let contact = self[agent], contact.machine(machine)?.lastSeen != now else { return }
        // The entry exists and the closure throws nothing, so no error can come out.
        _ = try? self.edit(agent, now: now, into: &changes) { (contact: inout Contact) throws(ContactError) in
            contact.observe(machine, label: nil, now: now)
        }
    }

    /// Forgets a machine; a contact that loses its last pin is known, not pinned (spec 01 F9).
    ///
    /// - Returns: Whether the machine was recorded.
    @discardableResult
    package mutating func removeMachine(
        _ machine: MachineID,
        of agent: AgentID,
        now: UInt64,
        into changes: inout [ContactChange]
    ) -> Bool {
        self.editMachine(machine, of: agent, now: now, into: &changes) { contact in
            contact.machines.removeAll { $0.machineID == machine }
            contact.settleIdentityType()
        }
    }

    /// Pins the contact to a recorded machine.
    ///
    /// - Returns: Whether the machine was recorded; otherwise nothing changed.
    @discardableResult
    package mutating func pinMachine(
        _ machine: MachineID,
        of agent: AgentID,
        now: UInt64,
        into changes: inout [ContactChange]
    ) throws(ContactError) -> Bool {
        guard self[agent]?.machine(machine) != nil else { return false }
        try self.edit(agent, now: now, into: &changes) { (contact: inout Contact) throws(ContactError) in
            try contact.pin(machine)
        }
        return true
    }

    /// Takes a pin away; without any pin the level decides again.
    ///
    /// - Returns: Whether the machine was recorded.
    @discardableResult
    package mutating func unpinMachine(
        _ machine: MachineID,
        of agent: AgentID,
        now: UInt64,
        into changes: inout [ContactChange]
    ) -> Bool {
        self.editMachine(machine, of: agent, now: now, into: &changes) { contact in
            for index in contact.machines.indices where contact.machines[index].machineID == machine {
                contact.machines[index].isPinned = false
            }
            contact.settleIdentityType()
        }
    }

    private mutating func editMachine(
        _ machine: MachineID,
        of agent: AgentID,
        now: UInt64,
        into changes: inout [ContactChange],
        _ body: (inout Contact) -> Void
    ) -> Bool {
        guard self[agent]?.machine(machine) != nil else { return false }
        // The entry exists and the closure throws nothing, so no error can come out.
        _ = try? self.edit(agent, now: now, into: &changes) { (contact: inout Contact) throws(ContactError) in
            body(&contact)
        }
        return true
    }
}

private func checkLabel(_ label: String?) throws(ContactError) {
    if let label, label.utf8.count > ContactLimits.labelByteCountMax {
        throw .labelTooLong(limit: ContactLimits.labelByteCountMax)
    }
}

extension Contact {
    /// Sets the level; somebody known cannot stay anonymous (spec 01 §10.3).
    mutating func setTrust(_ level: TrustLevel) {
        self.trustLevel = level
        if level >= .known, self.identityType == .anonymous { self.identityType = .known }
    }

    /// Records or refreshes a machine, making room among the unpinned ones.
    fileprivate mutating func observe(_ machine: MachineID, label: String?, now: UInt64) {
        if let index = self.machines.firstIndex(where: { $0.machineID == machine }) {
            self.machines[index].lastSeen = now
            if let label { self.machines[index].label = label }
            return
        }
        let unpinned = self.machines.filter { !$0.isPinned }
        if unpinned.count >= ContactLimits.unpinnedMachineCountMax,
            let oldest = unpinned.min(by: { ($0.lastSeen, $0.machineID) < ($1.lastSeen, $1.machineID) })
        {
            self.machines.removeAll { $0.machineID == oldest.machineID }
        }
        self.machines.append(MachineRecord(machineID: machine, label: label, firstSeen: now, lastSeen: now))
    }

    fileprivate mutating func pin(_ machine: MachineID) throws(ContactError) {
        guard let index = self.machines.firstIndex(where: { $0.machineID == machine }) else { return }
        if !self.machines[index].isPinned {
            guard self.machines.count(where: { $0.isPinned }) < ContactLimits.pinnedMachineCountMax else {
                throw .pinnedMachineCountOverLimit(ContactLimits.pinnedMachineCountMax)
            }
            self.machines[index].isPinned = true
        }
        self.identityType = .pinned
    }

    /// A contact without pins is not pinned.
    fileprivate mutating func settleIdentityType() {
        if self.identityType == .pinned, !self.hasPinnedMachine { self.identityType = .known }
    }
}
