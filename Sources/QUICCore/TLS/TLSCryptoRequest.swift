// SPDX-License-Identifier: MIT OR Apache-2.0

package import CryptoSuite

/// Slow work the handshake asks for instead of doing it; at most one request is open at a time.
public struct TLSCryptoRequest: Sendable {
    /// Names a request within its handshake; an answer with another id is ignored.
    public struct ID: Hashable, Sendable {
        let number: UInt32
    }

    /// The work.
    package enum Operation: Sendable {
        /// Client: generate a key pair; answered by `keyShareGenerated`.
        case generateKeyShare(KeyExchangeGroup)
        /// Server: answer a client's share, of the group's length; answered by `keyShareAnswered`.
        case respondToKeyShare(KeyExchangeGroup, clientShare: [UInt8])
        /// Client: finish with a server's share, of the group's length; answered by `keyShareCompleted`.
        case completeKeyShare(KeyExchangeKey, serverShare: [UInt8])
        /// Sign with our identity key, empty context; answered by `signed`.
        case sign(message: [UInt8])
        /// Check the peer's signature; answered by `verified`.
        case verify(publicKey: [UInt8], signature: [UInt8], message: [UInt8])
        /// Classical profile only: check the peer's certificate and signature; answered by `verified`.
        case verifyCertificate(TLSCertificateCheck)
    }

    /// The id to answer with.
    public let id: ID
    /// The work to do.
    package let operation: Operation
}

/// The outcome of a `TLSCryptoRequest`: made by `TLSCryptoPerformer`, handed back as it is.
public struct TLSCryptoResult: Sendable {
    /// What came of the work.
    package enum Outcome: Sendable {
        case keyShareGenerated(KeyExchangeKey)
        case keyShareAnswered(serverShare: [UInt8], sharedSecret: SecretBytes)
        case keyShareCompleted(SecretBytes)
        case signed([UInt8])
        case verified(Bool)
        case invalidKeyShare
        case failed
    }

    /// For the handshake, and for tests.
    package let outcome: Outcome

    /// A fresh client key pair.
    package static func keyShareGenerated(_ key: KeyExchangeKey) -> TLSCryptoResult {
        TLSCryptoResult(outcome: .keyShareGenerated(key))
    }

    /// The server's share and the shared secret: 1120 and 64 bytes for X25519MLKEM768.
    package static func keyShareAnswered(serverShare: [UInt8], sharedSecret: SecretBytes) -> TLSCryptoResult {
        TLSCryptoResult(outcome: .keyShareAnswered(serverShare: serverShare, sharedSecret: sharedSecret))
    }

    /// The shared secret, 64 bytes for X25519MLKEM768.
    package static func keyShareCompleted(_ secret: SecretBytes) -> TLSCryptoResult {
        TLSCryptoResult(outcome: .keyShareCompleted(secret))
    }

    /// A signature, 3309 bytes for ML-DSA-65.
    package static func signed(_ signature: [UInt8]) -> TLSCryptoResult {
        TLSCryptoResult(outcome: .signed(signature))
    }

    /// Whether the signature is valid.
    package static func verified(_ isValid: Bool) -> TLSCryptoResult { TLSCryptoResult(outcome: .verified(isValid)) }

    /// The peer's key share is not acceptable: illegal_parameter.
    package static let invalidKeyShare = TLSCryptoResult(outcome: .invalidKeyShare)

    /// The work could not be done for a reason on our side, such as a full queue: internal_error ends the handshake.
    public static let failed = TLSCryptoResult(outcome: .failed)
}

/// Issues request ids and remembers the open request.
struct TLSCryptoRequestLedger: Sendable {
    private var lastNumber: UInt32 = 0
    private(set) var pending: TLSCryptoRequest.ID?

    /// Emits the next request; there must be none open.
    mutating func request(_ operation: TLSCryptoRequest.Operation, into actions: inout [TLSHandshake.Action]) {
        precondition(self.pending == nil, "a handshake has one crypto request at a time")
        self.lastNumber += 1
        let id = TLSCryptoRequest.ID(number: self.lastNumber)
        self.pending = id
        actions.append(.requestCrypto(TLSCryptoRequest(id: id, operation: operation)))
    }

    /// Closes the open request if `id` names it.
    mutating func complete(_ id: TLSCryptoRequest.ID) -> Bool {
        guard self.pending == id else { return false }
        self.pending = nil
        return true
    }
}
