// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import GossipCore
import Primitives
import Testing

/// The vectors of spec 04 §16 that concern this target (check 1).
@Suite struct GossipVectorTests {
    @Test(arguments: [
        ("x0x.presence.global", "cabbb58598f4a42032a3dd9bb441877de67a1ec3acae1539da338c6ac583a44a"),
        ("x0x.identity.announce.v2", "802ee0ebd00757bd68550e9559c1847f4309ebd4ac2d37f38c0259cc3516425a"),
        ("x0x.machine.announce.v2", "9087591cb1460b0c9fb2df9caf32eb9d5b3e4e636e2b3a62834ae00852506c51"),
        ("x0x.user.announce.v2", "2f144a8e4595c85f842826c208c489253c8dd707808e0f61742e2b9cf2700857"),
        ("x0x/dm/v1/bus", "a746d680e31732d1c14d1109d780afedf0c24cdaf3f8b7558578b07d166ee8da"),
        ("x0x/caps/v1", "dc7b2786c9d47788aeb037f57ea9914a3d5189c356ca0aa63bd3b354c568fc7b"),
        ("x0x/release", "378a3991c784ddc5746ed6ba16d6909c48c6c3ed8d563a4d19238fb12423bae7"),
        ("x0x.discovery.groups", "8404a8731fd56b989886c5f90f1e529aaf2ac72b902ab208e9123b29e7727667"),
        ("x0x.groups.public.v1", "76c8448d415e21a8bfca9eb43359d2d33d180f47d8c6f84df7fecf3a9b2888a3"),
        ("chat", "504c1dbb87fc1cd93594bd6baad1b520229bd222e16d9c48138998f602993c67"),
    ])
    func spec04_check01_topicIDs(_ name: String, _ expected: String) {
        #expect(TopicID(name: name).hex == expected)
    }

    @Test func spec04_check01_constantsHashToTheVectors() {
        #expect(TopicID(name: DaemonTopics.identityAnnouncements).shortHex == "802ee0ebd00757bd")
        #expect(TopicID(name: DaemonTopics.machineAnnouncements).shortHex == "9087591cb1460b0c")
        #expect(TopicID(name: DaemonTopics.userAnnouncements).shortHex == "2f144a8e4595c85f")
        #expect(TopicID(name: DaemonTopics.directMessageBus).shortHex == "a746d680e31732d1")
        #expect(TopicID(name: DaemonTopics.capabilities).shortHex == "dc7b2786c9d47788")
        #expect(TopicID(name: DaemonTopics.releases).shortHex == "378a3991c784ddc5")
        #expect(TopicID(name: DaemonTopics.groupDiscovery).shortHex == "8404a8731fd56b98")
        #expect(TopicID(name: DaemonTopics.publicGroups).shortHex == "76c8448d415e21a8")
        #expect(TopicID(name: DaemonTopics.presence).shortHex == "cabbb58598f4a420")
    }

    @Test func spec04_check01_peerIDs() {
        #expect(
            PeerID(publicKeyBytes: Array(repeating: 0, count: 1952)).hex
                == "64750714b20ec2838270ed9a1d0b69954997eea2d290385f0786855425fa8f8e"
        )
        #expect(
            PeerID(publicKeyBytes: Array(repeating: 0xAB, count: 1952)).hex
                == "a87b45c738e3e63318587148ba058ace4c18fb71d4a8acd7d909eecdd31d423b"
        )
    }

    @Test func spec04_check01_messageIDAndHeader() throws {
        let hash = PayloadHash(hashing: Array("hello".utf8))
        #expect(hash.hex == "ea8f163db38682925e4491c5e58d4bb3506ef8c14eb78a86e908c5624a67200f")
        let publisher = try #require(PeerID(bytes: Array(repeating: 0x11, count: 32)))
        let id = MessageID(
            topic: TopicID(name: "chat"),
            publishedAt: UnixMillis(milliseconds: 1_700_000_000_999),
            publisher: publisher,
            payloadHash: hash
        )
        #expect(id.hex == "7504736571da799fe8f80c5586174849e5e64f2710a2bf104e611f9ac7bc4f58")
        let header = MessageHeader(topic: TopicID(name: "chat"), messageID: id, kind: .eager)
        #expect(
            header.encoded.hex
                == "01504c1dbb87fc1cd93594bd6baad1b520229bd222e16d9c48138998f602993c67"
                + "7504736571da799fe8f80c5586174849e5e64f2710a2bf104e611f9ac7bc4f5800000a"
        )
    }

    @Test(arguments: [
        (nil, 5334), (5, 5340), (33, 5368), (127, 5462), (128, 5464), (5420, 10756), (16383, 21719), (16384, 21721),
    ])
    func spec04_check01_messageLengths(_ payloadByteCount: Int?, _ expected: Int) {
        #expect(
            self.message(payload: payloadByteCount.map { Array(repeating: 7, count: $0) }).encoded.count == expected
        )
    }

    @Test(arguments: [(1, 5368), (1024, 38107)])
    func spec04_check01_announcementLengths(_ idCount: Int, _ expected: Int) {
        let list = MessageIDList((0..<UInt64(idCount)).map { MessageID.test($0) })
        #expect(self.message(payload: list.encoded).encoded.count == expected)
    }

    private func message(payload: [UInt8]?) -> PubSubMessage {
        PubSubMessage(
            header: MessageHeader(topic: .zero, messageID: .zero, kind: .eager),
            payload: payload,
            signature: Array(repeating: 1, count: MLDSA65Sizes.signature),
            publicKey: Array(repeating: 2, count: MLDSA65Sizes.publicKey)
        )
    }
}
