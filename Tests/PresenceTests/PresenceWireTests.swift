// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import GossipCore
import Identity
import Presence
import Primitives
import TestVectors
import Testing

@Suite struct PresenceWireTests {
    private static let record = PresenceRecord(
        tag: [UInt8](repeating: 7, count: 32),
        addressHints: ["1.2.3.4:5483"],
        since: 1_700_000_000,
        expires: 1_700_000_090,
        sequence: 300
    )

    private static func peer(_ byte: UInt8) throws -> PeerID {
        try #require(PeerID(bytes: [UInt8](repeating: byte, count: 32)))
    }

    @Test func spec05_check1_theVectorsAreReproduced() throws {
        #expect(
            PresenceRecord.tag(of: try Self.peer(0x11), at: UnixMillis(seconds: 472_222 * 3600 + 5)).hex
                == "1904c8c204eccd2a340888fd68486c26ff0d9ddcae5de1c6776e25ff0b8ebf60"
        )
        let signed = String(repeating: "07", count: 32) + "010c312e322e332e343a35343833" + "80e2cfaa06dae2cfaa06ac0200"
        #expect(Self.record.signedBytes.hex == signed)
        let query = PresenceQuery(id: .zero, topic: PresenceLimits.topic, timeToLive: 3, origin: try Self.peer(9))
        let queryBytes = PresenceMessage.query(query).transportBytes
        #expect(queryBytes.count == 99 && queryBytes.prefix(2) == [0x02, 0x01] && queryBytes[66] == 3)
        let empty = PresenceQueryResponse(id: .zero, topic: PresenceLimits.topic, entries: [])
        let emptyBytes = PresenceMessage.queryResponse(empty).transportBytes
        #expect(emptyBytes.count == 67 && emptyBytes[1] == 2 && emptyBytes[66] == 0)
    }

    @Test func spec05_check1_aBeaconHasTheSizeOfTheOriginals() throws {
        var record = Self.record
        record.signature = [UInt8](repeating: 1, count: 3309)
        record.signerPublicKey = [UInt8](repeating: 2, count: 1952)
        #expect(record.encoded.count == 5324)
        let beacon = PresenceMessage.beacon(topic: PresenceLimits.topic, sender: try Self.peer(1), record)
        #expect(beacon.transportBytes.count == 5391)
    }

    @Test func spec05_check2_theGlobalTopicIsDeterministic() {
        #expect(PresenceLimits.topic.hex == "cabbb58598f4a42032a3dd9bb441877de67a1ec3acae1539da338c6ac583a44a")
    }

    @Test func spec05_check1_messagesRoundTripAndDamageIsAnErrorNeverATrap() throws {
        var signed = PresenceRecord.test(4, since: 1_700_000_000)
        signed.fourWords = "a b c d"
        let entry = PresenceQueryResponse.Entry(testPeer(4), signed)
        let messages: [PresenceMessage] = [
            .beacon(topic: PresenceLimits.topic, sender: testPeer(4), signed),
            .query(PresenceQuery(id: .zero, topic: PresenceLimits.topic, timeToLive: 255, origin: testPeer(5))),
            .queryResponse(
                PresenceQueryResponse(id: .zero, topic: PresenceLimits.topic, entries: [entry, entry])
            ),
        ]
        for message in messages {
            let bytes = message.transportBytes
            #expect(try PresenceMessage(transportBytes: bytes) == message)
            for count in 0..<bytes.count {
                #expect(throws: DecodeError.self) { try PresenceMessage(transportBytes: Array(bytes.prefix(count))) }
            }
            #expect(throws: DecodeError.self) { try PresenceMessage(transportBytes: bytes + [0]) }
            for index in bytes.indices {
                for flip in [0x01, 0x80, 0xFF] as [UInt8] {
                    var damaged = bytes
                    damaged[index] ^= flip
                    // Another message or an error: what counts is that nothing traps.
                    _ = try? PresenceMessage(transportBytes: damaged)
                }
            }
        }
        #expect(throws: DecodeError.self) { try PresenceMessage(transportBytes: []) }
        #expect(throws: DecodeError.invalid(field: "presence message")) {
            try PresenceMessage(transportBytes: [2, 3])
        }
    }

    @Test func aFieldIsAcceptedAtItsLimitAndRefusedPastIt() throws {
        func decode(_ record: PresenceRecord) throws -> PresenceRecord { try PresenceRecord(decoding: record.encoded) }
        var record = Self.record
        record.addressHints = Array(repeating: "x", count: PresenceLimits.hintCountMax)
        #expect(try decode(record) == record)
        record.addressHints.append("x")
        #expect(throws: DecodeError.overLimit(field: "addr_hints", limit: PresenceLimits.hintCountMax)) {
            try decode(record)
        }
        record.addressHints = [String(repeating: "x", count: PresenceLimits.hintByteCountMax)]
        #expect(try decode(record) == record)
        record.addressHints[0] += "x"
        #expect(throws: DecodeError.overLimit(field: "addr_hints", limit: PresenceLimits.hintByteCountMax)) {
            try decode(record)
        }
    }

    /// Originals answer with all they know; ours reads what the cap allows and knows how much it left.
    @Test func aLongAnswerIsReadUpToTheCap() throws {
        let entry = PresenceQueryResponse.Entry(testPeer(4), Self.record)
        let limit = PresenceLimits.responseRecordCountMax
        for extra in [0, 1, 30] {
            let entries = Array(repeating: entry, count: limit + extra)
            let response = PresenceQueryResponse(id: .zero, topic: PresenceLimits.topic, entries: entries)
            let message = try PresenceMessage(transportBytes: PresenceMessage.queryResponse(response).transportBytes)
            guard case .queryResponse(let read) = message else {
                Issue.record("not a response")
                continue
            }
            #expect(read.entries.count == limit && read.omittedCount == extra)
        }
    }

    @Test func spec05_check10_hintsAreParsedAndFiltered() throws {
        let kept = ["1.2.3.4:5000", "[2001:db8::1]:5001"]
        let dropped = [
            "nonsense", "1.2.3.4", "example.org:1", "127.0.0.1:5000", "10.0.0.1:5000", "172.16.0.1:5000",
            "192.168.1.1:5000", "100.64.0.1:5000", "169.254.0.1:5000", "[fc00::1]:5000", "[fe80::1]:5000",
            "[::1]:5000", "1.2.3.4:0", "0.0.0.0:5000", "192.0.2.1:5000",
        ]
        var record = Self.record
        record.addressHints = [dropped[0]] + kept + dropped.dropFirst()
        let entry = try #require(
            PresenceEntry(
                PresenceQueryResponse.Entry(testPeer(1), record),
                policy: .publicOnly,
                now: UnixMillis(seconds: record.since)
            )
        )
        #expect(entry.addresses.map(\.description) == kept)
    }

    @Test func spec05_check11_anUnknownMachineGivesAPlaceholderAndAnExpiredRecordNothing() throws {
        let entry = PresenceQueryResponse.Entry(testPeer(1), Self.record)
        let live = try #require(
            PresenceEntry(entry, policy: .publicOnly, now: UnixMillis(seconds: Self.record.expires))
        )
        #expect(live.placeholderAgentID.bytes == live.machineID.bytes && live.since == Self.record.since)
        #expect(
            PresenceEntry(entry, policy: .publicOnly, now: UnixMillis(seconds: Self.record.expires + 1)) == nil
        )
    }
}
