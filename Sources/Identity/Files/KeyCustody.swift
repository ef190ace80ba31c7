// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
package import CryptoSuite
package import Primitives
package import PrivateFiles

/// What the owner does with key files by hand: a user identity, certificates, backups (spec 01 §2.6).
///
/// Nothing here is reachable over HTTP. Existing keys are never replaced, and nothing is changed in a directory whose daemon
/// runs.
package struct KeyCustody: Sendable {
    private let paths: IdentityPaths
    private let userKeyPath: String

    /// The key files in an identity directory, and the user key all instances share.
    package init(identityDirectory: String, userKeyPath: String) {
        self.paths = IdentityPaths(directory: identityDirectory, dataDirectory: identityDirectory, userKey: userKeyPath)
        self.userKeyPath = userKeyPath
    }

    // MARK: User

    /// Generates the user key; fails if there is one.
    package func createUser() throws(KeyCustodyError) -> UserKey {
        let key: UserKey
        do throws(CryptoSuiteError) { key = try UserKey() } catch { throw .crypto(error) }
        try self.store(key, at: self.userKeyPath)
        return key
    }

    /// The user key, if there is one.
    package func user() throws(KeyCustodyError) -> UserKey? { try self.load(self.userKeyPath) }

    /// The id of this instance's agent.
    package func agentID() throws(KeyCustodyError) -> AgentID {
        guard let key: AgentKey = try self.load(self.paths.agentKey) else { throw .missing(self.paths.agentKey) }
        return key.id
    }

    /// The certificate of this instance's agent, if there is a valid one.
    package func certificate() throws(KeyCustodyError) -> AgentCertificate? {
        let bytes = try Self.files { () throws(PrivateFileError) in
            try PrivateFile.read(
                self.paths.certificate,
                byteCountMax: KeyFile.byteCountMax,
                requiringPrivacy: false
            )
        }
        // What is no certificate is replaced at the next start of the daemon: the same as none.
        return bytes.flatMap { try? AgentCertificate.Unverified(decoding: $0).verified() }
    }

    /// Issues the user's certificate for this instance's agent anew; the daemon must not be running.
    package func renewCertificate(now: UnixMillis) throws(KeyCustodyError) -> AgentCertificate {
        guard let user = try self.user() else { throw .missing(self.userKeyPath) }
        guard let agent: AgentKey = try self.load(self.paths.agentKey) else { throw .missing(self.paths.agentKey) }
        let lock = try self.lock()
        defer { withExtendedLifetime(lock) {} }
        let certificate: AgentCertificate
        do throws(CryptoSuiteError) {
            certificate = try AgentCertificate(issuedBy: user, for: agent.publicKey, at: now.seconds)
        } catch {
            throw .crypto(error)
        }
        try Self.files { () throws(PrivateFileError) in
            try PrivateFile.write(certificate.encoded, to: self.paths.certificate, .replacing)
        }
        return certificate
    }

    // MARK: Backups

    /// Writes an encrypted backup of the user key to a new file.
    package func exportUser(
        to path: String,
        passphrase: SecretBytes,
        cost: ScryptCost = .standard
    ) throws(KeyCustodyError) -> UserID {
        guard let key = try self.user() else { throw .missing(self.userKeyPath) }
        try self.export(key, to: path, passphrase: passphrase, cost: cost)
        return key.id
    }

    /// Writes an encrypted backup of this instance's agent key to a new file.
    package func exportAgent(
        to path: String,
        passphrase: SecretBytes,
        cost: ScryptCost = .standard
    ) throws(KeyCustodyError) -> AgentID {
        guard let key: AgentKey = try self.load(self.paths.agentKey) else { throw .missing(self.paths.agentKey) }
        try self.export(key, to: path, passphrase: passphrase, cost: cost)
        return key.id
    }

    /// Makes the user of a backup the user of this machine; fails if there is one.
    package func importUser(from path: String, passphrase: SecretBytes) throws(KeyCustodyError) -> UserID {
        let key: UserKey = try self.open(path, passphrase: passphrase)
        try self.store(key, at: self.userKeyPath)
        return key.id
    }

    /// Makes the agent of a backup this instance's agent; fails if it has one, or if its daemon runs.
    ///
    /// The machine keeps or gets a key of its own: the agent is the same, the machine is another.
    package func importAgent(from path: String, passphrase: SecretBytes) throws(KeyCustodyError) -> AgentID {
        try Self.files { () throws(PrivateFileError) in try PrivateFile.createDirectory(self.paths.directory) }
        let lock = try self.lock()
        defer { withExtendedLifetime(lock) {} }
        let key: AgentKey = try self.open(path, passphrase: passphrase)
        try self.store(key, at: self.paths.agentKey)
        return key.id
    }

    private func export<ID: BackedUpIdentifier>(
        _ key: KeyPair<ID>,
        to path: String,
        passphrase: SecretBytes,
        cost: ScryptCost
    ) throws(KeyCustodyError) {
        var random = SystemSecureRandom()
        let backup: [UInt8]
        do throws(KeyBackupError) {
            backup = try KeyBackup.seal(key, passphrase: passphrase, cost: cost, random: &random)
        } catch {
            throw .backup(path: path, error)
        }
        try Self.files { () throws(PrivateFileError) in try PrivateFile.write(backup, to: path, .new) }
    }

    private func open<ID: BackedUpIdentifier>(
        _ path: String,
        passphrase: SecretBytes
    ) throws(KeyCustodyError) -> KeyPair<ID> {
        // Encrypted, so others may have been able to read it.
        let bytes = try Self.files { () throws(PrivateFileError) in
            try PrivateFile.read(path, byteCountMax: KeyFile.byteCountMax, requiringPrivacy: false)
        }
        guard let bytes else { throw .missing(path) }
        do throws(KeyBackupError) {
            return try KeyBackup.open(bytes, passphrase: passphrase)
        } catch {
            throw .backup(path: path, error)
        }
    }

    // MARK: Files

    private func load<ID>(_ path: String) throws(KeyCustodyError) -> KeyPair<ID>? {
        let bytes = try Self.files { () throws(PrivateFileError) in
            try PrivateFile.read(path, byteCountMax: KeyFile.byteCountMax)
        }
        guard var bytes else { return nil }
        defer { wipe(&bytes) }
        do throws(KeyFileError) {
            return try KeyFile.decodeSigningKey(bytes)
        } catch {
            throw .key(path: path, error)
        }
    }

    private func store(_ key: KeyPair<some KeyDerivedIdentifier>, at path: String) throws(KeyCustodyError) {
        do throws(PrivateFileError) {
            try PrivateFile.createDirectory(directory(of: path))
            try PrivateFile.write(KeyFile.encode(key), to: path, .new)
        } catch {
            throw error.reason == .exists ? .keyExists(path) : .file(error)
        }
    }

    private func lock() throws(KeyCustodyError) -> DirectoryLock {
        do throws(DirectoryLock.Failure) {
            return try DirectoryLock(self.paths.directory)
        } catch {
            throw .inUse(error)
        }
    }

    private static func files<T>(_ body: () throws(PrivateFileError) -> T) throws(KeyCustodyError) -> T {
        do throws(PrivateFileError) { return try body() } catch { throw .file(error) }
    }
}

/// Why the owner's wish was not done; nothing has changed then.
///
/// Never carries a secret.
package enum KeyCustodyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no such file.
    case missing(String)
    /// A key is there already, and stays.
    case keyExists(String)
    /// Reading or writing failed.
    case file(PrivateFileError)
    /// The file is there, but not the key it should be.
    case key(path: String, KeyFileError)
    /// The backup is not made, or not accepted.
    case backup(path: String, KeyBackupError)
    /// The daemon of this identity runs.
    case inUse(DirectoryLock.Failure)
    /// The crypto library refused.
    case crypto(CryptoSuiteError)

    package var description: String {
        switch self {
        case .missing(let path): "\(path): no such file"
        case .keyExists(let path): "\(path) exists already and is left as it is; move it away first to use another key"
        case .file(let error): "\(error)"
        case .key(let path, let error): "\(path): \(error)"
        case .backup(let path, let error): "\(path): \(error)"
        case .inUse(let failure): "\(failure): stop the daemon first (x0x stop)"
        case .crypto: "failed to generate keypair: the crypto library refused"
        }
    }
}
