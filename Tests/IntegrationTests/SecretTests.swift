// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Foundation
import Identity
import TestSupport
import Testing
import X0XAPI
import X0XClient

/// No secret of a busy daemon is anywhere but in its key files (spec 01 §2.7).
@Suite(.serialized, .timeLimit(.minutes(3))) struct SecretTests {
    @Test func noSecretLeavesTheKeyFiles() async throws {
        try await DaemonStage.run { stage in
            let home = stage.home(of: "alice")
            let custody = KeyCustody(
                identityDirectory: "\(home)/.x0x-alice",
                userKeyPath: "\(home)/.x0x/user.key"
            )
            _ = try custody.createUser()
            async let first = stage.start("alice", environment: ["RUST_LOG": "trace"])
            async let second = stage.start("bob")
            let (alice, bob) = try await (first, second)
            var answers = try await Self.beBusy(alice, bob)
            answers += try await Self.everyAnswer(of: alice, about: bob)
            #expect(answers.count > 40)

            let secrets = try Self.secrets(of: alice)
            #expect(secrets.count == 6)
            for (name, text) in answers {
                #expect(Self.found(secrets, in: text).isEmpty, "in the answer to \(name)")
            }
            await alice.process.stop()
            let files = try Self.files(below: home)
            let ownFiles = Set(secrets.map(\.path))
            #expect(ownFiles.isSubset(of: files) && files.contains { $0.hasSuffix("x0x.db") })
            #expect(files.contains(alice.process.launch.logPath))
            for path in files where !ownFiles.contains(path) {
                let contents = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
                #expect(Self.found(secrets, in: contents).isEmpty, "in \(path)")
            }
            for path in ownFiles {
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(path)")
            }
            for directory in ["\(home)/.x0x-alice", "\(home)/.x0x", alice.dataDirectory] {
                let mode = try FileManager.default.attributesOfItem(atPath: directory)[.posixPermissions] as? Int
                #expect(mode == 0o700, "\(directory)")
            }
        }
    }

    /// The search finds a planted secret in each form it looks for, and at each alignment of base64.
    @Test func thePlantedSecretIsFound() {
        let secret = Secret(name: "planted", path: "", bytes: (0..<32).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) })
        let front = Array("…".utf8)
        for planted in [
            secret.bytes, Array(secret.bytes.hex.utf8), Array(secret.bytes.hex.uppercased().utf8),
            Array("\(secret.bytes.map(Int.init))".utf8),
        ] {
            #expect(Self.found([secret], in: front + planted + front) == ["planted"])
        }
        for shift in 0..<3 {
            let base64 = Data([UInt8](repeating: 7, count: shift) + secret.bytes + [1, 2]).base64EncodedString()
            #expect(Self.found([secret], in: Array(base64.utf8)) == ["planted"], "shift \(shift)")
            let url = base64.replacing("+", with: "-").replacing("/", with: "_")
            #expect(Self.found([secret], in: Array(url.utf8)) == ["planted"], "shift \(shift)")
        }
        #expect(Self.found([secret], in: Array(secret.bytes.dropLast(16))).isEmpty)
    }

    #if os(Linux)
    /// A daemon leaves no core dump, whoever catches it.
    @Test func aDaemonCannotDumpItsMemory() async throws {
        try await DaemonStage.run { stage in
            let alice = try await stage.start("alice")
            let limits = try String(
                contentsOfFile: "/proc/\(alice.process.child.processIdentifier)/limits",
                encoding: .utf8
            )
            let core = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
            #expect(core.split(separator: " ").filter { $0 == "0" }.count == 2, "\(core)")
        }
    }
    #endif

    // MARK: - What a busy daemon says

    private static func beBusy(_ alice: DaemonFixture, _ bob: DaemonFixture) async throws -> [(String, [UInt8])] {
        try await alice.meet(bob)
        try await bob.meet(alice)
        try await alice.connect(to: bob)
        _ = try await alice.client.subscribe(topic: "secrets")
        let topics = try await alice.client.events()
        let direct = try await alice.client.directEvents()
        for number in 0..<20 {
            try await alice.client.publish(topic: "secrets", payload: Array("message \(number)".utf8))
            _ = try await alice.client.sendDirect(to: bob.agentID, payload: Array("direct \(number)".utf8))
            _ = try await bob.client.sendDirect(to: alice.agentID, payload: Array("answer \(number)".utf8))
        }
        _ = try await alice.client.announce(includeUserIdentity: true, humanConsent: true)
        let message = try await first("a message", in: topics) { event -> TopicMessage? in
            guard case .message(let message) = event else { return nil }
            return message
        }
        let answer = try await first("an answer", in: direct) { $0 }
        return [("event", Array("\(message)".utf8)), ("direct event", Array("\(answer)".utf8))]
    }

    /// Every answer of the interface that ends: good requests, bad ones, and without a token.
    ///
    /// The page carries the token for its own use and is left out.
    private static func everyAnswer(
        of alice: DaemonFixture,
        about bob: DaemonFixture
    ) async throws -> [(String, [UInt8])] {
        var answers: [(String, [UInt8])] = []
        let values = [bob.agentID, bob.machineID]
        for route in Registry.routes where route.answer == .json && route.path != "/shutdown" {
            let target = route.path(filling: Array(values.prefix(route.parameters.count)))
            let bodies: [String?] = route.method == .get ? [nil] : ["{", "{}", #"{"agent_id":"\#(bob.agentID)"}"#]
            for body in bodies {
                let answer = try await alice.send(route.method.rawValue, target, body: body)
                answers.append(("\(route.method.rawValue) \(target)", answer.body))
            }
            let refused = try await alice.send(route.method.rawValue, target, token: String(repeating: "0", count: 64))
            answers.append(("\(target) without token", refused.body))
        }
        for query in ["/agent/card?display_name=Ann&include_user=true", "/introduction?peer=\(bob.agentID)"] {
            answers.append((query, try await alice.send("GET", query).body))
        }
        return answers
    }

    // MARK: - Secrets

    private struct Secret {
        let name: String
        let path: String
        let bytes: [UInt8]
    }

    /// The seeds, and the token of the interface; the encapsulation key has two, d and z.
    private static func secrets(of daemon: DaemonFixture) throws -> [Secret] {
        let home = daemon.process.launch.home
        func file(_ path: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) }
        let signing = [
            "\(home)/.x0x-\(daemon.name)/machine.key", "\(home)/.x0x-\(daemon.name)/agent.key", "\(home)/.x0x/user.key",
        ]
        var secrets = try signing.map { path in Secret(name: path, path: path, bytes: Array(try file(path)[12..<44])) }
        let encapsulation = "\(daemon.dataDirectory)/agent_kem.key"
        for range in [12..<44, 44..<76] {
            secrets.append(
                Secret(name: encapsulation, path: encapsulation, bytes: Array(try file(encapsulation)[range]))
            )
        }
        let token = "\(daemon.dataDirectory)/api-token"
        let text = String(decoding: try file(token), as: UTF8.self)
        secrets.append(Secret(name: token, path: token, bytes: try [UInt8](hex: text)))
        return secrets
    }

    private static func files(below directory: String) throws -> Set<String> {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: directory).map { "\(directory)/\($0)" }
        return try Set(
            paths.filter { path in
                try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType == .typeRegular
            }
        )
    }

    /// The names of the secrets that stand in `haystack`: raw, in hexadecimal, as a JSON array, or in either base64.
    private static func found(_ secrets: [Secret], in haystack: [UInt8]) -> [String] {
        let text = Data(haystack)
        return secrets.filter { secret in
            Self.forms(of: secret.bytes).contains { text.range(of: $0) != nil }
        }.map(\.name)
    }

    private static func forms(of secret: [UInt8]) -> [Data] {
        var texts = [secret.hex, secret.hex.uppercased(), secret.map(String.init).joined(separator: ", ")]
        texts.append(secret.map(String.init).joined(separator: ","))
        // Within base64 a byte string begins at one of three places of a group; the digits it shares with its neighbours
        // are left out.
        for shift in 0..<3 {
            let base64 = Data([UInt8](repeating: 0, count: shift) + secret).base64EncodedString()
            let inner = String(base64.dropFirst(shift == 0 ? 0 : shift + 1).prefix { $0 != "=" }.dropLast())
            texts.append(inner)
            texts.append(inner.replacing("+", with: "-").replacing("/", with: "_"))
        }
        return [Data(secret)] + texts.map { Data($0.utf8) }
    }
}
