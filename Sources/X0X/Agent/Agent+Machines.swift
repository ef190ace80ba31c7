// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Identity
internal import Node
package import Primitives
package import Trust

// Machines of contacts, pins and revocations (spec 01 §10.3): every change is on disk before its method returns.
extension Agent {
    /// The recorded machines of an agent, oldest first; none for a stranger.
    package func machines(ofContact id: AgentID) async -> [MachineRecord] {
        self.contactService.snapshot.book[id]?.machines ?? []
    }

    /// Records a machine of an agent, creating the contact if it is missing; pins it on request.
    ///
    /// - Returns: The record as it is stored, and whether it is new.
    /// - Throws: `ContactError`, or the error of the disk; nothing has changed then.
    package func addMachine(
        _ machine: MachineID,
        ofContact id: AgentID,
        label: String?,
        pin: Bool
    ) async throws -> (record: MachineRecord, isNew: Bool) {
        let now = self.clock.wallTime().seconds
        let result = try await self.contactService.mutate { book, changes in
            let isNew = try book.addMachine(machine, of: id, label: label, pin: pin, now: now, into: &changes)
            // What was just added is there.
            let record = book[id]?.machine(machine) ?? MachineRecord(machineID: machine, firstSeen: now, lastSeen: now)
            return (record: record, isNew: isNew)
        }
        await self.trustChanged(of: id)
        return result
    }

    /// Forgets a machine of a contact; `false` when it was not recorded.
    package func removeMachine(_ machine: MachineID, ofContact id: AgentID) async throws -> Bool {
        let now = self.clock.wallTime().seconds
        let wasKnown = try await self.contactService.mutate { book, changes in
            book.removeMachine(machine, of: id, now: now, into: &changes)
        }
        await self.trustChanged(of: id)
        return wasKnown
    }

    /// Pins a contact to a recorded machine; `false` when it is not recorded.
    package func pinMachine(_ machine: MachineID, ofContact id: AgentID) async throws -> Bool {
        let now = self.clock.wallTime().seconds
        let isPinned = try await self.contactService.mutate { book, changes in
            try book.pinMachine(machine, of: id, now: now, into: &changes)
        }
        await self.trustChanged(of: id)
        return isPinned
    }

    /// Takes the pin of a machine away; `false` when it is not recorded.
    package func unpinMachine(_ machine: MachineID, ofContact id: AgentID) async throws -> Bool {
        let now = self.clock.wallTime().seconds
        let isKnown = try await self.contactService.mutate { book, changes in
            book.unpinMachine(machine, of: id, now: now, into: &changes)
        }
        await self.trustChanged(of: id)
        return isKnown
    }

    /// Revokes an agent for good, in the name of this agent; a second call changes nothing.
    package func revoke(_ id: AgentID, reason: String) async throws {
        let now = self.clock.wallTime().seconds
        let revoker = self.identity.agentID
        try await self.contactService.mutate { book, changes in
            try book.revoke(id, reason: reason, by: revoker, now: now, into: &changes)
        }
        await self.trustChanged(of: id)
    }

    /// The revocation of an agent, if there is one.
    package func revocation(of id: AgentID) async -> Revocation? {
        self.contactService.snapshot.book.revocation(of: id)
    }

    /// What the gate of each path let in and refused since start (spec 01 §12).
    package func trustTally() async -> TrustTally { self.gate.tally }
}
