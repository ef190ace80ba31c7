// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Foundation
import Identity
import Primitives
import Testing

@Suite struct IdentityDirectoryTests {
    private let home: TemporaryDirectory
    private let now = UnixMillis(seconds: 1_700_000_000)

    init() throws { self.home = try TemporaryDirectory() }

    private func paths(_ name: String = "x0x", userKey: String? = nil) -> IdentityPaths {
        IdentityPaths(
            directory: self.home(name),
            dataDirectory: self.home("\(name)-data"),
            userKey: userKey.map { self.home($0) }
        )
    }

    private func load(_ paths: IdentityPaths) throws -> LocalIdentity {
        try IdentityDirectory(paths).load(now: self.now)
    }

    @Test func spec01_check07_twoStartsGiveTheSameIdentity() throws {
        let first = try self.load(self.paths())
        for name in ["x0x/machine.key", "x0x/agent.key", "x0x-data/agent_kem.key"] {
            #expect(mode(of: self.home(name)) == 0o600)
        }
        #expect(mode(of: self.home("x0x")) == 0o700)
        #expect(contents(of: self.home("x0x/agent.key"))?.count == 2_028)
        let second = try self.load(self.paths())
        #expect(first.summary == second.summary)
        #expect(first.user == nil)
    }

    @Test func spec01_check05_machineAndAgentKeysAreIndependent() throws {
        let first = try self.load(self.paths())
        var shared = self.paths("second")
        shared.machineKey = self.paths().machineKey
        let second = try self.load(shared)
        #expect(first.machineID == second.machineID)
        #expect(first.agentID != second.agentID)
        let third = try self.load(self.paths("third"))
        #expect(third.machineID != first.machineID)
    }

    @Test func spec01_check06_anAgentKeyMovesToAnotherMachine() throws {
        let first = try self.load(self.paths())
        try FileManager.default.createDirectory(atPath: self.home("second"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: self.home("x0x/agent.key"), toPath: self.home("second/agent.key"))
        let second = try self.load(self.paths("second"))
        #expect(second.agentID == first.agentID)
        #expect(second.machineID != first.machineID)
    }

    @Test func spec01_check08_aMissingUserKeyIsNoUserAndCreatesNothing() throws {
        let identity = try self.load(self.paths(userKey: "user.key"))
        #expect(identity.user == nil)
        #expect(contents(of: self.home("user.key")) == nil)
        #expect(contents(of: self.home("x0x/agent.cert")) == nil)
    }

    @Test func spec01_check09_aUserKeyGivesACertificateThatIsKept() throws {
        let user = try UserKey(seed: Fixtures.seed(1))
        try write(KeyFile.encode(user).exposedBytes(), to: self.home("user.key"))
        let paths = self.paths(userKey: "user.key")
        let first = try self.load(paths)
        #expect(Set([first.machineID.hex, first.agentID.hex, try #require(first.userID).hex]).count == 3)
        #expect(first.user?.certificate.issuedAt == 1_700_000_000)
        let stored = try #require(contents(of: self.home("x0x/agent.cert")))
        #expect(stored.count == 7_245 && mode(of: self.home("x0x/agent.cert")) == 0o600)
        let second = try IdentityDirectory(paths).load(now: UnixMillis(seconds: 1_800_000_000))
        #expect(second.user?.certificate == first.user?.certificate)
        #expect(contents(of: self.home("x0x/agent.cert")) == stored)
    }

    @Test func spec01_check09_aStaleOrForgedCertificateIsIssuedAgain() throws {
        let paths = self.paths(userKey: "user.key")
        try write(KeyFile.encode(UserKey(seed: Fixtures.seed(1))).exposedBytes(), to: self.home("user.key"))
        let first = try self.load(paths)
        // Another user.
        try write(KeyFile.encode(UserKey(seed: Fixtures.seed(2))).exposedBytes(), to: self.home("user.key"))
        let second = try self.load(paths)
        #expect(second.user?.certificate.userID == second.userID)
        #expect(second.userID != first.userID)
        // Another agent.
        try FileManager.default.removeItem(atPath: self.home("x0x/agent.key"))
        let third = try self.load(paths)
        #expect(third.user?.certificate.agentID == third.agentID)
        #expect(third.agentID != second.agentID)
        // Right ids, wrong signature; then no certificate at all.
        var forged = try #require(contents(of: self.home("x0x/agent.cert")))
        forged[5_000] ^= 1
        for damaged in [forged, [1, 2, 3]] {
            try write(damaged, to: self.home("x0x/agent.cert"))
            _ = try self.load(paths)
            let stored = try #require(contents(of: self.home("x0x/agent.cert")))
            #expect(try AgentCertificate.Unverified(decoding: stored).verified().agentID == third.agentID)
        }
    }

    @Test(arguments: ["machine.key", "agent.key"])
    func spec01_check10_aDamagedKeyStopsTheStartAndStays(name: String) throws {
        let paths = self.paths()
        _ = try self.load(paths)
        let path = self.home("x0x/\(name)")
        let genuine = try #require(contents(of: path))
        let original = [0xA0, 0x07, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 1, count: 5_992)
        let tooLarge = [UInt8](repeating: 1, count: 9_000)
        for damaged in [[], [1, 2, 3], Array(genuine.dropLast()), genuine + [0], original, tooLarge] {
            try write(damaged, to: path)
            let error = #expect(throws: IdentityLoadError.self) { try self.load(paths) }
            #expect(error?.description.contains(path) == true)
            #expect(error?.description.hasPrefix("key storage error: ") == true)
            #expect(contents(of: path) == damaged)
        }
        try write(genuine, to: path, mode: 0o644)
        #expect(throws: IdentityLoadError.self) { try self.load(paths) }
        try setMode(0o600, of: path)
        _ = try self.load(paths)
    }

    @Test func spec01_check10_aDamagedUserKeyIsNotIgnored() throws {
        try write([1, 2, 3], to: self.home("user.key"))
        #expect(throws: IdentityLoadError.self) { try self.load(self.paths(userKey: "user.key")) }
        #expect(contents(of: self.home("user.key")) == [1, 2, 3])
    }

    @Test func spec01_check10_aDirectoryInPlaceOfAKeyStopsTheStart() throws {
        try FileManager.default.createDirectory(
            atPath: self.home("x0x/machine.key"),
            withIntermediateDirectories: true
        )
        #expect(throws: IdentityLoadError.self) { try self.load(self.paths()) }
    }
}
