// SPDX-License-Identifier: MIT OR Apache-2.0

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension ContactsDocument {
    /// The usual name of the file, in the data directory.
    package static let fileName = "contacts.json"
    /// Largest file that is read: 64 MiB, more than ten thousand contacts with all their machines in common use need.
    package static let byteCountMax = 64 << 20

    /// Reads a file.
    ///
    /// - Parameter json: The bytes of the file.
    /// - Throws: ``ContactsFileError`` that names the place of the first mistake.
    package init(parsing json: [UInt8]) throws(ContactsFileError) {
        guard json.count <= Self.byteCountMax else { throw .tooLarge(limit: Self.byteCountMax) }
        do {
            self = try JSONDecoder().decode(ContactsDocument.self, from: Data(json))
        } catch {
            throw ContactsFileError(error)
        }
        try self.checkIDs()
    }

    /// The file, keys in alphabetic order, indented by two spaces, ending in a line feed.
    package var encoded: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Nothing in the document can fail to encode: it has no floating-point numbers.
        let data = (try? encoder.encode(self)) ?? Data()
        return [UInt8](data) + [0x0A]
    }

    private func checkIDs() throws(ContactsFileError) {
        for (index, contact) in self.contacts.enumerated() {
            try Self.check(contact.agentID, "contacts[\(index)].agent_id")
            for (number, machine) in contact.machines.enumerated() {
                try Self.check(machine.machineID, "contacts[\(index)].machines[\(number)].machine_id")
            }
        }
        for (index, revocation) in self.revocations.enumerated() {
            try Self.check(revocation.agentID, "revocations[\(index)].agent_id")
            if let revoker = revocation.revokerID { try Self.check(revoker, "revocations[\(index)].revoker_id") }
        }
    }

    private static func check(_ id: [UInt8], _ place: String) throws(ContactsFileError) {
        guard id.count == 32 else {
            throw .invalid(place: place, reason: "expected 32 numbers from 0 to 255, got \(id.count)")
        }
    }
}

/// Why a `contacts.json` cannot be used; the file stays as it is.
package enum ContactsFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Larger than ``ContactsDocument/byteCountMax`` bytes.
    case tooLarge(limit: Int)
    /// Not JSON at all.
    case notJSON
    /// A value is missing or wrong; `place` is such as `contacts[3].trust_level`.
    case invalid(place: String, reason: String)

    package var description: String {
        switch self {
        case .tooLarge(let limit): "the file is larger than \(limit) bytes"
        case .notJSON: "the file is not valid JSON"
        case .invalid(let place, let reason): place.isEmpty ? reason : "\(place): \(reason)"
        }
    }

    init(_ error: any Error) {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            self = .invalid(place: Self.place(context.codingPath + [key]), reason: "missing")
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            self = .invalid(place: Self.place(context.codingPath), reason: "wrong type of value")
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            self = .invalid(place: Self.place(context.codingPath), reason: "value out of range")
        default: self = .notJSON
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        path.reduce("") { text, key in
            if let index = key.intValue { return text + "[\(index)]" }
            return text.isEmpty ? key.stringValue : text + "." + key.stringValue
        }
    }
}
