// SPDX-License-Identifier: MIT OR Apache-2.0

import HTTPTypes
import Primitives
import Testing
import Trust

/// Machines, pins and revocations of contacts (spec 11 §7.8, spec 01 §16).
@Suite(.timeLimit(.minutes(1))) struct ContactMachineTests {
    private let bob = id(7, AgentID.self).hex
    private let laptop = id(1, MachineID.self).hex
    private let phone = id(2, MachineID.self).hex

    private func path(_ machine: String? = nil, pin: Bool = false) -> String {
        "/contacts/\(self.bob)/machines" + (machine.map { "/\($0)" } ?? "") + (pin ? "/pin" : "")
    }

    @Test(arguments: Place.allCases)
    func spec01_check35_machinesAreAddedListedAndRemoved(_ place: Place) async throws {
        try await APIHarness().run(place) { client async throws in
            #expect(try await client.get(self.path()).text == #"{"machines":[],"ok":true}"#)
            let added = try await client.post(self.path(), #"{"machine_id":"\#(self.laptop)"}"#)
            #expect(added.status == 201)
            let record =
                #"{"first_seen":1700000000,"label":null,"last_seen":1700000000,"machine_id":"\#(self.laptop)","#
                + #""pinned":false}"#
            #expect(added.text == #"{"machine":\#(record),"ok":true}"#)
            // What is stored is told, not what was asked for: the label of before stays.
            let labelled = try await client.post(self.path(), #"{"machine_id":"\#(self.laptop)","label":"desk"}"#)
            #expect(labelled.status == 200)
            let again = try await client.post(self.path(), #"{"machine_id":"\#(self.laptop.uppercased())"}"#)
            #expect(again.status == 200)
            #expect(again.text.contains(#""label":"desk""#) && again.text.contains(#""pinned":false"#))
            #expect(try await client.get("/contacts").text.contains(#""trust_level":"unknown""#))

            let removed = try await client.send(.delete, self.path(self.laptop))
            #expect(removed.status == 204 && removed.text.isEmpty)
            let gone = try await client.send(.delete, self.path(self.laptop))
            #expect(gone.status == 404 && gone.error == "machine not found")
        }
    }

    @Test(arguments: Place.allCases)
    func spec11_check09_pinsDecide(_ place: Place) async throws {
        try await APIHarness().run(place) { client async throws in
            func decision(_ machine: String) async throws -> String? {
                let body = #"{"agent_id":"\#(self.bob)","machine_id":"\#(machine)"}"#
                return try await client.post("/trust/evaluate", body).json["decision"] as? String
            }
            func type() async throws -> String? {
                let contacts = try await client.get("/contacts").json["contacts"] as? [[String: Any]]
                return contacts?.first?["identity_type"] as? String
            }
            let unknown = try await client.post(self.path(self.laptop, pin: true), "")
            #expect(unknown.text == #"{"ok":true,"pinned":false}"#)
            for machine in [self.laptop, self.phone] {
                _ = try await client.post(self.path(), #"{"machine_id":"\#(machine)"}"#)
            }
            #expect(try await client.post(self.path(self.laptop, pin: true), "").text == #"{"ok":true,"pinned":true}"#)
            #expect(try await type() == "pinned")
            #expect(try await decision(self.laptop) == "Accept")
            #expect(try await decision(self.phone) == "RejectMachineMismatch")

            // Adding the contact again keeps machines and pins.
            _ = try await client.post("/contacts", #"{"agent_id":"\#(self.bob)","trust_level":"trusted"}"#)
            #expect(try await decision(self.phone) == "RejectMachineMismatch")

            let unpinned = try await client.send(.delete, self.path(self.laptop, pin: true))
            #expect(unpinned.text == #"{"ok":true,"unpinned":true}"#)
            #expect(try await type() == "known")
            #expect(try await decision(self.phone) == "Accept")

            // Removing the last pinned machine lets the level decide again, too.
            _ = try await client.post(self.path(), #"{"machine_id":"\#(self.laptop)","pinned":true}"#)
            #expect(try await decision(self.phone) == "RejectMachineMismatch")
            #expect(try await client.send(.delete, self.path(self.laptop)).status == 204)
            #expect(try await type() == "known")
            #expect(try await decision(self.phone) == "Accept")
            let missing = try await client.send(.delete, self.path(self.laptop, pin: true))
            #expect(missing.text == #"{"ok":true,"unpinned":false}"#)
        }
    }

    @Test func badIDsAndFieldsAreNamed() async throws {
        try await APIHarness().run(.memory) { client async throws in
            let add = try await client.post(self.path(), #"{"machine_id":"abc"}"#)
            #expect(add.status == 400 && add.error == "machine_id must be a 64-character hex string")
            let short = try await client.send(.delete, self.path("ab"))
            #expect(short.status == 400 && short.error == "machine_id must be a 64-character hex string")
            for method in [HTTPRequest.Method.post, .delete] {
                for machine in ["zz", "ab"] {
                    let pin = try await client.send(method, self.path(machine, pin: true))
                    #expect(pin.status == 400 && pin.error == "invalid machine_id hex")
                }
            }
            let agent = try await client.get("/contacts/abcd/machines")
            #expect(agent.status == 400 && agent.error == "expected 32 bytes (64 hex chars), got 2")
            let extra = try await client.post(self.path(), #"{"machine_id":"\#(self.laptop)","name":"x"}"#)
            #expect(extra.status == 422)
            let label = String(repeating: "x", count: 257)
            let long = try await client.post(self.path(), #"{"machine_id":"\#(self.laptop)","label":"\#(label)"}"#)
            #expect(long.status == 400 && long.error == "label is longer than 256 bytes")
            #expect(try await client.get("/contacts").text == #"{"contacts":[],"ok":true}"#)
        }
    }

    @Test func tooManyPinsAreRefusedAndChangeNothing() async throws {
        try await APIHarness().run(.memory) { client async throws in
            for number in 1...UInt8(ContactLimits.pinnedMachineCountMax) {
                let body = #"{"machine_id":"\#(id(number, MachineID.self).hex)","pinned":true}"#
                #expect(try await client.post(self.path(), body).status == 201)
            }
            let body = #"{"machine_id":"\#(id(200, MachineID.self).hex)","pinned":true}"#
            let answer = try await client.post(self.path(), body)
            #expect(answer.status == 409 && answer.error == "a contact may have at most 32 pinned machines")
            let machines = try await client.get(self.path()).json["machines"] as? [Any]
            #expect(machines?.count == ContactLimits.pinnedMachineCountMax)
        }
    }

    @Test(arguments: Place.allCases)
    func spec01_check32_aRevocationIsForGood(_ place: Place) async throws {
        try await APIHarness().run(place) { client async throws in
            func level() async throws -> String? {
                let contacts = try await client.get("/contacts").json["contacts"] as? [[String: Any]]
                return contacts?.first?["trust_level"] as? String
            }
            let list = "/contacts/\(self.bob)/revocations"
            #expect(try await client.get(list).text == #"{"ok":true,"revocations":[]}"#)
            #expect(try await client.post("/contacts/\(self.bob)/revoke", "{}").status == 422)
            let long = #"{"reason":"\#(String(repeating: "r", count: 1025))"}"#
            let refused = try await client.post("/contacts/\(self.bob)/revoke", long)
            #expect(refused.status == 400 && refused.error == "reason is longer than 1024 bytes")
            #expect(try await client.get(list).text == #"{"ok":true,"revocations":[]}"#)

            for reason in ["lost laptop", "second thoughts"] {
                let answer = try await client.post("/contacts/\(self.bob)/revoke", #"{"reason":"\#(reason)"}"#)
                #expect(answer.text == #"{"ok":true}"#)
            }
            #expect(
                try await client.get(list).text
                    == #"{"ok":true,"revocations":[{"agent_id":"\#(self.bob)","reason":"lost laptop","#
                    + #""revoked_at":1700000000,"revoker_id":"\#(FakeAgent.agentID.hex)","timestamp":1700000000}]}"#
            )
            // Filtered by the id of the path (F25).
            let other = id(8, AgentID.self).hex
            #expect(try await client.get("/contacts/\(other)/revocations").text == #"{"ok":true,"revocations":[]}"#)
            #expect(try await client.get("/contacts/xy/revocations").status == 400)

            #expect(try await level() == "blocked")
            _ = try await client.post("/contacts/trust", #"{"agent_id":"\#(self.bob)","level":"trusted"}"#)
            #expect(try await level() == "blocked")
            _ = try await client.send(.delete, "/contacts/\(self.bob)")
            let evaluate = #"{"agent_id":"\#(self.bob)","machine_id":"\#(self.laptop)"}"#
            #expect(try await client.post("/trust/evaluate", evaluate).json["decision"] as? String == "RejectBlocked")
            _ = try await client.post("/contacts", #"{"agent_id":"\#(self.bob)","trust_level":"trusted"}"#)
            #expect(try await level() == "blocked")
        }
    }
}
