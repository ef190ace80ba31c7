// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite
internal import Primitives

/// The client's side of the handshake (RFC 8446 §A.1).
struct ClientHandshake: Sendable {
    /// The peer as far as it is known; authenticated with the server's Finished.
    private struct Server: Sendable {
        var context: HandshakeContext
        var transportParameters: [UInt8] = []
        /// Set with the server's Certificate.
        var credential: PeerCredential = .rawPublicKey([])
    }

    private enum State: Sendable {
        /// Created; left by `start`.
        case idle
        /// Our key pair is being generated.
        case generatingKeyShare
        /// ClientHello is out.
        case awaitingServerHello(KeyExchangeKey, clientHello: HandshakeMessage)
        /// ServerHello is accepted, the shared secret is being computed.
        case completingKeyShare(CipherSuite, transcript: RunningHash)
        case awaitingEncryptedExtensions(Server)
        case awaitingCertificateRequest(Server)
        case awaitingCertificate(Server)
        case awaitingCertificateVerify(Server)
        /// The server's signature is being checked.
        case verifying(Server)
        case awaitingFinished(Server)
        /// The server is authenticated, our signature is being made.
        case signing(Server, ApplicationSecrets, certificate: HandshakeMessage)
        /// Our Finished is out; only tickets may follow.
        case completed(TLSExporter)
    }

    private let configuration: TLSConfiguration
    private let seed: ClientHelloSeed
    private var state: State = .idle

    /// The suite, once the server chose it.
    private(set) var suite: CipherSuite?
    /// Tickets thrown away.
    private(set) var ignoredTicketCount: UInt64 = 0

    init(configuration: TLSConfiguration, random: inout some SecureRandom) {
        self.configuration = configuration
        self.seed = ClientHelloSeed(configuration: configuration, random: &random)
    }

    /// The level whose messages this state reads.
    var readLevel: EncryptionLevel {
        switch self.state {
        case .idle, .generatingKeyShare, .awaitingServerHello: .initial
        case .completingKeyShare, .awaitingEncryptedExtensions, .awaitingCertificateRequest, .awaitingCertificate,
            .awaitingCertificateVerify, .verifying, .awaitingFinished:
            .handshake
        case .signing, .completed: .application
        }
    }

    /// The exporter, once completed.
    var exporter: TLSExporter? {
        guard case .completed(let exporter) = self.state else { return nil }
        return exporter
    }

    mutating func handle(
        _ input: HandshakeInput,
        requests: inout TLSCryptoRequestLedger,
        into actions: inout [TLSHandshake.Action]
    ) throws(TLSFailure) {
        switch (self.state, input) {
        case (.idle, .start):
            self.state = .generatingKeyShare
            requests.request(.generateKeyShare(self.configuration.profile.keyExchange), into: &actions)
        case (.generatingKeyShare, .cryptoCompleted(.keyShareGenerated(let key))):
            self.sendClientHello(key, into: &actions)
        case (.awaitingServerHello(let key, let clientHello), .message(let message)):
            let hello = try self.receiveServerHello(message, clientHello: clientHello)
            requests.request(.completeKeyShare(key, serverShare: hello.keyShare), into: &actions)
        case (.completingKeyShare(let suite, let transcript), .cryptoCompleted(.keyShareCompleted(let secret))):
            let context = HandshakeContext(suite: suite, transcript: transcript, sharedSecret: secret)
            self.state = .awaitingEncryptedExtensions(Server(context: context))
            actions.append(
                .installSecrets(.handshake, suite, local: context.secrets.client, remote: context.secrets.server)
            )
        case (.awaitingEncryptedExtensions(let server), .message(let message)):
            try self.receiveEncryptedExtensions(message, server)
        case (.awaitingCertificateRequest(var server), .message(let message)):
            try message.decode(CertificateRequest.self).check(profile: self.configuration.profile)
            server.context.append(message)
            self.state = .awaitingCertificate(server)
        case (.awaitingCertificate(var server), .message(let message)):
            server.credential = try PeerCredential(
                message.decode(Certificate.self),
                sender: .server,
                profile: self.configuration.profile
            )
            server.context.append(message)
            self.state = .awaitingCertificateVerify(server)
        case (.awaitingCertificateVerify(let server), .message(let message)):
            requests.request(try self.receiveCertificateVerify(message, server), into: &actions)
        case (.verifying(let server), .cryptoCompleted(.verified(let isValid))):
            guard isValid else { throw TLSFailure(.handshakeFailure, "the server's signature is wrong") }
            self.state = .awaitingFinished(server)
        case (.awaitingFinished(let server), .message(let message)):
            try self.receiveFinished(message, server, requests: &requests, into: &actions)
        case (.signing(let server, let secrets, let certificate), .cryptoCompleted(.signed(let signature))):
            var context = server.context
            let run = try context.authenticationRun(
                certificate: certificate,
                signature: signature,
                sender: .client,
                profile: self.configuration.profile
            )
            self.finish(server, secrets, run: run, into: &actions)
        case (.completed, .message(let message)) where message.type == .newSessionTicket:
            _ = try message.decode(NewSessionTicket.self)
            self.ignoredTicketCount += 1
        default:
            throw TLSFailure.unexpected(input)
        }
    }

