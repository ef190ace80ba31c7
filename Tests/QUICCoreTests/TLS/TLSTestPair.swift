// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Primitives

@testable import QUICCore

/// A seeded generator behind the protocol for secrets; tests only.
struct SeededSecureRandom: SecureRandom {
    private var generator: SplitMix64

    init(seed: UInt64) { self.generator = SplitMix64(seed: seed) }

    mutating func bytes(_ byteCount: Int) -> [UInt8] {
        (0..<byteCount).map { _ in UInt8(truncatingIfNeeded: self.generator.next()) }
    }
}

/// Fixed identities, derived once.
enum TestIdentity {
    static let client = TestIdentity.make(1)
    static let server = TestIdentity.make(2)

    private static func make(_ byte: UInt8) -> MLDSA65PrivateKey {
        do {
            return try MLDSA65PrivateKey(seed: SecretBytes([UInt8](repeating: byte, count: MLDSA65Sizes.seed)))
        } catch {
            preconditionFailure("a 32-byte seed gives a key")
        }
    }
}

/// One side of a handshake in memory, with everything it reported.
struct TLSTestEndpoint {
    typealias Performer = @Sendable (TLSCryptoRequest) -> TLSCryptoResult

    var machine: TLSHandshake
    var performer: Performer
    /// Whether crypto requests wait in `openRequests` instead of being answered at once.
    var holdsRequests = false

    private(set) var outbox: [(level: EncryptionLevel, bytes: [UInt8])] = []
    private(set) var openRequests: [TLSCryptoRequest] = []
    private(set) var secrets: [EncryptionLevel: (suite: CipherSuite, local: SecretBytes, remote: SecretBytes)] = [:]
    private(set) var peerTransportParameters: [UInt8]?
    private(set) var peerPublicKey: [UInt8]?
    private(set) var failure: TLSAlert?
    private(set) var failureReason: String?
    /// Names of the actions, in order.
    private(set) var log: [String] = []

    init(_ configuration: TLSConfiguration, seed: UInt64, performer: @escaping Performer) {
        self.machine = TLSHandshake(configuration: configuration, random: SeededSecureRandom(seed: seed))
        self.performer = performer
    }

    var isCompleted: Bool { self.peerPublicKey != nil }

    mutating func handle(_ event: TLSHandshake.Event) {
        var actions: [TLSHandshake.Action] = []
        self.machine.handle(event, into: &actions)
        var answers: [TLSHandshake.Event] = []
        for action in actions {
            switch action {
            case .sendCryptoData(let level, let bytes):
                self.log.append("send \(level)")
                self.outbox.append((level, bytes))
            case .installSecrets(let level, let suite, let local, let remote):
                self.log.append("install \(level)")
                self.secrets[level] = (suite, local, remote)
            case .requestCrypto(let request):
                self.log.append("request")
                self.openRequests.append(request)
                if !self.holdsRequests {
                    self.openRequests.removeLast()
                    answers.append(.cryptoCompleted(request.id, self.performer(request)))
                }
            case .peerTransportParameters(let bytes):
                self.log.append("parameters")
                self.peerTransportParameters = bytes
            case .handshakeCompleted(let key):
                self.log.append("completed")
                self.peerPublicKey = key
            case .fail(let alert, let reason):
                self.log.append("fail")
                self.failure = alert
                self.failureReason = reason
            }
        }
        for answer in answers {
            self.handle(answer)
        }
    }

    /// Answers the oldest open request.
    mutating func answerOpenRequest() {
        guard !self.openRequests.isEmpty else { return }
        let request = self.openRequests.removeFirst()
        self.handle(.cryptoCompleted(request.id, self.performer(request)))
    }

    mutating func takeOutbox() -> [(level: EncryptionLevel, bytes: [UInt8])] {
        defer { self.outbox = [] }
        return self.outbox
    }
}

/// A client and a server that exchange CRYPTO data in memory.
struct TLSTestPair {
    /// Sees every message on its way and returns what arrives instead.
    typealias Rewrite = (_ sender: TLSRole, _ message: HandshakeMessage) -> [HandshakeMessage]

    var client: TLSTestEndpoint
    var server: TLSTestEndpoint
    var rewrite: Rewrite = { _, message in [message] }
    /// Largest piece in which bytes are delivered.
    var pieceByteCountMax = Int.max

