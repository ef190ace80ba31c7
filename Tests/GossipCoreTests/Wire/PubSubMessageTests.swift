// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import GossipCore
import Primitives
import TestVectors
import Testing

/// Codec of the pub/sub stream (spec 04 §4, §5; check 1).
@Suite struct PubSubMessageTests {
    @Test func spec04_check01_roundTripsForEveryKindAndVersion() throws {
        var random = TestRandom("pub/sub round trip")
        for kind in MessageKind.allCases {
            for version in [MessageHeader.Version.one, .two(payloadHash: nil), .two(payloadHash: .zero)] {
                let message = Self.message(kind, version: version, random: &random)
                let decoded = try PubSubMessage(decodingTransportMessage: message.transportMessage)
                #expect(decoded == message, "\(TestSeed.note)")
            }
        }
    }

    @Test func spec04_check01_trailingBytesAreTolerated() throws {
        var random = TestRandom("pub/sub trailing")
        let message = Self.message(.iHave, random: &random)
        #expect(try PubSubMessage(decodingTransportMessage: message.transportMessage + [1, 2, 3]) == message)
        let list = MessageIDList([.test(1)])
        #expect(try MessageIDList(payload: list.encoded + [9], countMax: 1) == list)
    }

    @Test func spec04_check01_truncationsAreErrors() {
        var random = TestRandom("pub/sub truncation")
        let bytes = Self.message(.eager, version: .two(payloadHash: .zero), random: &random).transportMessage
        for truncation in Damage.truncations(of: bytes) {
            #expect(throws: DecodeError.self) { try PubSubMessage(decodingTransportMessage: truncation) }
        }
    }

    @Test func everySingleByteChangeDecodesOrThrows() {
        var random = TestRandom("pub/sub damage")
        let message = Self.message(.antiEntropy, random: &random)
        for damaged in Damage.all(of: message.transportMessage) {
            guard let decoded = try? PubSubMessage(decodingTransportMessage: damaged) else { continue }
            // What decodes must encode to something that decodes to the same.
            #expect((try? PubSubMessage(decodingTransportMessage: decoded.transportMessage)) == decoded)
        }
    }

    @Test func headerVersionTwoIs101Bytes() {
        var header = MessageHeader(topic: .zero, messageID: .zero, kind: .eager)
        #expect(header.encoded.count == MessageHeader.byteCount)
        header.version = .two(payloadHash: .zero)
        #expect(header.encoded.count == 101)
    }

    @Test(arguments: [0, 3, 255] as [UInt8])
    func otherHeaderVersionsAreRejected(_ version: UInt8) {
        var bytes = MessageHeader(topic: .zero, messageID: .zero, kind: .eager).encoded
        bytes[0] = version
        #expect(throws: DecodeError.invalid(field: "header version")) { try MessageHeader(decoding: bytes) }
    }

    @Test func unknownKindsAreRejected() {
        var bytes = MessageHeader(topic: .zero, messageID: .zero, kind: .eager).encoded
        bytes[65] = 9
        #expect(throws: DecodeError.invalid(field: "message kind")) { try MessageHeader(decoding: bytes) }
    }

    @Test(arguments: [MessageIDList.announcedCountMax, MessageIDList.requestedCountMax])
    func idListsAtTheLimitAndOnePast(_ limit: Int) throws {
        let ids = (0..<UInt64(limit + 1)).map { MessageID.test($0) }
        #expect(try MessageIDList(payload: MessageIDList(ids.dropLast()).encoded, countMax: limit).ids.count == limit)
        #expect(throws: DecodeError.overLimit(field: "message ids", limit: limit)) {
            try MessageIDList(payload: MessageIDList(ids).encoded, countMax: limit)
        }
    }

    @Test func aHugeCountAllocatesNothing() {
        var writer = ByteWriter()
        writer.writePostcardVarint(UInt64(2048))
        #expect(throws: DecodeError.truncated) { try MessageIDList(payload: writer.bytes, countMax: 2048) }
        var huge = ByteWriter()
        huge.writePostcardVarint(UInt64.max)
        #expect(throws: DecodeError.self) { try MessageIDList(payload: huge.bytes, countMax: 2048) }
    }

    @Test func antiEntropyVariants() throws {
        let list = MessageIDList([.test(1), .test(2)])
        for payload in [AntiEntropyPayload.digest(list), .response(list), .digest(MessageIDList([]))] {
            #expect(try AntiEntropyPayload(payload: payload.encoded) == payload)
        }
        #expect(throws: DecodeError.invalid(field: "anti-entropy variant")) {
            try AntiEntropyPayload(payload: [2, 0])
        }
    }

    @Test func messagesAtTheTransportLimitAndOnePast() throws {
        let header = MessageHeader(topic: .zero, messageID: .zero, kind: .eager)
        let empty = PubSubMessage(header: header, payload: [], signature: [], publicKey: [])
        // Three more bytes for the longer length.
        let room = PubSubMessage.byteCountMax - empty.transportMessage.count - 3
        var message = empty
        message.payload = Array(repeating: 0, count: room)
        let bytes = message.transportMessage
        #expect(bytes.count == PubSubMessage.byteCountMax)
        #expect(try PubSubMessage(decodingTransportMessage: bytes) == message)
        #expect(throws: DecodeError.overLimit(field: "message", limit: PubSubMessage.byteCountMax)) {
            try PubSubMessage(decodingTransportMessage: bytes + [0])
        }
    }

    @Test func keyMaterialAtTheLimitAndOnePast() throws {
        var message = PubSubMessage(
            header: MessageHeader(topic: .zero, messageID: .zero, kind: .eager),
            payload: nil,
            signature: Array(repeating: 1, count: PubSubMessage.keyMaterialByteCountMax),
            publicKey: []
        )
        #expect(try PubSubMessage(decodingTransportMessage: message.transportMessage) == message)
        message.signature.append(1)
        #expect(throws: DecodeError.self) { try PubSubMessage(decodingTransportMessage: message.transportMessage) }
    }

    @Test func anotherStreamTypeIsAnError() {
        #expect(throws: DecodeError.invalid(field: "stream type")) {
            try PubSubMessage(decodingTransportMessage: [0x00, 0x01])
        }
        #expect(throws: DecodeError.truncated) { try PubSubMessage(decodingTransportMessage: []) }
    }

    private static func message(
        _ kind: MessageKind,
        version: MessageHeader.Version = .one,
        random: inout TestRandom
    ) -> PubSubMessage {
        var header = MessageHeader(
            topic: TopicID(words: Words32(random.next(), random.next(), random.next(), random.next())),
            messageID: MessageID(words: Words32(random.next(), random.next(), random.next(), random.next())),
            kind: kind,
            hop: UInt8(truncatingIfNeeded: random.next()),
            timeToLive: UInt8(truncatingIfNeeded: random.next())
        )
        header.version = version
        return PubSubMessage(
            header: header,
            payload: kind == .ping ? nil : random.bytes(upTo: 200),
            signature: random.bytes(upTo: 40),
            publicKey: random.bytes(upTo: 32)
        )
    }
}
