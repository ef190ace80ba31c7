// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import GossipCore
import Primitives
import Testing

/// The membership stream, byte for byte (spec 04 §10.1, §16).
@Suite struct MembershipMessageTests {
    static let eleven = PeerID(
        words: Words32(0x1111_1111_1111_1111, 0x1111_1111_1111_1111, 0x1111_1111_1111_1111, 0x1111_1111_1111_1111)
    )
    static let twentyTwo = PeerID(
        words: Words32(0x2222_2222_2222_2222, 0x2222_2222_2222_2222, 0x2222_2222_2222_2222, 0x2222_2222_2222_2222)
    )

    static let vectors: [(message: MembershipMessage, hex: String)] = {
        let first = String(repeating: "11", count: 32)
        let second = String(repeating: "22", count: 32)
        return [
            (.ping, "0100"), (.ack, "0101"),
            (.pingRequest(target: eleven, requester: twentyTwo), "0102" + first + second),
            (.ackResponse(target: eleven, requester: twentyTwo), "0103" + first + second),
            (.join(sender: eleven, timeToLive: 6), "0000" + first + "06"),
            (.forwardJoin(sender: eleven, newPeer: twentyTwo, timeToLive: 5), "0001" + first + second + "05"),
            (.neighbor(sender: eleven, priority: .low), "0002" + first + "01"),
            (.neighborReply(isAccepted: true), "000301"),
            (
                .shuffle(sender: eleven, peers: [eleven, twentyTwo], timeToLive: 3),
                "0004" + first + "02" + first + second + "03"
            ),
            (.shuffleReply(peers: [twentyTwo]), "000501" + second),
            (.disconnect, "0006"),
        ]
    }()

    @Test func spec04_check1_membershipVectors() throws {
        for (message, hex) in Self.vectors {
            #expect(message.encoded.hex == hex)
            #expect(message.transportMessage.hex == "00" + hex)
            #expect(try MembershipMessage(decodingTransportMessage: message.transportMessage) == message)
        }
    }

    @Test func spec04_check28_truncatedAndChangedBytesNeverTrap() throws {
        for (message, _) in Self.vectors {
            let bytes = message.transportMessage
            for count in 0..<bytes.count {
                #expect(throws: DecodeError.self) {
                    try MembershipMessage(decodingTransportMessage: Array(bytes.prefix(count)))
                }
            }
            // Bytes after the value belong to a later version.
            #expect(try MembershipMessage(decodingTransportMessage: bytes + [0xFF, 0x00]) == message)
            for index in bytes.indices {
                for value in UInt8.min...UInt8.max {
                    var changed = bytes
                    changed[index] = value
                    // A changed message is another one or none; it only must not trap.
                    _ = try? MembershipMessage(decodingTransportMessage: changed)
                }
            }
        }
    }

    @Test func aShuffleNamesAtMost128Peers() throws {
        let full = MembershipMessage.shuffleReply(peers: Array(repeating: Self.eleven, count: 128))
        #expect(try MembershipMessage(decodingTransportMessage: full.transportMessage) == full)
        let over = MembershipMessage.shuffleReply(peers: Array(repeating: Self.eleven, count: 129))
        #expect(throws: DecodeError.overLimit(field: "shuffled peers", limit: 128)) {
            try MembershipMessage(decodingTransportMessage: over.transportMessage)
        }
    }
}
