// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import Primitives
import Testing

@testable import QUICCore

/// Frames on the wire: examples of the specification, round trips, hostile input.
struct FrameTests {
    private static let address4 = NetworkAddress(ipv4: 0xC633_6409, port: 5483)
    private static let address6 = NetworkAddress(ipv6High: 0x2001_0DB8_0000_0000, low: 9, port: 5483)

    private static let samples: [Frame] = [
        .padding(byteCount: 3), .ping,
        .ack(AckFrame(ranges: [7...9, 2...3, 0...0], delay: 25)),
        .ack(AckFrame(ranges: [(1 << 62) - 1...(1 << 62) - 1], delay: (1 << 62) - 1)),
        .resetStream(StreamID(rawValue: 6), code: 7, finalSize: 70_000),
        .stopSending(StreamID(rawValue: 3), code: 0x4000_0000),
        .crypto(offset: 600, data: [1, 2, 3]),
        .newToken([9, 9]),
        .stream(StreamFrame(id: StreamID(rawValue: 2), offset: 0, data: [5, 6], isFinished: true)),
        .stream(StreamFrame(id: StreamID(rawValue: 10), offset: 1 << 40, data: [], isFinished: false)),
        .maxData(1 << 50), .maxStreamData(StreamID(rawValue: 2), 1_250_000),
        .maxStreams(.bidirectional, 100), .maxStreams(.unidirectional, 1 << 60),
        .dataBlocked(limit: 5), .streamDataBlocked(StreamID(rawValue: 2), limit: 6),
        .streamsBlocked(.bidirectional, limit: 7), .streamsBlocked(.unidirectional, limit: 8),
        .newConnectionID(
            NewConnectionIDFrame(
                sequence: 4,
                retirePriorTo: 2,
                id: ConnectionID([1, 2, 3, 4, 5, 6, 7, 8]) ?? .empty,
                resetToken: [UInt8](0..<16)
            )
        ),
        .retireConnectionID(sequence: 1), .pathChallenge(0x0102_0304_0506_0708), .pathResponse(.max),
        .connectionClose(CloseFrameContent(isApplication: false, code: 0x178, reason: "no")),
        .connectionClose(CloseFrameContent(isApplication: true, code: 0x4E5B00, reason: "Superseded")),
        .handshakeDone, .immediateAck,
        .ackFrequency(
            AckFrequencyFrame(
                sequence: 1,
                ackElicitingThreshold: 2,
                maxAckDelayMicroseconds: 25_000,
                reorderingThreshold: 3
            )
        ),
        .datagram([1, 2, 3]),
        .nat(.addAddress(sequence: 3, address4)), .nat(.addAddress(sequence: 3, address6)),
        .nat(.punchMeNow(round: 1, pairedWithSequence: 3, address4)),
        .nat(.punchMeNow(round: 1, pairedWithSequence: 3, address6)),
        .nat(.removeAddress(sequence: 3)),
        .nat(.tryConnectTo(requestID: 7, address4, timeoutMilliseconds: 5000)),
        .nat(.tryConnectTo(requestID: 7, address6, timeoutMilliseconds: 5000)),
        .nat(.tryConnectToResponse(requestID: 7, isSuccess: true, error: 0, address4)),
        .nat(.tryConnectToResponse(requestID: 7, isSuccess: false, error: 255, address6)),
        .observedAddress(sequence: 0, address4), .observedAddress(sequence: 1, address6),
    ]

    /// Every frame of a payload.
    private static func decode(_ payload: [UInt8]) throws(DecodeError) -> [Frame] {
        var reader = FrameReader(payload)
        var frames: [Frame] = []
        while let frame = try reader.next() { frames.append(frame) }
        return frames
    }

