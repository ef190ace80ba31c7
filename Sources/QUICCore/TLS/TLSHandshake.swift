// SPDX-License-Identifier: MIT OR Apache-2.0

package import CryptoSuite
package import Primitives

/// The TLS 1.3 handshake of one QUIC connection, either role, without I/O and without slow computation (spec 02 §4).
///
/// Bytes come in as CRYPTO stream data and go out as actions; key exchange and signatures are requested with
/// `requestCrypto` and come back as events. While a request is open, received bytes wait, at most 16 KiB per level. After
/// `fail` the machine is dead: it keeps no secrets and ignores everything.
///
/// | | client | server |
/// |---|---|---|
/// | first | `start` → ClientHello | ClientHello → ServerHello, EncryptedExtensions, CertificateRequest |
/// | handshake keys | after ServerHello | with ServerHello |
/// | then | server flight → Certificate, CertificateVerify, Finished | its signature → the same three |
/// | 1-RTT keys | with its Finished | with its Finished |
/// | completed | with its Finished | on the client's Finished |
package struct TLSHandshake: Sendable {
    /// What happened.
    package enum Event: Sendable {
        /// The connection begins; once, before all others. Makes a client send its ClientHello.
        case start
        /// The next CRYPTO bytes of a level, in order, each once, split anyhow.
        case cryptoDataReceived(EncryptionLevel, [UInt8])
        /// The answer to a `requestCrypto`.
        case cryptoCompleted(TLSCryptoRequest.ID, TLSCryptoResult)
    }

    /// What to do about it, in this order.
    package enum Action: Sendable {
        /// Append bytes to the CRYPTO stream of a level, whose keys were installed before.
        case sendCryptoData(EncryptionLevel, [UInt8])
        /// Derive packet keys for both directions of a level.
        ///
        /// A server gets 1-RTT secrets early, but must not process 1-RTT packets before `handshakeCompleted` (RFC 9001
        /// §5.7).
        case installSecrets(EncryptionLevel, CipherSuite, local: SecretBytes, remote: SecretBytes)
        /// Do slow work and answer with `cryptoCompleted`.
        case requestCrypto(TLSCryptoRequest)
        /// The peer's encoded transport parameters; a server sees them unauthenticated with the ClientHello, a client
        /// authenticated after the server's Finished.
        case peerTransportParameters([UInt8])
        /// Both sides are authenticated; the key is the peer's raw ML-DSA-65 key of 1952 bytes.
        ///
        /// In the classical profile a client gets the server's certificate in DER here, and a server nothing: its
        /// clients are anonymous.
        case handshakeCompleted(peerPublicKey: [UInt8])
        /// Close the connection with this alert; the reason is a fixed text for logs.
        case fail(TLSAlert, reason: String)
    }

    private enum Machine: Sendable {
        case client(ClientHandshake)
        case server(ServerHandshake)
        /// After a failure; never left.
        case dead
    }

    private var machine: Machine
    private var requests = TLSCryptoRequestLedger()
    /// One buffer per encryption level, by raw value.
    private var buffers = [HandshakeMessageBuffer](
        repeating: HandshakeMessageBuffer(),
        count: EncryptionLevel.allCases.count
    )

    /// The suite, once chosen.
    package private(set) var negotiatedCipherSuite: CipherSuite?

    /// Creates a handshake that waits for `start`.
    ///
    /// - Parameters:
    ///   - configuration: Role, identity and parameters.
    ///   - random: Source of the hello random and of the extension order; used only here.
    package init(configuration: TLSConfiguration, random: some SecureRandom) {
        var random = random
        self.machine =
            switch configuration.role {
            case .client: .client(ClientHandshake(configuration: configuration, random: &random))
            case .server: .server(ServerHandshake(configuration: configuration, random: &random))
            }
    }

    /// Takes one event and appends what must be done to `actions`.
    package mutating func handle(_ event: Event, into actions: inout [Action]) {
        guard !self.isDead else { return }
        do throws(TLSFailure) {
            try self.step(event, into: &actions)
            try self.receiveMessages(into: &actions)
        } catch {
            self.machine = .dead
            self.buffers = self.buffers.map { _ in HandshakeMessageBuffer() }
            actions.append(.fail(error.alert, reason: error.reason.description))
        }
    }

    /// Keying material bound to this connection (RFC 8446 §7.5), or `nil` before completion and after failure.
    ///
    /// - Parameters:
    ///   - label: At most 249 ASCII bytes.
    ///   - context: Any bytes; both ends must use the same.
    ///   - byteCount: Output length, at most 255 times the hash's length.
    /// - Returns: The same bytes on both ends.
    package func exportKeyingMaterial(label: String, context: [UInt8], byteCount: Int) -> SecretBytes? {
        let exporter: TLSExporter? =
            switch self.machine {
            case .client(let client): client.exporter
            case .server(let server): server.exporter
            case .dead: nil
            }
        return exporter?.export(label: label, context: context, byteCount: byteCount)
    }

    /// Whether the handshake failed.
    package var isDead: Bool {
        guard case .dead = self.machine else { return false }
        return true
    }

    /// Post-handshake tickets that were received and thrown away.
    package var ignoredTicketCount: UInt64 {
        guard case .client(let client) = self.machine else { return 0 }
        return client.ignoredTicketCount
    }

    private mutating func step(_ event: Event, into actions: inout [Action]) throws(TLSFailure) {
        switch event {
        case .start:
            try self.advance(.start, into: &actions)
        case .cryptoDataReceived(let level, let bytes) where !bytes.isEmpty:
            guard level >= self.readLevel
            else { throw TLSFailure(.unexpectedMessage, "handshake bytes at a level that is finished") }
            try self.buffers[Int(level.rawValue)].append(bytes)
        case .cryptoDataReceived: break
        case .cryptoCompleted(let id, let result):
            guard self.requests.complete(id) else { break }
            try self.advance(.cryptoCompleted(result.outcome), into: &actions)
        }
    }

    /// Hands over complete messages until one needs the answer to a crypto request first.
    private mutating func receiveMessages(into actions: inout [Action]) throws(TLSFailure) {
        while self.requests.pending == nil {
            let level = self.readLevel
            guard let message = try self.buffers[Int(level.rawValue)].next() else { break }
            let actionCount = actions.count
            try self.advance(.message(message), into: &actions)
            // RFC 9001 §4.1.3: a level must not have bytes behind its last message; such a message has no effect.
            guard self.readLevel == level || self.buffers[Int(level.rawValue)].isEmpty else {
                actions.removeSubrange(actionCount...)
                throw TLSFailure(.unexpectedMessage, "handshake bytes behind the last message of a level")
            }
        }
    }

    /// Feeds the machine of our role; if it throws, the machine is dead.
    private mutating func advance(_ input: HandshakeInput, into actions: inout [Action]) throws(TLSFailure) {
        switch self.machine {
        case .client(var client):
            self.machine = .dead
            try client.handle(input, requests: &self.requests, into: &actions)
            self.negotiatedCipherSuite = client.suite
            self.machine = .client(client)
        case .server(var server):
            self.machine = .dead
            try server.handle(input, requests: &self.requests, into: &actions)
            self.negotiatedCipherSuite = server.suite
            self.machine = .server(server)
        case .dead: break
        }
    }

    private var readLevel: EncryptionLevel {
        switch self.machine {
        case .client(let client): client.readLevel
        case .server(let server): server.readLevel
        case .dead: .application
        }
    }
}

/// What the machine of one role is fed with; a message never comes while a crypto request is open.
enum HandshakeInput: Sendable {
    case start
    case message(HandshakeMessage)
    case cryptoCompleted(TLSCryptoResult.Outcome)
}

extension TLSFailure {
    /// An input that the current state has no use for.
    static func unexpected(_ input: HandshakeInput) -> TLSFailure {
        switch input {
        case .start: TLSFailure(.internalError, "the handshake was started twice")
        case .message: TLSFailure(.unexpectedMessage, "unexpected handshake message")
        case .cryptoCompleted(.invalidKeyShare): TLSFailure(.illegalParameter, "the key share is not acceptable")
        case .cryptoCompleted(.failed): TLSFailure(.internalError, "a cryptographic operation failed")
        case .cryptoCompleted: TLSFailure(.internalError, "the crypto result does not fit its request")
        }
    }
}
