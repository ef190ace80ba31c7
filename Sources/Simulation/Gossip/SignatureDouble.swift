// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite
package import GossipCore
internal import Primitives

/// A stand-in for ML-DSA-65 that costs a fraction of a microsecond and still cannot be forged inside the simulation.
///
/// A public key is 32 bytes that name the key; its secret is known to the authority and to its owner. A signature is a
/// nonce (the real one is hedged, so two signatures of one message differ) and a keyed hash: 16 bytes. An adversary gets the
/// secrets of its own keys and no others, so what it signs in another name fails the check, as it does in reality.
package struct SignatureDouble: Sendable {
    /// Sizes for the configuration of simulated nodes.
    package static let scheme = SignatureScheme(publicKeyByteCount: 32, signatureByteCount: 16)

    /// One key pair.
    package struct KeyPair: Sendable {
        /// What travels.
        package let publicKey: [UInt8]
        fileprivate let secret: (UInt64, UInt64)

        /// Signs; two calls need two nonces.
        package func signature(of message: [UInt8], nonce: UInt64) -> [UInt8] {
            let tag = KeyedHash.hash(message, nonce: nonce, key: self.secret)
            return littleEndian(nonce) + littleEndian(tag)
        }
    }

    private let seed: UInt64

    /// Creates the keys of a simulation; they all follow from its seed.
    package init(seed: UInt64) { self.seed = seed }

    /// The key pair with a number.
    package func keyPair(_ number: UInt64) -> KeyPair {
        let words = self.words(of: number)
        let publicKey = littleEndian(number) + words.public.flatMap(littleEndian)
        return KeyPair(publicKey: publicKey, secret: words.secret)
    }

    /// The identity of a node, and what it signs with.
    package func identity(of index: Int) -> (identity: GossipIdentity, machine: KeyPair, agent: KeyPair) {
        let machine = self.keyPair(2 * UInt64(index))
        let agent = self.keyPair(2 * UInt64(index) + 1)
        let identity = GossipIdentity(
            peerID: PeerID(publicKeyBytes: machine.publicKey),
            machinePublicKey: machine.publicKey,
            agentID: AgentID(publicKeyBytes: agent.publicKey),
            agentPublicKey: agent.publicKey
        )
        return (identity, machine, agent)
    }

    /// Whether the owner of the public key signed the message.
    package func isValid(_ check: SignatureCheck) -> Bool {
        guard check.publicKey.count == Self.scheme.publicKeyByteCount,
            check.signature.count == Self.scheme.signatureByteCount
        else { return false }
        let words = self.words(of: word(of: check.publicKey, at: 0))
        for (place, expected) in words.public.enumerated() {
            guard word(of: check.publicKey, at: 8 * (place + 1)) == expected else { return false }
        }
        let nonce = word(of: check.signature, at: 0)
        return KeyedHash.hash(check.message, nonce: nonce, key: words.secret) == word(of: check.signature, at: 8)
    }

    private func words(of number: UInt64) -> (public: [UInt64], secret: (UInt64, UInt64)) {
        var generator = SplitMix64(seed: self.seed ^ (number &+ 1) &* 0xD6E8_FEB8_6659_FD93)
        let secret = (generator.next(), generator.next())
        return ([generator.next(), generator.next(), generator.next()], secret)
    }
}

/// SipHash-2-4 (Aumasson, Bernstein 2012) of a nonce and a message.
private struct KeyedHash {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64

    static func hash(_ message: [UInt8], nonce: UInt64, key: (UInt64, UInt64)) -> UInt64 {
        var state = KeyedHash(key: key)
        state.absorb(nonce)
        var offset = 0
        while offset + 8 <= message.count {
            state.absorb(word(of: message, at: offset))
            offset += 8
        }
        var last = UInt64(truncatingIfNeeded: message.count + 8) << 56
        for place in offset..<message.count { last |= UInt64(message[place]) << UInt64(8 * (place - offset)) }
        state.absorb(last)
        state.v2 ^= 0xFF
        for _ in 0..<4 { state.mix() }
        return state.v0 ^ state.v1 ^ state.v2 ^ state.v3
    }

    private init(key: (UInt64, UInt64)) {
        self.v0 = key.0 ^ 0x736F_6D65_7073_6575
        self.v1 = key.1 ^ 0x646F_7261_6E64_6F6D
        self.v2 = key.0 ^ 0x6C79_6765_6E65_7261
        self.v3 = key.1 ^ 0x7465_6462_7974_6573
    }

    private mutating func absorb(_ word: UInt64) {
        self.v3 ^= word
        self.mix()
        self.mix()
        self.v0 ^= word
    }

    private mutating func mix() {
        self.v0 &+= self.v1
        self.v1 = rotated(self.v1, 13) ^ self.v0
        self.v0 = rotated(self.v0, 32)
        self.v2 &+= self.v3
        self.v3 = rotated(self.v3, 16) ^ self.v2
        self.v0 &+= self.v3
        self.v3 = rotated(self.v3, 21) ^ self.v0
        self.v2 &+= self.v1
        self.v1 = rotated(self.v1, 17) ^ self.v2
        self.v2 = rotated(self.v2, 32)
    }
}

private func rotated(_ value: UInt64, _ count: UInt64) -> UInt64 { value &<< count | value &>> (64 - count) }

/// Eight bytes, least significant first.
private func word(of bytes: [UInt8], at offset: Int) -> UInt64 {
    var word: UInt64 = 0
    for place in (offset..<offset + 8).reversed() { word = word &<< 8 | UInt64(bytes[place]) }
    return word
}

private func littleEndian(_ word: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: word &>> UInt64(8 * $0)) }
}
