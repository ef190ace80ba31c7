// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import TestSupport
import Testing
import X0XAPI
import X0XClient
import X0XCommands

@Suite(.timeLimit(.minutes(1)))
struct CommandTests {
    private static let id = String(repeating: "ab", count: 32)
    private static let health = #"{"ok":true,"status":"healthy","version":"0.19.21","peers":0,"uptime_secs":1}"#

    /// Runs `x0x` against a server that is healthy and gives `answer` to everything else.
    private static func run(
        _ arguments: [String],
        answer: StubServer.Answer = .json(#"{"ok":true}"#),
        isTerminal: Bool = false
    ) async throws -> (run: CommandRun, requests: [StubServer.Request]) {
        try await StubServer.run { request in
            request.target == "/health" ? .json(Self.health) : answer
        } _: { server in
            let environment = ["X0X_API_TOKEN": "token"]
            let run = await CommandRun.x0x(
                arguments + ["--api", server.address],
                environment: environment,
                isTerminal: isTerminal
            )
            return (run, server.requests)
        }
    }

    /// What each command asks of the daemon, after its health check.
    @Test(arguments: [
        (["status"], "GET /status"),
        (["agent"], "GET /agent"),
        (["agent", "user-id"], "GET /agent/user-id"),
        (["agent", "card"], "GET /agent/card"),
        (
            ["agent", "card", "Ann Lee", "--include-groups"],
            "GET /agent/card?display_name=Ann%20Lee&include_groups=true"
        ),
        (["agent", "introduction"], "GET /introduction"),
        (
            ["agent", "import", "x0x://agent/e30"],
            #"POST /agent/card/import {"card":"x0x://agent/e30","trust_level":"known"}"#
        ),
        (["announce"], #"POST /announce {"human_consent":false,"include_user_identity":false}"#),
        (["peers"], "GET /peers"),
        (["presence"], "GET /presence"),
        (["presence", "online"], "GET /presence/online"),
        (["presence", "foaf"], "GET /presence/foaf?ttl=3&timeout_ms=5000"),
        (
            ["presence", "find", "ab", "--ttl", "1", "--timeout-ms", "700"],
            "GET /presence/find/ab?ttl=1&timeout_ms=700"
        ),
        (["presence", "status", "ab"], "GET /presence/status/ab"),
        (["network", "status"], "GET /network/status"),
        (["diagnostics", "gossip"], "GET /diagnostics/gossip"),
        (["agents"], "GET /agents/discovered"),
        (["agents", "list", "--unfiltered"], "GET /agents/discovered?unfiltered=true"),
        (["agents", "get", "ab", "--wait", "2"], "GET /agents/discovered/ab?wait=2"),
        (["agents", "find", "ab"], "POST /agents/find/ab"),
        (["agents", "reachability", "ab"], "GET /agents/reachability/ab"),
        (["agents", "machine", "ab"], "GET /agents/ab/machine"),
        (["agents", "by-user", "cd"], "GET /users/cd/agents"),
        (["machines", "discovered", "--unfiltered"], "GET /machines/discovered?unfiltered=true"),
        (["machines", "get", "ab", "--wait", "2"], "GET /machines/discovered/ab?wait=2"),
        (["machines", "by-user", "cd"], "GET /users/cd/machines"),
        (["machines", "connect", "ab"], #"POST /machines/connect {"machine_id":"ab"}"#),
        (["contacts"], "GET /contacts"),
        (["contacts", "add", "ab", "--trust", "known"], #"POST /contacts {"agent_id":"ab","trust_level":"known"}"#),
        (
            ["contacts", "add", "ab", "--trust", "known", "--label", "Bob"],
            #"POST /contacts {"agent_id":"ab","label":"Bob","trust_level":"known"}"#
        ),
        (["contacts", "update", "ab", "--trust", "trusted"], #"PATCH /contacts/ab {"trust_level":"trusted"}"#),
        (["contacts", "remove", "ab"], "DELETE /contacts/ab"),
        (["contacts", "trust", "ab", "blocked"], #"POST /contacts/trust {"agent_id":"ab","level":"blocked"}"#),
        (["trust", "set", "ab", "blocked"], #"POST /contacts/trust {"agent_id":"ab","level":"blocked"}"#),
        (["trust", "evaluate", "ab", "cd"], #"POST /trust/evaluate {"agent_id":"ab","machine_id":"cd"}"#),
        (["publish", "a/b", "hi ü"], #"POST /publish {"payload":"aGkgw7w=","topic":"a/b"}"#),
        (["unsubscribe", "00/11"], "DELETE /subscribe/00%2F11"),
        (["direct", "connect", "ab"], #"POST /agents/connect {"agent_id":"ab"}"#),
        (["direct", "send", "ab", "hi"], #"POST /direct/send {"agent_id":"ab","payload":"aGk="}"#),
        (
            ["direct", "send", "ab", "hi", "--require-ack-ms", "500"],
            #"POST /direct/send {"agent_id":"ab","payload":"aGk=","require_ack_ms":500}"#
        ),
        (["direct", "connections"], "GET /direct/connections"),
    ])
    func commandsMakeTheirRequest(_ arguments: [String], _ expected: String) async throws {
        let (run, requests) = try await Self.run(arguments)
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output == "ok: true\n")
        #expect(requests.first?.target == "/health")
        let request = try #require(requests.last)
        #expect(request.headers["authorization"] == "Bearer token")
        var line = "\(request.method) \(request.target)"
        if !request.body.isEmpty { line += " " + JSONText.compact(try JSONValue(parsing: request.body)) }
        #expect(line == expected)
        #expect(requests.count == 2)
    }

    @Test func spec13_check14_addressFormsAndOptionPlacesAreEquivalent() async throws {
        try await StubServer.run { _ in
            .json(Self.health)
        } _: { server in
            let before = await CommandRun.x0x(["--api", server.address, "health"])
            let after = await CommandRun.x0x(["health", "--api-url", "http://\(server.address)/"])
            #expect(before.code == 0)
            #expect(before.output == after.output)
            #expect(before.output == "ok: true\npeers: 0\nstatus: healthy\nuptime_secs: 1\nversion: 0.19.21\n")
            for arguments in [["--json", "health"], ["health", "--json"], ["health", "--format", "json"]] {
                let json = await CommandRun.x0x(arguments + ["--api", server.address])
                #expect(json.output.hasPrefix("{\n  \"ok\": true,\n"))
                let value = try JSONValue(parsing: Array(json.output.utf8))
                #expect(value["version"] == .string("0.19.21"))
                #expect(json.errors.isEmpty)
            }
        }
    }

    @Test func spec13_check16_errorAnswersExit1() async throws {
        let missing = StubServer.Answer.json(#"{"ok":false,"error":"contact not found"}"#, status: 404)
        let (notFound, _) = try await Self.run(["contacts", "remove", "ab"], answer: missing)
        #expect(notFound.code == 1)
        #expect(notFound.errors == "error: contact not found (HTTP 404)\n")
        #expect(notFound.output.isEmpty)
        let text = "missing or invalid Authorization: Bearer token"
        let wrongToken = StubServer.Answer.json(#"{"error":"\#(text)"}"#, status: 401)
        let (refused, _) = try await Self.run(["agent"], answer: wrongToken)
        #expect(refused.code == 1)
        #expect(refused.errors == "error: \(text) (HTTP 401)\n")
    }

    @Test func emptyAnswersReadAsOk() async throws {
        let (run, _) = try await Self.run(["contacts", "remove", "ab"], answer: .reply(status: 204, body: []))
        #expect(run.code == 0)
        #expect(run.output == "ok: true\n")
    }

    @Test func garbageIsAParseFailure() async throws {
        let (run, _) = try await Self.run(["agent"], answer: .reply(status: 200, body: Array("<html>".utf8)))
        #expect(run.code == 1)
        #expect(run.errors.hasPrefix("error: failed to parse response"))
    }

    @Test func terminalsGetTables() async throws {
        let answer = StubServer.Answer.json(
            #"{"ok":true,"contacts":[{"agent_id":"ab","trust_level":"known","identity_type":"known","label":"Bob"}]}"#
        )
        let (run, _) = try await Self.run(["contacts"], answer: answer, isTerminal: true)
        #expect(run.output == "\u{1B}[1mAGENT  TRUST  IDENTITY  LABEL\u{1B}[0m\nab     known  known     Bob\n")
        let (json, _) = try await Self.run(["contacts", "--json"], answer: answer, isTerminal: true)
        #expect(json.output.hasPrefix("{\n"))
    }

    @Test func cardsAreExplainedOnStandardError() async throws {
        let answer = StubServer.Answer.json(#"{"ok":true,"card":{},"link":"x0x://agent/e30"}"#)
        let (run, _) = try await Self.run(["agent", "card", "--json"], answer: answer)
        #expect(run.errors.hasPrefix("x0x://agent/e30\n"))
        #expect(try JSONValue(parsing: Array(run.output.utf8))["link"] == .string("x0x://agent/e30"))
    }

    @Test func spec13_check21_routes() async throws {
        let text = await CommandRun.x0x(["routes"])
        #expect(text.code == 0)
        #expect(text.output.hasSuffix("\n\n\(Registry.routes.count) endpoints total\n"))
        for arguments in [["routes", "--json"], ["--json", "routes"]] {
            let json = await CommandRun.x0x(arguments)
            let routes = try #require(try JSONValue(parsing: Array(json.output.utf8)).arrayValue)
            #expect(routes.count == Registry.routes.count)
            for route in routes {
                guard case .object(let members) = route else {
                    Issue.record("not an object")
                    continue
                }
                #expect(Set(members.keys) == ["method", "path", "cli_name", "description", "category"])
            }
            // One object per line, between the brackets.
            #expect(json.output.split(separator: "\n").count == Registry.routes.count + 2)
        }
        let missing = await CommandRun.x0x(["routes", "--missing"])
        #expect(missing.output.hasSuffix("\n\n\(Registry.planned.count) endpoints total\n"))
    }

    @Test func instancesAreListedWithTheirState() async throws {
        try await withTemporaryDirectory { home in
            let none = await CommandRun.x0x(["instances"], environment: ["HOME": home])
            #expect(none.output == "No running instances found.\n")
            try await StubServer.run { _ in
                .json(Self.health)
            } _: { server in
                let directories = InstanceDirectories(environment: ["HOME": home])
                for (instance, address) in [(nil, server.address), ("dead", "127.0.0.1:1")] {
                    let directory = directories.dataDirectory(instance: instance)
                    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
                    try address.write(toFile: "\(directory)/api.port", atomically: true, encoding: .utf8)
                }
                let run = await CommandRun.x0x(["instances"], environment: ["HOME": home])
                let lines = run.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
                #expect(
                    lines == [
                        ["NAME", "API", "STATUS"], ["(default)", "http://\(server.address)", "running"],
                        ["dead", "http://127.0.0.1:1", "stale"],
                    ]
                )
            }
        }
    }

    @Test func startFindsTheRunningDaemon() async throws {
        let (run, requests) = try await Self.run(["start"])
        #expect(run.code == 0)
        #expect(run.output.hasPrefix("Daemon already running at http://127.0.0.1:"))
        #expect(requests.map(\.target) == ["/health"])
    }
}
