// SPDX-License-Identifier: MIT OR Apache-2.0

public import CryptoSuite

/// Does the work of crypto requests; shells run it on their crypto executor, tests and the simulator inline.
public enum TLSCryptoPerformer {
    /// Performs one request.
    ///
    /// - Parameters:
    ///   - request: What the handshake asked for.
    ///   - signingKey: The identity key; its public half is the `localPublicKey` of the configuration.
    /// - Returns: The result to hand back as `.cryptoCompleted(request.id, result)`.
    public static func perform(_ request: TLSCryptoRequest, signingKey: MLDSA65PrivateKey) -> TLSCryptoResult {
        switch request.operation {
        case .generateKeyShare, .respondToKeyShare, .completeKeyShare:
            return Self.performKeyExchange(request.operation) ?? .failed
        case .sign(let message):
            guard let signature = try? signingKey.signature(for: message) else { return .failed }
            return .signed(signature)
        case .verify(let publicKey, let signature, let message):
            // A key that does not parse has not signed anything.
            guard let key = try? MLDSA65PublicKey(bytes: publicKey) else { return .verified(false) }
            return .verified(key.isValid(signature: signature, for: message))
        case .verifyCertificate:
            // No certificate is ever trusted here: the performer of the interoperability tests is another one.
            return .verified(false)
        }
    }

    /// Performs a key-exchange request; `nil` for a request of another kind.
    package static func performKeyExchange(_ operation: TLSCryptoRequest.Operation) -> TLSCryptoResult? {
        switch operation {
        case .generateKeyShare(let group):
            guard let key = try? group.generateKey() else { return .failed }
            return .keyShareGenerated(key)
        case .respondToKeyShare(let group, let clientShare):
            // Every error of these two means an unacceptable share: a wrong length, an invalid encapsulation key, or an
            // all-zero X25519 result (spec 02 §4.7).
            guard let answer = try? group.respond(toClientShare: clientShare) else { return .invalidKeyShare }
            return .keyShareAnswered(serverShare: answer.serverShare, sharedSecret: answer.sharedSecret)
        case .completeKeyShare(let key, let serverShare):
            guard let secret = try? key.sharedSecret(serverShare: serverShare) else { return .invalidKeyShare }
            return .keyShareCompleted(secret)
        case .sign, .verify, .verifyCertificate: return nil
        }
    }
}
