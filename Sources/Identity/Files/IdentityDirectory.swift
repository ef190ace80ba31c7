// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
package import CryptoSuite
package import Primitives
package import PrivateFiles

/// Where the parts of an identity are stored (spec 01 §2.2).
package struct IdentityPaths: Hashable, Sendable {
    /// The identity directory, `~/.x0x` or `~/.x0x-NAME`.
    package var directory: String
    /// `machine.key` in the identity directory, unless configured.
    package var machineKey: String
    /// `agent.key` in the identity directory, unless configured.
    package var agentKey: String
    /// Where a user key is looked for: shared by all instances, never created.
    package var userKey: String?
    /// `agent.cert` in the identity directory, unless configured.
    package var certificate: String
    /// `agent_kem.key` in the data directory.
    package var encapsulationKey: String

    /// The standard names in an identity and a data directory.
    package init(directory: String, dataDirectory: String, userKey: String?) {
        self.directory = directory
        self.machineKey = "\(directory)/machine.key"
        self.agentKey = "\(directory)/agent.key"
        self.userKey = userKey
        self.certificate = "\(directory)/agent.cert"
        self.encapsulationKey = "\(dataDirectory)/agent_kem.key"
    }
}

/// Why an identity could not be loaded: always names the file, never what is in it.
package enum IdentityLoadError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Reading or writing failed.
    case file(PrivateFileError)
    /// The file is there, but it is not the key it should be. It was left untouched.
    case key(path: String, KeyFileError)
    /// The crypto library gave no key or signature.
    case crypto(CryptoSuiteError)

    package var description: String {
        switch self {
        case .file(let error): "key storage error: \(error)"
        case .key(let path, let error): "key storage error: \(path): \(error). The file was left unchanged"
        case .crypto(let error): "failed to generate keypair: \(error)"
        }
    }
}

/// The key files of one daemon instance: loads them at start, creates the ones that may be created (spec 01 §2.5).
///
/// A key is generated only when its file does not exist. Any other trouble stops the start and leaves the file as
/// it is: an identity is never lost to a read error.
package struct IdentityDirectory: Sendable {
    private let paths: IdentityPaths

    /// Names the files; touches nothing.
    package init(_ paths: IdentityPaths) { self.paths = paths }

    /// Loads or creates the identity; a second call gives the same ids.
    package func load(now: UnixMillis) throws(IdentityLoadError) -> LocalIdentity {
        try Self.files { () throws(PrivateFileError) in
            try PrivateFile.createDirectory(self.paths.directory)
            try PrivateFile.createDirectory(PrivateFiles.directory(of: self.paths.encapsulationKey))
        }
        let machineKey: MachineKey = try self.loadOrCreateSigningKey(self.paths.machineKey)
        let agentKey: AgentKey = try self.loadOrCreateSigningKey(self.paths.agentKey)
        return LocalIdentity(
            machineKey: machineKey,
            agentKey: agentKey,
            user: try self.loadUser(agentKey: agentKey, now: now),
            encapsulationKey: try self.loadOrCreateEncapsulationKey()
        )
    }

    // MARK: Keys

    private func loadOrCreateSigningKey<ID>(_ path: String) throws(IdentityLoadError) -> KeyPair<ID> {
        if let key: KeyPair<ID> = try self.loadSigningKey(path) { return key }
        let key: KeyPair<ID> = try Self.crypto { () throws(CryptoSuiteError) in try KeyPair<ID>() }
        try self.create(path, KeyFile.encode(key))
        return key
    }

    private func loadSigningKey<ID>(_ path: String) throws(IdentityLoadError) -> KeyPair<ID>? {
        guard var bytes = try self.readKeyFile(path) else { return nil }
        defer { wipe(&bytes) }
        do throws(KeyFileError) {
            return try KeyFile.decodeSigningKey(bytes)
        } catch {
            throw .key(path: path, error)
        }
    }

    private func loadOrCreateEncapsulationKey() throws(IdentityLoadError) -> MLKEM768PrivateKey {
        let path = self.paths.encapsulationKey
        guard var bytes = try self.readKeyFile(path) else {
            let key = try Self.crypto { () throws(CryptoSuiteError) in try MLKEM768PrivateKey() }
            try self.create(path, KeyFile.encode(key))
            return key
        }
        defer { wipe(&bytes) }
        do throws(KeyFileError) {
            return try KeyFile.decodeEncapsulationKey(bytes)
        } catch {
            throw .key(path: path, error)
        }
    }

    private func readKeyFile(_ path: String) throws(IdentityLoadError) -> [UInt8]? {
        try Self.files { () throws(PrivateFileError) in try PrivateFile.read(path, byteCountMax: KeyFile.byteCountMax) }
    }

    /// Writes a generated key; fails if the file appeared meanwhile.
    private func create(_ path: String, _ contents: SecretBytes) throws(IdentityLoadError) {
        try Self.files { () throws(PrivateFileError) in try PrivateFile.write(contents, to: path, .new) }
    }

    // MARK: User and certificate

    /// The user key if its file exists, with a certificate for this agent: the stored one while it is valid and
    /// fits both keys, else a new one.
    private func loadUser(agentKey: AgentKey, now: UnixMillis) throws(IdentityLoadError) -> LocalIdentity.User? {
        guard let path = self.paths.userKey, let key: UserKey = try self.loadSigningKey(path) else { return nil }
        if let certificate = try self.loadCertificate(),
            certificate.userID == key.id, certificate.agentID == agentKey.id
        {
            return LocalIdentity.User(key: key, certificate: certificate)
        }
        let certificate = try Self.crypto { () throws(CryptoSuiteError) in
            try AgentCertificate(issuedBy: key, for: agentKey.publicKey, at: now.seconds)
        }
        try Self.files { () throws(PrivateFileError) in
            try PrivateFile.write(certificate.encoded, to: self.paths.certificate, .replacing)
        }
        return LocalIdentity.User(key: key, certificate: certificate)
    }

    /// The stored certificate if it is one and its signature is good; a certificate is public and replaceable.
    private func loadCertificate() throws(IdentityLoadError) -> AgentCertificate? {
        let bytes = try Self.files { () throws(PrivateFileError) in
            try PrivateFile.read(
                self.paths.certificate,
                byteCountMax: KeyFile.byteCountMax,
                requiringPrivacy: false
            )
        }
        guard let bytes, let fields = try? AgentCertificate.Unverified(decoding: bytes) else { return nil }
        return try? fields.verified()
    }

    // MARK: Errors

    private static func files<T>(_ body: () throws(PrivateFileError) -> T) throws(IdentityLoadError) -> T {
        do throws(PrivateFileError) { return try body() } catch { throw .file(error) }
    }

    private static func crypto<T>(_ body: () throws(CryptoSuiteError) -> T) throws(IdentityLoadError) -> T {
        do throws(CryptoSuiteError) { return try body() } catch { throw .crypto(error) }
    }
}
