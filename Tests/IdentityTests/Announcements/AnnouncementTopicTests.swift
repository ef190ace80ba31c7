// SPDX-License-Identifier: MIT OR Apache-2.0

import BLAKE3
import ByteCoding
import Identity
import Primitives
import Testing

@Suite struct AnnouncementTopicTests {
    @Test(arguments: [(0x00, 61_660), (0x01, 37_986), (0x2A, 31_048), (0xAA, 35_450), (0xFF, 57_388)])
    func spec01_check19_theShardVectorsReproduce(byte: UInt8, shard: UInt16) {
        #expect(AnnouncementTopic.shard(of: id(byte, AgentID.self)) == shard)
        #expect(AnnouncementTopic.identityShard(of: id(byte)) == "x0x.identity.shard.v2.\(shard)")
        #expect(AnnouncementTopic.machineShard(of: id(byte)) == "x0x.machine.shard.v2.\(shard)")
        #expect(AnnouncementTopic.userShard(of: id(byte)) == "x0x.user.shard.v2.\(shard)")
        #expect(AnnouncementTopic.rendezvousShard(of: id(byte)) == "x0x.rendezvous.shard.\(shard)")
    }

    @Test(arguments: [
        (AnnouncementTopic.identity, "802ee0ebd00757bd68550e9559c1847f4309ebd4ac2d37f38c0259cc3516425a"),
        (AnnouncementTopic.machine, "9087591cb1460b0c9fb2df9caf32eb9d5b3e4e636e2b3a62834ae00852506c51"),
        (AnnouncementTopic.user, "2f144a8e4595c85f842826c208c489253c8dd707808e0f61742e2b9cf2700857"),
        ("x0x.identity.shard.v2.37986", "f17755f5e8a625bfb518512950eaab067cb03cd65dc5b72fa864d3fe4d6d51ed"),
    ])
    func spec01_check19_theTopicVectorsReproduce(name: String, topicID: String) {
        #expect(BLAKE3Hash.hash(Array(name.utf8)).hex == topicID)
    }

    @Test func spec01_check19_sequentialIDsSpread() {
        var counts: [UInt16: Int] = [:]
        for number in 0..<10_000 as Range<UInt64> {
            let agent = AgentID(words: Words32(0, 0, 0, number))
            counts[AnnouncementTopic.shard(of: agent), default: 0] += 1
        }
        #expect(counts.values.allSatisfy { $0 <= 50 })
        #expect(counts.count > 8_000)
    }
}