    private mutating func sendClientHello(
        _ key: KeyExchangeKey,
        into actions: inout [TLSHandshake.Action]
    ) {
        let hello = ClientHello(seed: self.seed, configuration: self.configuration, keyShare: key.share).message
        self.state = .awaitingServerHello(key, clientHello: hello)
        actions.append(.sendCryptoData(.initial, hello.bytes))
    }

    private mutating func receiveServerHello(
        _ message: HandshakeMessage,
        clientHello: HandshakeMessage
    ) throws(TLSFailure) -> AcceptedServerHello {
        let hello = try AcceptedServerHello(
            checking: try message.decode(ServerHello.self),
            configuration: self.configuration
        )
        var transcript = RunningHash(hello.suite.hash)
        transcript.update(clientHello.bytes)
        transcript.update(message.bytes)
        self.suite = hello.suite
        self.state = .completingKeyShare(hello.suite, transcript: transcript)
        return hello
    }

    private mutating func receiveEncryptedExtensions(
        _ message: HandshakeMessage,
        _ server: Server
    ) throws(TLSFailure) {
        var server = server
        let extensions = try message.decode(EncryptedExtensions.self)
        server.transportParameters = try extensions.checkedTransportParameters(
            offered: self.seed.extensionOrder,
            profile: self.configuration.profile
        )
        server.context.append(message)
        self.state =
            self.configuration.profile.authenticatesClients
            ? .awaitingCertificateRequest(server) : .awaitingCertificate(server)
    }

    private mutating func receiveCertificateVerify(
        _ message: HandshakeMessage,
        _ server: Server
    ) throws(TLSFailure) -> TLSCryptoRequest.Operation {
        var server = server
        let verify = try message.decode(CertificateVerify.self)
        let verification = try server.credential.verification(
            verify,
            message: server.context.signedMessage(signer: .server),
            configuration: self.configuration
        )
        server.context.append(message)
        self.state = .verifying(server)
        return verification
    }

    private mutating func receiveFinished(
        _ message: HandshakeMessage,
        _ server: Server,
        requests: inout TLSCryptoRequestLedger,
        into actions: inout [TLSHandshake.Action]
    ) throws(TLSFailure) {
        var server = server
        try server.context.receiveFinished(message, sender: .server)
        let secrets = server.context.secrets.applicationSecrets(transcriptHash: server.context.transcriptHash)
        guard self.configuration.profile.authenticatesClients else {
            let run = server.context.finishedRun(sender: .client)
            return self.finish(server, secrets, run: run, into: &actions)
        }
        let certificate = self.configuration.ownCertificate.message
        server.context.append(certificate)
        self.state = .signing(server, secrets, certificate: certificate)
        requests.request(.sign(message: server.context.signedMessage(signer: .client)), into: &actions)
    }

    private mutating func finish(
        _ server: Server,
        _ secrets: ApplicationSecrets,
        run: [UInt8],
        into actions: inout [TLSHandshake.Action]
    ) {
        self.state = .completed(secrets.exporter)
        actions.append(.sendCryptoData(.handshake, run))
        actions.append(.peerTransportParameters(server.transportParameters))
        actions.append(
            .installSecrets(.application, server.context.suite, local: secrets.client, remote: secrets.server)
        )
        actions.append(.handshakeCompleted(peerPublicKey: server.credential.identity))
    }
}
