// SPDX-License-Identifier: MIT OR Apache-2.0

import TestSupport

/// A daemon that is healthy and gives canned answers.
enum StubDaemon {
    /// Runs `x0x` against it; a target without an answer is 404.
    static func run(
        _ arguments: [String],
        answers: [String: String],
        environment: [String: String] = [:],
        isTerminal: Bool = false
    ) async throws -> CommandRun {
        try await StubServer.run { request in
            if request.target == "/health" {
                return .json(#"{"ok":true,"status":"healthy","version":"0.19.21","peers":0,"uptime_secs":1}"#)
            }
            return answers[request.target].map { .json($0) } ?? .json(#"{"ok":false,"error":"not found"}"#, status: 404)
        } _: { server in
            await CommandRun.x0x(
                arguments + ["--api", server.address],
                environment: ["X0X_API_TOKEN": "t"].merging(environment) { $1 },
                isTerminal: isTerminal
            )
        }
    }
}
