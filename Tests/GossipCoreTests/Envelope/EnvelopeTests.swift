// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import GossipCore
import Primitives
import TestVectors
import Testing

/// The publish envelope with real ML-DSA-65 signatures (spec 04 §6; checks 2 and 3).
@Suite struct EnvelopeTests {
    private struct Agent {
        let key: MLDSA65PrivateKey
        let id: AgentID

        init(seed: UInt8) throws {
            self.key = try MLDSA65PrivateKey(seed: SecretBytes(Array(repeating: seed, count: 32)))
            self.id = AgentID(self.key.publicKey)
        }

        func envelope(_ topic: String, _ payload: [UInt8]) throws -> [UInt8] {
            let message = EnvelopeSigning.signedBytes(sender: self.id, topic: topic, payload: payload)
            return try EnvelopeSigning.envelope(
                sender: self.id,
                publicKey: self.key.publicKey.bytes,
                signature: try self.key.signature(for: message),
                topic: topic,
                payload: payload
            )
        }
    }

    /// Decodes, binds and verifies; whether the envelope is authentic on `topic`.
    private func isAuthentic(_ bytes: [UInt8], on topic: String) -> Bool {
        guard let envelope = try? UnverifiedEnvelope(decoding: bytes),
            let check = try? envelope.checkBinding(to: TopicID(name: topic), scheme: .mlDSA65),
            let key = try? MLDSA65PublicKey(bytes: check.publicKey)
        else { return false }
        return key.isValid(signature: check.signature, for: check.message)
    }

    @Test(arguments: [("chat", "hello"), ("chat", ""), ("день/🌍", "payload"), ("", "x")])
    func spec04_check02_signedEnvelopesRoundTrip(_ topic: String, _ text: String) throws {
        let agent = try Agent(seed: 1)
        let bytes = try agent.envelope(topic, Array(text.utf8))
        #expect(bytes.count == 5300 + topic.utf8.count + text.utf8.count)
        #expect(Array(bytes[33..<35]) == [0x07, 0xA0])
        let envelope = try UnverifiedEnvelope(decoding: bytes)
        #expect(envelope.topic == topic)
        #expect(envelope.payload == Array(text.utf8))
        #expect(envelope.authorship?.sender == agent.id)
        #expect(self.isAuthentic(bytes, on: topic))
    }

    @Test func spec04_check02_anyChangeIsNotAuthentic() throws {
        let agent = try Agent(seed: 1)
        let other = try Agent(seed: 2)
        let bytes = try agent.envelope("chat", Array("hello".utf8))
        var changedPayload = bytes
        changedPayload[bytes.count - 1] ^= 1
        #expect(!self.isAuthentic(changedPayload, on: "chat"))
        var changedSender = bytes
        changedSender[1] ^= 1
        #expect(!self.isAuthentic(changedSender, on: "chat"))
        var otherKey = bytes
        otherKey.replaceSubrange(1..<33, with: other.id.bytes)
        otherKey.replaceSubrange(35..<1987, with: other.key.publicKey.bytes)
        #expect(!self.isAuthentic(otherKey, on: "chat"))
    }

    @Test func spec04_check31_anEnvelopeIsBoundToItsTopic() throws {
        let agent = try Agent(seed: 1)
        let bytes = try agent.envelope("chat", Array("hello".utf8))
        let envelope = try UnverifiedEnvelope(decoding: bytes)
        #expect(throws: EnvelopeFault.topicMismatch) {
            try envelope.checkBinding(to: TopicID(name: "other"), scheme: .mlDSA65)
        }
        // The signed bytes have no lengths: "chat" ‖ "hello" is also "chath" ‖ "ello". The hash of the name tells them apart.
        var moved = bytes
        moved[1987 + 2 + 3309 + 1] = 5
        let shifted = try UnverifiedEnvelope(decoding: moved)
        #expect(shifted.topic == "chath")
        #expect(throws: EnvelopeFault.topicMismatch) {
            try shifted.checkBinding(to: TopicID(name: "chat"), scheme: .mlDSA65)
        }
    }

    @Test func spec04_check04_signingIsHedged() throws {
        let agent = try Agent(seed: 1)
        #expect(try agent.envelope("chat", [1]) != agent.envelope("chat", [1]))
    }

    @Test func spec04_check03_unsignedEnvelopes() throws {
        let envelope = try UnverifiedEnvelope(decoding: [0, 4] + Array("chathello".utf8))
        #expect(envelope.authorship == nil)
        #expect(envelope.topic == "chat")
        #expect(envelope.payload == Array("hello".utf8))
        #expect(try envelope.checkBinding(to: TopicID(name: "chat"), scheme: .mlDSA65) == nil)
    }

    @Test(arguments: [[], [0], [2], [0, 5, 0x61], [0, 2, 0xFF, 0xFE], Array(repeating: 2, count: 38)] as [[UInt8]])
    func spec04_check03_malformedEnvelopesAreErrors(_ bytes: [UInt8]) {
        #expect(throws: DecodeError.self) { try UnverifiedEnvelope(decoding: bytes) }
    }

    @Test func spec04_check03_topicsAtTheLimitAndOnePast() throws {
        let topic = String(repeating: "t", count: 65_535)
        let bytes = try EnvelopeSigning.envelope(sender: .zero, publicKey: [], signature: [], topic: topic, payload: [])
        #expect(try UnverifiedEnvelope(decoding: bytes).topic == topic)
        #expect(throws: DecodeError.overLimit(field: "topic", limit: 65_535)) {
            try EnvelopeSigning.envelope(sender: .zero, publicKey: [], signature: [], topic: topic + "t", payload: [])
        }
    }

    @Test func wrongKeyMaterialSizesAreFaults() throws {
        for (keyByteCount, signatureByteCount) in [(1951, 3309), (1953, 3309), (1952, 3308), (1952, 3310), (0, 0)] {
            let bytes = try EnvelopeSigning.envelope(
                sender: .zero,
                publicKey: Array(repeating: 1, count: keyByteCount),
                signature: Array(repeating: 1, count: signatureByteCount),
                topic: "t",
                payload: []
            )
            #expect(throws: EnvelopeFault.wrongKeyMaterialSize) {
                try UnverifiedEnvelope(decoding: bytes).checkBinding(to: TopicID(name: "t"), scheme: .mlDSA65)
            }
        }
    }

    @Test func damageNeverTraps() throws {
        var author = TestAuthor(1)
        let bytes = try author.envelope("chat", "hello")
        for damaged in Damage.all(of: bytes) {
            guard let envelope = try? UnverifiedEnvelope(decoding: damaged),
                let check = try? envelope.checkBinding(to: TopicID(name: "chat"), scheme: TestSignature.scheme)
            else { continue }
            // The only damage left is inside the signed bytes, the key or the signature, or one more payload byte.
            #expect(!TestSignature.isValid(check))
        }
    }

    @Test func priorities() {
        #expect(SendPriority(topic: DaemonTopics.directMessageBus) == .critical)
        #expect(SendPriority(topic: "chat") == .normal)
        #expect(SendPriority(topic: DaemonTopics.publicGroups) == .normal)
        #expect(SendPriority(topic: DaemonTopics.identityShard(7)) == .bulk)
        #expect(SendPriority(topic: DaemonTopics.machineShard(65_535)) == .bulk)
        #expect(DaemonTopics.machineShard(65_535) == "x0x.machine.shard.v2.65535")
        #expect(SendPriority(topic: DaemonTopics.capabilities) == .bulk)
    }
}
