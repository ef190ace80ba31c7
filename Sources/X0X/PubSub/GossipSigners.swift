// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite
internal import GossipCore
internal import Identity
internal import Node
internal import QUICTransport

/// Makes and checks signatures for the gossip core on the crypto threads; answers come back as events.
struct GossipSigners: Sendable {
    let identity: LocalIdentity
    let crypto: CryptoExecutor
    let completions: Lane<GossipEvent>

    /// Answers with `signed`; a refused request answers without a signature.
    func sign(_ request: SigningRequest) {
        let completions = self.completions
        let key =
            switch request.key {
            case .agent: self.identity.agentKey.signingKey
            case .machine: self.identity.machineKey.signingKey
            }
        let isAccepted = self.crypto.offload {
            // A failure of the library is the answer "no signature"; the core counts it.
            completions.offer(.signed(request.id, signature: try? key.signature(for: request.message)))
        }
        if !isAccepted { completions.offer(.signed(request.id, signature: nil)) }
    }

    /// Answers with `verified`; a refused request is not checked, and the message may come again from another peer.
    func verify(_ request: VerificationRequest) {
        let completions = self.completions
        let isAccepted = self.crypto.offload {
            completions.offer(.verified(request.id, SignatureVerdict(of: request.checks, isValid: Self.isValid)))
        }
        if !isAccepted { completions.offer(.verified(request.id, .unchecked)) }
    }

    /// Whether one signature is good.
    static func isValid(_ check: SignatureCheck) -> Bool {
        guard let key = try? MLDSA65PublicKey(bytes: check.publicKey) else { return false }
        return key.isValid(signature: check.signature, for: check.message)
    }
}
