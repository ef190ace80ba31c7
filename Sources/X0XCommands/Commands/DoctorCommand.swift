// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XAPI
import X0XClient

package struct DoctorCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Ask the daemon how it is.",
        discussion: "Exit code 1 if it does not answer. `x0xd --doctor` examines files, permissions and ports as well.",
        shouldDisplay: false
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package func run() async throws {
        let client = X0XClient(try self.globals.locator())
        let output = self.globals.output
        var checks: [(name: String, result: Result<String, X0XClientError>)] = []
        if output.style != .json { try output.write("Running diagnostics...\n") }

        func check(_ name: String, _ question: () async throws(X0XClientError) -> String) async throws {
            let result: Result<String, X0XClientError>
            do throws(X0XClientError) {
                result = .success(try await question())
            } catch {
                result = .failure(error)
            }
            checks.append((name, result))
            if output.style != .json { try output.write(Self.line(name, result) + "\n") }
        }

        try await check("Health check") { () throws(X0XClientError) in
            _ = try await client.health()
            return "OK"
        }
        if case .success? = checks.first?.result {
            try await check("Agent identity") { () throws(X0XClientError) in try await client.agent().agentID }
            try await check("Network") { () throws(X0XClientError) in
                let peerCount = try await client.peers().count
                return "\(peerCount) peers, \(try await client.status().status)"
            }
            try await check("Contacts") { () throws(X0XClientError) in "\(try await client.contacts().count) contacts" }
        }
        let hasFailed = checks.contains { if case .failure = $0.result { true } else { false } }
        if output.style == .json {
            try output.show(Self.json(checks, hasFailed: hasFailed))
        } else {
            try output.write("Diagnostics complete.\n")
        }
        if hasFailed { throw ExitCode.failure }
    }

    private static func line(_ name: String, _ result: Result<String, X0XClientError>) -> String {
        switch result {
        case .success(let text): "\(name): \(text)"
        case .failure(let error): "\(name): FAIL — \(error)"
        }
    }

    private static func json(
        _ checks: [(name: String, result: Result<String, X0XClientError>)],
        hasFailed: Bool
    ) -> JSONValue {
        let entries = checks.map { name, result -> JSONValue in
            switch result {
            case .success(let text): .object(["name": .string(name), "ok": .bool(true), "detail": .string(text)])
            case .failure(let error):
                .object(["name": .string(name), "ok": .bool(false), "detail": .string("\(error)")])
            }
        }
        return .object(["ok": .bool(!hasFailed), "checks": .array(entries)])
    }
}