    @Test
    func everyFrameSurvivesARoundTrip() throws {
        for frame in Self.samples { #expect(try Self.decode(frame.encoded) == [frame], "\(frame)") }
        let all = Self.samples.filter { $0 != .padding(byteCount: 3) }
        #expect(try Self.decode(all.flatMap(\.encoded)) == all)
    }

    @Test
    func spec02_check14_theFrameExamplesOfTheSpecificationAreProduced() {
        let observed = Frame.observedAddress(sequence: 0, NetworkAddress(ipv4: 0xCB00_7107, port: 40_000))
        let examples: [(Frame, [UInt8])] = [
            (observed, [0x80, 0x9F, 0x81, 0xA6, 0x00, 0xCB, 0x00, 0x71, 0x07, 0x9C, 0x40]),
            (Self.samples[28], [0x80, 0x3D, 0x7E, 0x90, 0x03, 0xC6, 0x33, 0x64, 0x09, 0x15, 0x6B]),
            (
                .nat(.punchMeNow(round: 1, pairedWithSequence: 3, Self.address4)),
                [0x80, 0x3D, 0x7E, 0x92, 0x01, 0x03, 0xC6, 0x33, 0x64, 0x09, 0x15, 0x6B]
            ),
            (.nat(.removeAddress(sequence: 3)), [0x80, 0x3D, 0x7E, 0x94, 0x03]),
            (
                .nat(.tryConnectTo(requestID: 7, Self.address4, timeoutMilliseconds: 5000)),
                [0x80, 0x3D, 0x7E, 0x95, 0x07, 0xC6, 0x33, 0x64, 0x09, 0x15, 0x6B, 0x13, 0x88]
            ),
        ]
        for (frame, bytes) in examples { #expect(frame.encoded == bytes, "\(frame)") }
    }

    @Test
    func spec02_check17_aMappedAddressIsReportedAsIPv4() throws {
        let mapped: [UInt8] =
            [0x80, 0x9F, 0x81, 0xA7, 0x05] + [UInt8](repeating: 0, count: 10)
            + [0xFF, 0xFF, 203, 0, 113, 7, 0x9C, 0x40]
        let expected = Frame.observedAddress(sequence: 5, NetworkAddress(ipv4: 0xCB00_7107, port: 40_000))
        #expect(try Self.decode(mapped) == [expected])
    }

    @Test
    func streamFramesWithoutLengthOrOffsetAreRead() throws {
        let expected = Frame.stream(
            StreamFrame(id: StreamID(rawValue: 2), offset: 0, data: [7, 8], isFinished: false)
        )
        #expect(try Self.decode([0x08, 2, 7, 8]) == [expected])
        // An explicit offset of zero is as good.
        #expect(try Self.decode([0x0C, 2, 0, 7, 8]) == [expected])
    }

    @Test
    func truncatedFramesAreErrorsAndNeverTraps() {
        for frame in Self.samples {
            let bytes = frame.encoded
            for count in 1..<max(1, bytes.count) {
                // A prefix is an error, or it is a shorter run of padding or a frame that runs to the end.
                if let frames = try? Self.decode(Array(bytes.prefix(count))) { #expect(frames != [frame]) }
            }
        }
    }

    @Test
    func everyChangedByteIsReadWithoutTraps() {
        for frame in Self.samples {
            let bytes = frame.encoded
            for index in bytes.indices {
                for value in UInt8.min ... .max {
                    var changed = bytes
                    changed[index] = value
                    if let frames = try? Self.decode(changed), frames.isEmpty { Issue.record("no frame in \(changed)") }
                }
            }
        }
    }

    @Test(
        arguments: [
            [0x40, 0x21],  // unknown type 0x21
            [0x02, 5, 0, 0, 6],  // the first range is longer than the largest number
            [0x02, 5, 0, 1, 1, 3, 0],  // a range below zero
            [0x07, 0],  // an empty token
            [0x12, 0xD0, 0, 0, 0, 0, 0, 0, 1],  // 2^60 + 1 streams
            [0x18, 1, 0, 0] + [UInt8](repeating: 0, count: 16),  // an empty connection id
            [0x18, 1, 0, 21] + [UInt8](repeating: 0, count: 37),  // a connection id of 21 bytes
            [0x06, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0],  // CRYPTO ends beyond 2^62 − 1
            [0x0E, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0],  // so does STREAM
            [0x80, 0x3D, 0x7E, 0x97, 1, 2, 0, 1, 2, 3, 4, 5, 6],  // success is 2
        ] as [[UInt8]]
    )
    func brokenFramesAreErrors(bytes: [UInt8]) {
        #expect(throws: DecodeError.self) { try Self.decode(bytes) }
    }

    @Test
    func anAcknowledgementKeepsABoundedNumberOfRanges() throws {
        var writer = ByteWriter()
        writer.writeVarint(FrameType.ack)
        writer.writeVarint(100_000)
        writer.writeVarint(0)
        writer.writeVarint(5000)
        writer.writeVarint(0)
        for _ in 0..<5000 {
            writer.writeVarint(0)
            writer.writeVarint(0)
        }
        guard case .ack(let ack)? = try Self.decode(writer.bytes).first else {
            Issue.record("no ACK frame")
            return
        }
        #expect(ack.ranges.count == AckFrame.rangeCountMax)
        #expect(ack.largest == 100_000)
    }

    @Test
    func onlyPaddingAcknowledgementAndCloseElicitNothing() {
        for frame in Self.samples {
            switch frame {
            case .padding, .ack, .connectionClose: #expect(!frame.isAckEliciting)
            default: #expect(frame.isAckEliciting, "\(frame)")
            }
        }
    }
}
