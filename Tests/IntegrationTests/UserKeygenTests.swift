// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Subprocess
import TestSupport
import Testing
import X0XClient

/// The program `x0x-user-keygen` (spec 13 §9.2).
@Suite(.serialized, .timeLimit(.minutes(1))) struct UserKeygenTests {
    private static func run(_ arguments: [String]) async throws -> (isSuccess: Bool, output: String) {
        let result = try await Subprocess.run(
            .name("sh"),
            arguments: Arguments(["-c", #"exec "$0" "$@""#, try BuiltProgram.path(of: "x0x-user-keygen")] + arguments),
            output: .string(limit: 4096),
            error: .discarded
        )
        return (result.terminationStatus.isSuccess, result.standardOutput)
    }

    @Test func spec13_check29_daemonsWithOneKeyFileReportTheSameUser() async throws {
        try await DaemonStage.run { stage in
            let path = "\(stage.directory)/human.key"
            let first = try await Self.run([path])
            #expect(first.isSuccess && first.output == path + "\n")
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            // A key is never overwritten, and a wrong command line is an error.
            #expect(try await Self.run([path]).isSuccess == false)
            #expect(try await Self.run([]).isSuccess == false)

            let arguments = try stage.configurationArguments("user_key_path = \"\(path)\"\n")
            let alice = try await stage.start("alice", arguments: arguments)
            let bob = try await stage.start("bob", arguments: arguments)
            let user = try #require(try await alice.client.agentUserID())
            #expect(try await bob.client.agentUserID() == user)
            #expect(alice.agentID != bob.agentID)
        }
    }
}
