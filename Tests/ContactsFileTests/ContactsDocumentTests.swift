// SPDX-License-Identifier: MIT OR Apache-2.0

import ContactsFile
import Testing

@Suite struct ContactsDocumentTests {
    private let zeros = "[" + Array(repeating: "0", count: 32).joined(separator: ", ") + "]"
    private let full = ContactsDocument(
        contacts: [
            .init(
                agentID: Array(0..<32),
                trustLevel: "known",
                label: "build box / two",
                addedAt: 1_760_000_000,
                lastSeen: nil,
                identityType: "pinned",
                machines: [
                    .init(
                        machineID: Array(100..<132),
                        firstSeen: 1_760_000_001,
                        lastSeen: 1_760_000_500,
                        pinned: true
                    )
                ]
            ),
            .init(agentID: Array(repeating: 255, count: 32), trustLevel: "blocked", addedAt: 1, lastSeen: 2),
        ],
        revocations: [
            .init(agentID: Array(repeating: 9, count: 32), reason: "lost laptop", timestamp: 1_760_000_900),
            .init(agentID: Array(1...32), reason: "", timestamp: 0, revokerID: Array(0..<32)),
        ]
    )

    private func error(_ json: String) -> ContactsFileError? {
        do {
            _ = try ContactsDocument(parsing: Array(json.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test func whatIsWrittenReadsTheSame() throws {
        #expect(try ContactsDocument(parsing: self.full.encoded) == self.full)
        let text = String(decoding: self.full.encoded, as: UTF8.self)
        #expect(text.hasPrefix("{\n  \"contacts\""))
        #expect(text.contains("\"last_seen\" : null") && text.contains("\"revoker_id\" : null"))
        #expect(text.contains("build box / two") && !text.contains("\\/"))
    }

    @Test func spec01_check33_oldFilesHaveNoTypesMachinesOrRevocations() throws {
        let json = """
            {"contacts": [{"agent_id": \(self.zeros), "trust_level": "trusted", "label": null, "added_at": 5,
            "last_seen": null, "colour": "green"}], "version": 1}
            """
        let document = try ContactsDocument(parsing: Array(json.utf8))
        #expect(
            document.contacts == [.init(agentID: Array(repeating: 0, count: 32), trustLevel: "trusted", addedAt: 5)]
        )
        #expect(document.contacts[0].identityType == "anonymous" && document.contacts[0].machines.isEmpty)
        #expect(document.revocations.isEmpty)
        #expect(try ContactsDocument(parsing: Array("{\"contacts\":[]}".utf8)) == ContactsDocument())
    }

    @Test func mistakesAreNamedByTheirPlace() {
        #expect(self.error("not json") == .notJSON)
        #expect(self.error("") == .notJSON)
        #expect(self.error("{}") == .invalid(place: "contacts", reason: "missing"))
        let base = "\"trust_level\": \"known\", \"label\": null, \"added_at\": 1"
        #expect(
            self.error("{\"contacts\": [{\"agent_id\": [1, 2], \(base)}]}")
                == .invalid(
                    place: "contacts[0].agent_id",
                    reason: "expected 32 numbers from 0 to 255, got 2"
                )
        )
        #expect(
            self.error("{\"contacts\": [{\"agent_id\": [256], \(base)}]}")?.description
                .hasPrefix("contacts[0].agent_id") == true
        )
        #expect(
            self.error("{\"contacts\": [{\"agent_id\": \(self.zeros), \"trust_level\": 7, \"added_at\": 1}]}")?
                .description.hasPrefix("contacts[0].trust_level") == true
        )
        #expect(
            self.error("{\"contacts\": [], \"revocations\": [{\"agent_id\": \(self.zeros), \"timestamp\": 1}]}")
                == .invalid(place: "revocations[0].reason", reason: "missing")
        )
        #expect(
            self.error("{\"contacts\": [{\"agent_id\": \(self.zeros), \(base), \"machines\": [{}]}]}")
                == .invalid(place: "contacts[0].machines[0].machine_id", reason: "missing")
        )
        #expect(self.error("{\"contacts\": [{\"agent_id\": \(self.zeros), \"added_at\": -1}]}") != nil)
    }

    @Test func everyTruncationIsRefused() {
        let bytes = ContactsDocument(contacts: [self.full.contacts[0]]).encoded.dropLast()
        // The document ends with its last brace; every shorter prefix is no document.
        for count in 0..<bytes.count {
            #expect(throws: ContactsFileError.self) { try ContactsDocument(parsing: Array(bytes.prefix(count))) }
        }
    }

    @Test func everyChangedByteIsReadOrRefusedAndNeverTraps() {
        let bytes = ContactsDocument(contacts: [self.full.contacts[0]]).encoded
        for index in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << UInt8(bit)
                guard let document = try? ContactsDocument(parsing: damaged) else { continue }
                for contact in document.contacts { #expect(contact.agentID.count == 32) }
            }
        }
    }

    @Test func theSizeLimitIsKept() {
        let padding = [UInt8](repeating: 0x20, count: ContactsDocument.byteCountMax - 15)
        #expect(throws: Never.self) { try ContactsDocument(parsing: Array("{\"contacts\":[]}".utf8) + padding) }
        #expect(throws: ContactsFileError.tooLarge(limit: ContactsDocument.byteCountMax)) {
            try ContactsDocument(parsing: Array("{\"contacts\":[]}".utf8) + padding + [0x20])
        }
    }
}