    static let clientParameters: [UInt8] = [0x0F, 0x02, 0xC1, 0xC2]
    static let serverParameters: [UInt8] = [0x0F, 0x02, 0x51, 0x52, 0x00, 0x01, 0x07]

    init(
        clientSuites: [CipherSuite] = CipherSuite.defaultPreference,
        serverSuites: [CipherSuite] = CipherSuite.defaultPreference,
        serverName: String? = "peer",
        seed: UInt64 = 1
    ) {
        self.client = TLSTestEndpoint(
            TLSConfiguration(
                role: .client,
                localPublicKey: TestIdentity.client.publicKey.bytes,
                serverName: serverName,
                transportParameters: Self.clientParameters,
                cipherSuites: clientSuites
            ),
            seed: seed &* 2,
            performer: { TLSCryptoPerformer.perform($0, signingKey: TestIdentity.client) }
        )
        self.server = TLSTestEndpoint(
            TLSConfiguration(
                role: .server,
                localPublicKey: TestIdentity.server.publicKey.bytes,
                transportParameters: Self.serverParameters,
                cipherSuites: serverSuites
            ),
            seed: seed &* 2 &+ 1,
            performer: { TLSCryptoPerformer.perform($0, signingKey: TestIdentity.server) }
        )
    }

    /// Runs until nobody has anything to send.
    mutating func run() {
        self.server.handle(.start)
        self.client.handle(.start)
        var progress = true
        while progress {
            let fromClient = self.client.takeOutbox()
            for (level, bytes) in fromClient {
                Self.deliver(self.rewritten(.client, bytes), level, to: &self.server, self.pieceByteCountMax)
            }
            let fromServer = self.server.takeOutbox()
            for (level, bytes) in fromServer {
                Self.deliver(self.rewritten(.server, bytes), level, to: &self.client, self.pieceByteCountMax)
            }
            progress = !fromClient.isEmpty || !fromServer.isEmpty
        }
    }

    private func rewritten(_ sender: TLSRole, _ bytes: [UInt8]) -> [UInt8] {
        Array(handshakeMessages(bytes).flatMap { self.rewrite(sender, $0) }.map(\.bytes).joined())
    }

    private static func deliver(
        _ bytes: [UInt8],
        _ level: EncryptionLevel,
        to endpoint: inout TLSTestEndpoint,
        _ pieceByteCountMax: Int
    ) {
        var rest = bytes[...]
        while !rest.isEmpty {
            endpoint.handle(.cryptoDataReceived(level, Array(rest.prefix(pieceByteCountMax))))
            rest = rest.dropFirst(pieceByteCountMax)
        }
    }
}

/// Cuts bytes that hold whole messages.
func handshakeMessages(_ bytes: [UInt8]) -> [HandshakeMessage] {
    var buffer = HandshakeMessageBuffer()
    var messages: [HandshakeMessage] = []
    do {
        try buffer.append(bytes)
        while let message = try buffer.next() {
            messages.append(message)
        }
    } catch {
        preconditionFailure("our own flights are well formed")
    }
    precondition(buffer.isEmpty, "our own flights hold whole messages")
    return messages
}

extension HandshakeMessage {
    /// Decodes a message that is known to be good.
    func body<Body: HandshakeBody>(_ type: Body.Type) -> Body {
        do {
            return try self.decode(type)
        } catch {
            preconditionFailure("the message does not decode")
        }
    }

    /// The same message with one body byte changed.
    func flipping(bodyByte offset: Int) -> HandshakeMessage {
        var bytes = self.bytes
        let index = offset >= 0 ? Self.headerByteCount + offset : bytes.count + offset
        bytes[index] ^= 1
        return HandshakeMessage(bytes: bytes)
    }
}

/// Replaces the messages of one type from one sender.
func replacing(
    _ type: HandshakeType,
    from sender: TLSRole,
    with transform: @escaping (HandshakeMessage) -> [HandshakeMessage]
) -> TLSTestPair.Rewrite {
    { messageSender, message in
        messageSender == sender && message.type == type ? transform(message) : [message]
    }
}

extension TLSExtensionList {
    /// This list without a type, plus others at the end.
    func editing(removing type: ExtensionType? = nil, adding added: [TLSExtension] = []) -> TLSExtensionList {
        TLSExtensionList(self.elements.filter { $0.type != type } + added)
    }
}
