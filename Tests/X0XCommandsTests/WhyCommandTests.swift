// SPDX-License-Identifier: MIT OR Apache-2.0

import Testing
import X0XClient
import X0XCommands

/// `x0x why` where real daemons are hard to bring into the state; the others are in `IntegrationTests/WhyTests`.
@Suite(.timeLimit(.minutes(1))) struct WhyCommandTests {
    private static let own = String(repeating: "11", count: 32)
    private static let first = "abcdef" + String(repeating: "0", count: 58)
    private static let second = "abcd00" + String(repeating: "0", count: 58)
    private static let machine = String(repeating: "77", count: 32)

    private static func answers(_ more: [String: String] = [:]) -> [String: String] {
        let record = { (id: String) in
            #"{"agent_id":"\#(id)","machine_id":"\#(Self.machine)","addresses":["127.0.0.1:9"],"announced_at":1,"#
                + #""last_seen":1}"#
        }
        let standard = [
            "/agent": #"{"ok":true,"agent_id":"\#(Self.own)","machine_id":"\#(Self.machine)","user_id":null,"#
                + #""kem_public_key_b64":""}"#,
            "/contacts?complete=true": #"{"ok":true,"contacts":[],"revocations":[]}"#,
            "/agents/discovered?unfiltered=true":
                #"{"ok":true,"agents":[\#(record(Self.first)),\#(record(Self.second))]}"#,
            "/peers": #"{"ok":true,"peers":[]}"#,
            "/trust/evaluate": #"{"ok":true,"decision":"Unknown"}"#,
            "/direct/connections": #"{"ok":true,"connections":[]}"#,
            "/agents/connect": #"{"ok":true,"outcome":"Unreachable","addr":null}"#,
            "/peers/\(Self.machine)/health":
                #"{"ok":true,"peer_id":"x","health":"PeerHealth { connected: false }","snapshot":{"connected":false,"#
                + #""close_reason":"PeerShutdown"}}"#,
        ]
        return standard.merging(more) { $1 }
    }

    private static func reachability(_ failures: String) -> [String: String] {
        [
            "/agents/reachability/\(Self.first)":
                #"{"ok":true,"likely_direct":false,"needs_coordination":true,"is_relay":false,"is_coordinator":false,"#
                + #""addresses":["127.0.0.1:9"],"last_dial":{"at_ms":1,"connected":null,"failures":[\#(failures)]}}"#
        ]
    }

    @Test func aPrefixThatFitsSeveralAgentsNamesThem() async throws {
        let run = try await StubDaemon.run(["why", "abcd"], answers: Self.answers())
        #expect(run.code == 1 && run.output.isEmpty)
        #expect(run.errors.contains(Self.first) && run.errors.contains(Self.second))
        let short = try await StubDaemon.run(["why", "abc"], answers: Self.answers())
        #expect(short.code == 1 && short.errors.contains("at least 4 digits"))
    }

    @Test func anotherMachineAtTheAddressIsTold() async throws {
        let failure = #"{"address":"127.0.0.1:9","error":"wrong_peer","detail":"another machine answered: 99"}"#
        let run = try await StubDaemon.run(["why", "abcde"], answers: Self.answers(Self.reachability(failure)))
        #expect(run.code == 1)
        #expect(run.output.contains("  ✗ last error  127.0.0.1:9: another machine answered: 99\n"))
        #expect(run.output.contains("\nIt cannot be reached.\nNext: Somebody else lives at its address now"))
    }

    @Test func aPinnedContactOnAnotherMachineIsTold() async throws {
        let more = [
            "/trust/evaluate": #"{"ok":true,"decision":"RejectMachineMismatch"}"#,
            "/peers": #"{"ok":true,"peers":[{"id":"\#(Self.machine)"}]}"#,
        ]
        let answers = Self.answers(more.merging(Self.reachability("")) { $1 })
        let run = try await StubDaemon.run(["why", Self.first.uppercased()], answers: answers)
        #expect(run.code == 1 && run.output.contains("  ✗ trust       pinned to other machines"))
        #expect(run.output.contains("Next: If it really moved to another machine: x0x machines add \(Self.first)"))
    }

    @Test func withoutADaemonItIsExitCodeTwo() async {
        #expect(await CommandRun.x0x(["--api", "127.0.0.1:1", "why", "abcd"]).code == 2)
        #expect(await CommandRun.x0x(["why"]).code == 2)
    }
}
