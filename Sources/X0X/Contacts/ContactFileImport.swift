// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ContactsFile
internal import Identity
internal import Logging
internal import Primitives
internal import PrivateFiles
internal import Storage
internal import Trust

/// Takes over the `contacts.json` of the original, once (spec 01 §10.2, ruling 1).
///
/// The file is only read. One that cannot be used ends the start, as long as it lies there and was never taken over: a
/// daemon that silently starts without somebody's blocks would be worse than one that does not start (F4).
enum ContactFileImport {
    /// Remembers that the file was taken over, in the same transaction as what was in it.
    private static let doneKey = SettingKey("contacts.json imported")

    /// Merges the file into the book and stores the result, unless that has been done before or there is no file.
    ///
    /// - Returns: The book to start with.
    /// - Throws: ``ContactFileRefused`` that names the file and its first mistake, or the error of the disk.
    static func run(
        in directory: String,
        book: ContactBook,
        localAgent: AgentID,
        store: Store,
        now: UInt64,
        logger: Logger
    ) async throws -> ContactBook {
        guard try await store.value(of: Self.doneKey) == nil else { return book }
        let path = "\(directory)/\(ContactsDocument.fileName)"
        guard let bytes = try Self.read(path) else { return book }
        var (book, changes) = (book, [ContactChange]())
        let outcome: ContactFileImportOutcome
        do {
            let (contacts, revocations) = try Self.domainValues(of: try ContactsDocument(parsing: bytes))
            outcome = try book.importFile(
                contacts,
                revocations: revocations,
                localAgent: localAgent,
                now: now,
                into: &changes
            )
        } catch {
            throw ContactFileRefused(path: path, reason: "\(error)")
        }
        try await ContactStorage.persist(changes, remembering: Self.doneKey, in: store)
        logger.notice(
            "contacts.json was taken over and will not be read again",
            metadata: [
                "contacts": "\(outcome.contactCount)", "revocations": "\(outcome.revocationCount)",
                "strangers_left_out": "\(outcome.strangersLeftOut)", "machines_left_out": "\(outcome.machinesLeftOut)",
                "texts_cut": "\(outcome.textsCut)",
            ]
        )
        return book
    }

    private static func read(_ path: String) throws -> [UInt8]? {
        do throws(PrivateFileError) {
            // The original leaves it readable by others; it is no secret that a key would be.
            return try PrivateFile.read(path, byteCountMax: ContactsDocument.byteCountMax, requiringPrivacy: false)
        } catch {
            throw ContactFileRefused(path: path, reason: "\(error)")
        }
    }

    private static func domainValues(of document: ContactsDocument) throws -> ([Contact], [Revocation]) {
        var seen: Set<AgentID> = []
        let contacts = try document.contacts.enumerated().map { index, contact in
            let place = "contacts[\(index)]"
            // The document has checked that ids have 32 bytes.
            guard let id = AgentID(bytes: contact.agentID), seen.insert(id).inserted else {
                throw ContactsFileError.invalid(place: "\(place).agent_id", reason: "listed twice")
            }
            return Contact(
                agentID: id,
                trustLevel: try Self.at("\(place).trust_level") { try TrustLevel(parsing: contact.trustLevel) },
                label: contact.label,
                addedAt: contact.addedAt,
                lastSeen: contact.lastSeen,
                identityType: try Self.at("\(place).identity_type") { try IdentityType(parsing: contact.identityType) },
                machines: contact.machines.compactMap { machine in
                    MachineID(bytes: machine.machineID).map {
                        MachineRecord(
                            machineID: $0,
                            label: machine.label,
                            firstSeen: machine.firstSeen,
                            lastSeen: machine.lastSeen,
                            isPinned: machine.pinned
                        )
                    }
                }
            )
        }
        let revocations = document.revocations.compactMap { revocation in
            AgentID(bytes: revocation.agentID).map {
                Revocation(
                    agentID: $0,
                    reason: revocation.reason,
                    timestamp: revocation.timestamp,
                    revokerID: revocation.revokerID.flatMap { AgentID(bytes: $0) }
                )
            }
        }
        return (contacts, revocations)
    }

    private static func at<Value>(_ place: String, _ parse: () throws -> Value) throws -> Value {
        do {
            return try parse()
        } catch let error as TrustParseError {
            throw ContactsFileError.invalid(place: place, reason: error.description)
        }
    }
}

/// A `contacts.json` that cannot be taken over; it was not touched.
package struct ContactFileRefused: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file.
    package let path: String
    /// Its first mistake.
    package let reason: String

    package var description: String {
        "\(self.path) cannot be read: \(self.reason); blocks and pins are in there, so nothing was started without them. "
            + "The file was not changed: repair it, or move it away to start without it"
    }
}
