// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Foundation
import Identity
import Primitives
import PrivateFiles
import Testing

@Suite struct KeyCustodyTests {
    private let home: TemporaryDirectory
    private let now = UnixMillis(seconds: 1_700_000_000)
    private let passphrase = SecretBytes(Array("correct horse".utf8))

    init() throws { self.home = try TemporaryDirectory() }

    private func custody(_ name: String = "x0x") -> KeyCustody {
        KeyCustody(identityDirectory: self.home(name), userKeyPath: self.home("\(name)-user/user.key"))
    }

    private func load(_ name: String = "x0x") throws -> LocalIdentity {
        let paths = IdentityPaths(
            directory: self.home(name),
            dataDirectory: self.home("\(name)-data"),
            userKey: self.home("\(name)-user/user.key")
        )
        return try IdentityDirectory(paths).load(now: self.now)
    }

    @Test func spec01_check09_aCreatedUserSignsForTheAgent() throws {
        #expect(try self.custody().user() == nil)
        let user = try self.custody().createUser()
        #expect(mode(of: self.home("x0x-user/user.key")) == 0o600)
        #expect(mode(of: self.home("x0x-user")) == 0o700)
        let identity = try self.load()
        #expect(identity.userID == user.id && identity.user?.certificate.agentID == identity.agentID)
        #expect(try self.custody().certificate() == identity.user?.certificate)
        #expect(Set([identity.userID?.hex, identity.agentID.hex, identity.machineID.hex]).count == 3)
    }

    @Test func anExistingUserKeyStays() throws {
        let user = try self.custody().createUser()
        let path = self.home("x0x-user/user.key")
        #expect(throws: KeyCustodyError.keyExists(path)) { try self.custody().createUser() }
        #expect(try self.custody().user()?.id == user.id)
        try write([1, 2, 3], to: path)
        #expect(throws: KeyCustodyError.key(path: path, .notAKeyFile)) { try self.custody().user() }
        #expect(throws: KeyCustodyError.keyExists(path)) { try self.custody().createUser() }
        #expect(contents(of: path) == [1, 2, 3])
    }

    @Test func spec01_check06_aRestoredAgentIsTheSameOnAnotherMachine() throws {
        let identity = try self.load()
        let id = try self.custody().exportAgent(to: self.home("backup"), passphrase: self.passphrase, cost: .least)
        #expect(id == identity.agentID && mode(of: self.home("backup")) == 0o600)
        #expect(try self.custody("other").importAgent(from: self.home("backup"), passphrase: self.passphrase) == id)
        let restored = try self.load("other")
        #expect(restored.agentID == identity.agentID && restored.machineID != identity.machineID)
        #expect(mode(of: self.home("other/agent.key")) == 0o600)
    }

    @Test func aRestoreReplacesNothing() throws {
        _ = try self.load()
        _ = try self.custody().exportAgent(to: self.home("backup"), passphrase: self.passphrase, cost: .least)
        let other = try self.load("other")
        #expect(throws: KeyCustodyError.keyExists(self.home("other/agent.key"))) {
            try self.custody("other").importAgent(from: self.home("backup"), passphrase: self.passphrase)
        }
        #expect(try self.load("other").agentID == other.agentID)
        let backup = contents(of: self.home("backup"))
        #expect(throws: KeyCustodyError.self) {
            try self.custody().exportAgent(to: self.home("backup"), passphrase: self.passphrase, cost: .least)
        }
        #expect(contents(of: self.home("backup")) == backup)
    }

    @Test func aWrongPassphraseLeavesNothingBehind() throws {
        _ = try self.load()
        _ = try self.custody().exportAgent(to: self.home("backup"), passphrase: self.passphrase, cost: .least)
        let wrong = SecretBytes(Array("wrong horse".utf8))
        #expect(throws: KeyCustodyError.backup(path: self.home("backup"), .wrongPassphraseOrDamaged)) {
            try self.custody("other").importAgent(from: self.home("backup"), passphrase: wrong)
        }
        #expect(contents(of: self.home("other/agent.key")) == nil)
    }

    @Test func userBackupsAreForUsers() throws {
        let user = try self.custody().createUser()
        _ = try self.load()
        _ = try self.custody().exportUser(to: self.home("backup"), passphrase: self.passphrase, cost: .least)
        #expect(throws: KeyCustodyError.backup(path: self.home("backup"), .wrongKind(.user))) {
            try self.custody("other").importAgent(from: self.home("backup"), passphrase: self.passphrase)
        }
        #expect(try self.custody("other").importUser(from: self.home("backup"), passphrase: self.passphrase) == user.id)
        #expect(try self.custody("other").user()?.id == user.id)
    }

    @Test func nothingChangesWhileTheDaemonRuns() throws {
        _ = try self.custody().createUser()
        _ = try self.load()
        let lock = try DirectoryLock(self.home("x0x"))
        let certificate = contents(of: self.home("x0x/agent.cert"))
        func isInUse(_ body: () throws -> Void) -> Bool {
            guard case .inUse? = #expect(throws: KeyCustodyError.self, performing: body) else { return false }
            return true
        }
        #expect(isInUse { _ = try self.custody().renewCertificate(now: UnixMillis(seconds: 1_800_000_000)) })
        #expect(isInUse { _ = try self.custody().importAgent(from: self.home("none"), passphrase: self.passphrase) })
        #expect(contents(of: self.home("x0x/agent.cert")) == certificate)
        withExtendedLifetime(lock) {}
    }

    @Test func aRenewedCertificateIsTheOneInUse() throws {
        _ = try self.custody().createUser()
        let first = try self.load()
        #expect(first.user?.certificate.issuedAt == 1_700_000_000)
        let renewed = try self.custody().renewCertificate(now: UnixMillis(seconds: 1_800_000_000))
        #expect(renewed.issuedAt == 1_800_000_000 && renewed.agentID == first.agentID)
        #expect(try self.load().user?.certificate == renewed)
    }

    @Test func whatIsMissingIsNamed() throws {
        #expect(throws: KeyCustodyError.missing(self.home("x0x-user/user.key"))) {
            try self.custody().exportUser(to: self.home("backup"), passphrase: self.passphrase)
        }
        #expect(throws: KeyCustodyError.missing(self.home("x0x/agent.key"))) {
            try self.custody().exportAgent(to: self.home("backup"), passphrase: self.passphrase)
        }
        #expect(throws: KeyCustodyError.missing(self.home("none"))) {
            try self.custody().importUser(from: self.home("none"), passphrase: self.passphrase)
        }
    }
}
