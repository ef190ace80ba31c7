// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Identity
import Primitives

/// Keys with known seeds; ML-DSA key generation from a seed costs well under a millisecond.
enum Fixtures {
    /// 00 01 … 1f, the first vector key of spec 01 §1.2.
    static let countingSeed = SecretBytes((0..<32).map { UInt8($0) })

    static func seed(_ byte: UInt8) -> SecretBytes { SecretBytes([UInt8](repeating: byte, count: 32)) }

    static func identity(_ byte: UInt8, withUser: Bool = false) throws -> LocalIdentity {
        let agentKey = try AgentKey(seed: self.seed(byte &+ 1))
        var user: LocalIdentity.User?
        if withUser {
            let key = try UserKey(seed: self.seed(byte &+ 2))
            let certificate = try AgentCertificate(issuedBy: key, for: agentKey.publicKey, at: 1_700_000_000)
            user = LocalIdentity.User(key: key, certificate: certificate)
        }
        return LocalIdentity(
            machineKey: try MachineKey(seed: self.seed(byte)),
            agentKey: agentKey,
            user: user,
            encapsulationKey: try MLKEM768PrivateKey(seed: SecretBytes([UInt8](repeating: byte, count: 64)))
        )
    }

    static func address(_ text: String) throws -> NetworkAddress {
        guard let address = NetworkAddress(text) else { throw DecodeError.invalid(field: text) }
        return address
    }
}

func sha256(_ bytes: [UInt8]) -> String { HashAlgorithm.sha256.hash(bytes).hex }

func id<ID: Identifier32>(_ byte: UInt8, _ type: ID.Type = ID.self) -> ID {
    let word = UInt64(byte) &* 0x0101_0101_0101_0101
    return ID(words: Words32(word, word, word, word))
}
