// SPDX-License-Identifier: MIT OR Apache-2.0

import ContactsFile
import Foundation
import TestSupport
import Testing
import X0XAPI

@testable import X0XCommands

@Suite(.timeLimit(.minutes(1))) struct ContactFileCommandTests {
    private let alice = [UInt8](repeating: 0xA1, count: 32)
    private let bob = [UInt8](repeating: 0xB2, count: 32)
    private let laptop = [UInt8](repeating: 0x0C, count: 32)
    private let phone = [UInt8](repeating: 0x0D, count: 32)

    private func hex(_ byte: String) -> String { String(repeating: byte, count: 32) }

    private func record(_ agent: String, _ trust: String, label: String? = nil, pinned: Bool? = nil) -> ContactRecord {
        ContactRecord(
            agentID: agent,
            trustLevel: trust,
            label: label,
            addedAt: 1,
            lastSeen: nil,
            identityType: pinned == true ? "pinned" : "known",
            isRevoked: false,
            machines: pinned.map {
                [.init(machineID: self.hex("0c"), label: nil, firstSeen: 1, lastSeen: 1, isPinned: $0)]
            } ?? []
        )
    }

    private func plan(_ contacts: [ContactsDocument.Contact], _ existing: [ContactRecord] = []) -> ContactImportPlan {
        ContactImportPlan(
            ContactsDocument(contacts: contacts),
            into: ContactsResponse(contacts: existing, revocations: []),
            ownAgent: self.hex("ee")
        )
    }

    @Test func decisionsBecomeRequestsAndStrangersDoNot() {
        let document = ContactsDocument(
            contacts: [
                .init(
                    agentID: self.alice,
                    trustLevel: "Known",
                    label: "Alice",
                    addedAt: 1,
                    identityType: "pinned",
                    machines: [
                        .init(machineID: self.laptop, label: "desk", firstSeen: 1, lastSeen: 2, pinned: true),
                        .init(machineID: self.phone, firstSeen: 1, lastSeen: 2),
                    ]
                ),
                .init(agentID: self.bob, trustLevel: "unknown", addedAt: 1),
                .init(agentID: Array(repeating: 0xEE, count: 32), trustLevel: "blocked", addedAt: 1),
            ],
            revocations: [
                .init(agentID: self.bob, reason: "lost", timestamp: 1),
                .init(agentID: Array(repeating: 0xEE, count: 32), reason: "me", timestamp: 1),
            ]
        )
        let plan = ContactImportPlan(document, into: ContactsResponse(contacts: []), ownAgent: self.hex("ee"))
        #expect(
            plan.steps == [
                .revoke(agent: self.hex("b2"), reason: "lost"),
                .add(agent: self.hex("a1"), trust: "known", label: "Alice"),
                .addMachine(agent: self.hex("a1"), machine: self.hex("0c"), label: "desk", pinned: true),
                .addMachine(agent: self.hex("a1"), machine: self.hex("0d"), label: nil, pinned: false),
            ]
        )
        #expect(plan.contactCount == 1 && plan.revocationCount == 1 && plan.strangerCount == 1)
    }

    @Test(
        arguments: [
            ("trusted", "known", "trusted"), ("known", "trusted", nil), ("blocked", "trusted", "blocked"),
            ("trusted", "blocked", nil), ("unknown", "known", nil), ("known", "known", nil),
        ] as [(String, String, String?)]
    )
    func aLevelNeverFallsAndABlockStays(_ imported: String, _ existing: String, _ expected: String?) {
        let plan = self.plan(
            [.init(agentID: self.alice, trustLevel: imported, addedAt: 1)],
            [self.record(self.hex("a1"), existing)]
        )
        let steps = expected.map { [ContactImportPlan.Step.add(agent: self.hex("a1"), trust: $0, label: nil)] } ?? []
        #expect(plan.steps == steps)
        #expect(plan.contactCount == steps.count)
    }

    @Test func whatIsThereIsNotAskedForAgain() {
        let contact = ContactsDocument.Contact(
            agentID: self.alice,
            trustLevel: "known",
            label: "theirs",
            addedAt: 1,
            identityType: "pinned",
            machines: [.init(machineID: self.laptop, firstSeen: 1, lastSeen: 2, pinned: true)]
        )
        #expect(self.plan([contact], [self.record(self.hex("a1"), "known", label: "mine", pinned: true)]).steps == [])
        // A machine that is there gets its pin.
        #expect(
            self.plan([contact], [self.record(self.hex("a1"), "known", label: "mine", pinned: false)]).steps
                == [.addMachine(agent: self.hex("a1"), machine: self.hex("0c"), label: nil, pinned: true)]
        )
        // A pin without the pinned type had no effect and gets none.
        var stale = contact
        stale.identityType = "known"
        #expect(self.plan([stale], [self.record(self.hex("a1"), "known", label: "x", pinned: false)]).steps == [])
    }

    @Test func filesThatCannotBeReadNeedNoDaemon() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/contacts.json"
            let missing = await CommandRun.x0x(["contacts", "import", path])
            #expect(missing.code == 2 && missing.errors.contains("no such file"))
            try Data("{\"contacts\":[{}]}".utf8).write(to: URL(fileURLWithPath: path))
            let damaged = await CommandRun.x0x(["contacts", "import", path])
            #expect(damaged.code == 2 && damaged.errors.contains("contacts[0].agent_id: missing"))
        }
    }

    @Test func anExportIsOneRequestAndReadsAsAContactFile() async throws {
        let agent = self.hex("a1")
        let answer =
            #"{"contacts":[{"added_at":5,"agent_id":"\#(agent)","identity_type":"pinned","label":"A","last_seen":null,"#
            + #""machines":[{"first_seen":1,"label":null,"last_seen":2,"machine_id":"\#(self.hex("0c"))","pinned":true}],"#
            + #""revoked":false,"trust_level":"known"}],"ok":true,"revocations":[{"agent_id":"\#(self.hex("b2"))","#
            + #""reason":"lost","revoked_at":3,"revoker_id":null,"timestamp":3}]}"#
        try await StubServer.run { request in
            .json(
                request.target.hasPrefix("/contacts")
                    ? answer : #"{"ok":true,"status":"healthy","version":"x","peers":0,"uptime_secs":1}"#
            )
        } _: { server in
            let run = await CommandRun.x0x(["--api", server.address, "contacts", "export"])
            #expect(run.code == 0, "\(run.errors)")
            let document = try ContactsDocument(parsing: Array(run.output.utf8))
            let machine = ContactsDocument.Machine(machineID: self.laptop, firstSeen: 1, lastSeen: 2, pinned: true)
            #expect(
                document
                    == ContactsDocument(
                        contacts: [
                            .init(
                                agentID: self.alice,
                                trustLevel: "known",
                                label: "A",
                                addedAt: 5,
                                identityType: "pinned",
                                machines: [machine]
                            )
                        ],
                        revocations: [.init(agentID: self.bob, reason: "lost", timestamp: 3)]
                    )
            )
            #expect(server.requests.filter { $0.target == "/contacts?complete=true" }.count == 1)
        }
    }
}
