// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite
internal import Primitives

/// The server's side of the handshake (RFC 8446 §A.2); client authentication is mandatory in the post-quantum profile.
struct ServerHandshake: Sendable {
    /// The peer as far as it is known; authenticated with the client's Finished.
    private struct Client: Sendable {
        var context: HandshakeContext
        /// Set with the client's Certificate; `nil` for an anonymous client.
        var credential: PeerCredential?
    }

    private enum State: Sendable {
        /// Created; also before `start`, which changes nothing for a server.
        case awaitingClientHello
        /// ClientHello is accepted, our share is being computed.
        case answeringKeyShare(AcceptedClientHello, clientHello: HandshakeMessage)
        /// Everything before our Certificate is out, our signature is being made.
        case signing(HandshakeContext, certificate: HandshakeMessage)
        /// Our Finished is out.
        case awaitingCertificate(HandshakeContext, TLSExporter)
        case awaitingCertificateVerify(Client, TLSExporter)
        /// The client's signature is being checked.
        case verifying(Client, TLSExporter)
        case awaitingFinished(Client, TLSExporter)
        /// The client is authenticated; no message may follow.
        case completed(TLSExporter)
    }

    private let configuration: TLSConfiguration
    private let random: [UInt8]
    private var state: State = .awaitingClientHello

    /// The suite, once chosen.
    private(set) var suite: CipherSuite?

    init(configuration: TLSConfiguration, random: inout some SecureRandom) {
        self.configuration = configuration
        self.random = random.bytes(ClientHello.randomByteCount)
    }

    /// The level whose messages this state reads.
    var readLevel: EncryptionLevel {
        switch self.state {
        case .awaitingClientHello: .initial
        case .answeringKeyShare, .signing, .awaitingCertificate, .awaitingCertificateVerify, .verifying,
            .awaitingFinished:
            .handshake
        case .completed: .application
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
        case (.awaitingClientHello, .start): break
        case (.awaitingClientHello, .message(let message)):
            let hello = try AcceptedClientHello(
                checking: try message.decode(ClientHello.self),
                configuration: self.configuration
            )
            self.suite = hello.suite
            self.state = .answeringKeyShare(hello, clientHello: message)
            actions.append(.peerTransportParameters(hello.transportParameters))
            let group = self.configuration.profile.keyExchange
            requests.request(.respondToKeyShare(group, clientShare: hello.keyShare), into: &actions)
        case (
            .answeringKeyShare(let hello, let clientHello),
            .cryptoCompleted(.keyShareAnswered(let serverShare, let sharedSecret))
        ):
            let serverHello = self.serverHello(hello, keyShare: serverShare)
            var transcript = RunningHash(hello.suite.hash)
            transcript.update(clientHello.bytes)
            transcript.update(serverHello.bytes)
            let context = HandshakeContext(suite: hello.suite, transcript: transcript, sharedSecret: sharedSecret)
            actions.append(.sendCryptoData(.initial, serverHello.bytes))
            requests.request(self.sendParameters(hello, context, into: &actions), into: &actions)
        case (.signing(let context, let certificate), .cryptoCompleted(.signed(let signature))):
            try self.sendFinished(context, certificate: certificate, signature: signature, into: &actions)
        case (.awaitingCertificate(var context, let exporter), .message(let message)):
            let credential = try PeerCredential(
                message.decode(Certificate.self),
                sender: .client,
                profile: self.configuration.profile
            )
            context.append(message)
            self.state = .awaitingCertificateVerify(Client(context: context, credential: credential), exporter)
        case (.awaitingCertificateVerify(let client, let exporter), .message(let message)):
            requests.request(try self.receiveCertificateVerify(message, client, exporter), into: &actions)
        case (.verifying(let client, let exporter), .cryptoCompleted(.verified(let isValid))):
            guard isValid else { throw TLSFailure(.handshakeFailure, "the client's signature is wrong") }
            self.state = .awaitingFinished(client, exporter)
        case (.awaitingFinished(var client, let exporter), .message(let message)):
            try client.context.receiveFinished(message, sender: .client)
            self.state = .completed(exporter)
            actions.append(.handshakeCompleted(peerPublicKey: client.credential?.identity ?? []))
        default:
            throw TLSFailure.unexpected(input)
        }
    }

    private func serverHello(_ hello: AcceptedClientHello, keyShare: [UInt8]) -> HandshakeMessage {
        ServerHello(
            random: self.random,
            suite: hello.suite,
            group: self.configuration.profile.group,
            keyShare: keyShare
        ).message
    }

    /// Installs handshake keys and sends what needs no signature, so that the client can start on it.
    private mutating func sendParameters(
        _ hello: AcceptedClientHello,
        _ context: HandshakeContext,
        into actions: inout [TLSHandshake.Action]
    ) -> TLSCryptoRequest.Operation {
        var context = context
        let extensions = EncryptedExtensions(
            answering: hello,
            transportParameters: self.configuration.transportParameters
        ).message
        context.append(extensions)
        var parameters = extensions.bytes
        if self.configuration.profile.authenticatesClients {
            let request = CertificateRequest(profile: self.configuration.profile).message
            context.append(request)
            parameters += request.bytes
        }
        let certificate = self.configuration.ownCertificate.message
        context.append(certificate)
        self.state = .signing(context, certificate: certificate)
        actions.append(
            .installSecrets(.handshake, context.suite, local: context.secrets.server, remote: context.secrets.client)
        )
        actions.append(.sendCryptoData(.handshake, parameters))
        return .sign(message: context.signedMessage(signer: .server))
    }

    private mutating func sendFinished(
        _ context: HandshakeContext,
        certificate: HandshakeMessage,
        signature: [UInt8],
        into actions: inout [TLSHandshake.Action]
    ) throws(TLSFailure) {
        var context = context
        let run = try context.authenticationRun(
            certificate: certificate,
            signature: signature,
            sender: .server,
            profile: self.configuration.profile
        )
        let secrets = context.secrets.applicationSecrets(transcriptHash: context.transcriptHash)
        self.state =
            self.configuration.profile.authenticatesClients
            ? .awaitingCertificate(context, secrets.exporter)
            : .awaitingFinished(Client(context: context), secrets.exporter)
        actions.append(.sendCryptoData(.handshake, run))
        actions.append(
            .installSecrets(.application, context.suite, local: secrets.server, remote: secrets.client)
        )
    }

    private mutating func receiveCertificateVerify(
        _ message: HandshakeMessage,
        _ client: Client,
        _ exporter: TLSExporter
    ) throws(TLSFailure) -> TLSCryptoRequest.Operation {
        var client = client
        let verify = try message.decode(CertificateVerify.self)
        guard let credential = client.credential
        else { throw TLSFailure(.internalError, "a signature is checked after the certificate") }
        let verification = try credential.verification(
            verify,
            message: client.context.signedMessage(signer: .client),
            configuration: self.configuration
        )
        client.context.append(message)
        self.state = .verifying(client, exporter)
        return verification
    }
}
