// SPDX-License-Identifier: MIT OR Apache-2.0

extension Endpoints {
    package static let contactMachines = Endpoint<NoBody, ContactMachinesResponse>(
        .get,
        "/contacts/:agent_id/machines",
        command: "machines list",
        .machines,
        "List the machines recorded for an agent"
    )

    package static let addContactMachine = Endpoint<AddMachineRequest, AddMachineResponse>(
        .post,
        "/contacts/:agent_id/machines",
        command: "machines add",
        .machines,
        body: .strictJSON,
        statuses: [200, 201],
        failures: [409],
        "Record a machine of an agent, and pin it on request"
    )

    package static let removeContactMachine = Endpoint<NoBody, Acknowledgement>(
        .delete,
        "/contacts/:agent_id/machines/:machine_id",
        command: "machines remove",
        .machines,
        statuses: [204],
        "Forget a machine of a contact"
    )

    package static let pinMachine = Endpoint<NoBody, PinResponse>(
        .post,
        "/contacts/:agent_id/machines/:machine_id/pin",
        command: "machines pin",
        .machines,
        failures: [409],
        "Accept a contact from its pinned machines only"
    )

    package static let unpinMachine = Endpoint<NoBody, UnpinResponse>(
        .delete,
        "/contacts/:agent_id/machines/:machine_id/pin",
        command: "machines unpin",
        .machines,
        "Take the pin of a machine away"
    )
}

/// One machine of a contact (spec 11 §6).
package struct MachineRecordDocument: Codable, Hashable, Sendable {
    package let machineID: String
    @Nullable package var label: String?
    /// Unix seconds.
    package let firstSeen: UInt64
    /// Unix seconds.
    package let lastSeen: UInt64
    package let isPinned: Bool

    package init(machineID: String, label: String?, firstSeen: UInt64, lastSeen: UInt64, isPinned: Bool) {
        self.machineID = machineID
        self.label = label
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.isPinned = isPinned
    }

    enum CodingKeys: String, CodingKey {
        case machineID = "machine_id"
        case label
        case firstSeen = "first_seen"
        case lastSeen = "last_seen"
        case isPinned = "pinned"
    }
}

/// `GET /contacts/:agent_id/machines`, oldest first; empty for a stranger.
package struct ContactMachinesResponse: Codable, Hashable, Sendable {
    package let machines: [MachineRecordDocument]

    package init(machines: [MachineRecordDocument]) {
        self.machines = machines
    }
}

/// `POST /contacts/:agent_id/machines` request (spec 11 §7.8).
package struct AddMachineRequest: RequestBody, Hashable {
    package let machineID: String
    package let label: String?
    /// Defaults to false.
    package let pinned: Bool?

    package init(machineID: String, label: String? = nil, pinned: Bool? = nil) {
        self.machineID = machineID
        self.label = label
        self.pinned = pinned
    }

    package static var fields: [String] { CodingKeys.allCases.map(\.rawValue) }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case machineID = "machine_id"
        case label
        case pinned
    }
}

/// 201 when the record is new, 200 when it was refreshed; the record as it is stored.
package struct AddMachineResponse: Codable, Hashable, Sendable {
    package let machine: MachineRecordDocument

    package init(machine: MachineRecordDocument) {
        self.machine = machine
    }
}

package struct PinResponse: Codable, Hashable, Sendable {
    /// False when the machine is not recorded; nothing changed then.
    package let pinned: Bool

    package init(pinned: Bool) {
        self.pinned = pinned
    }
}

package struct UnpinResponse: Codable, Hashable, Sendable {
    /// False when the machine is not recorded; nothing changed then.
    package let unpinned: Bool

    package init(unpinned: Bool) {
        self.unpinned = unpinned
    }
}
