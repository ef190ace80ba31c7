// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import DirectMessages
import Node
import Primitives
import Testing

@Suite struct RawDirectFrameTests {
    private let sender = AgentID(words: Words32(1, 2, 3, 4))

    @Test func spec08_check15_frameIsTypeSenderPayload() throws {
        let frame = try RawDirectFrame(sender: self.sender, payload: Array("hello".utf8))
        #expect(frame.encoded == [0x10] + self.sender.bytes + Array("hello".utf8))
        #expect(try RawDirectFrame(message: frame.encoded) == frame)
    }

    @Test func spec08_check16_shortOrForeignFramesAreRefused() throws {
        let frame = try RawDirectFrame(sender: self.sender, payload: [7]).encoded
        for count in 0..<33 {
            #expect(throws: DecodeError.truncated) { try RawDirectFrame(message: Array(frame[..<count])) }
        }
        #expect(try RawDirectFrame(message: Array(frame[..<33])).payload.isEmpty)
        for type in UInt8.min...UInt8.max where type != 0x10 {
            var foreign = frame
            foreign[0] = type
            #expect(throws: DecodeError.invalid(field: "message type")) { try RawDirectFrame(message: foreign) }
        }
    }

    @Test func spec08_check16_payloadLimitIsWhatAReceiverReads() throws {
        let limit = RawDirectFrame.payloadByteCountMax
        #expect(limit == 4_194_271)
        let largest = try RawDirectFrame(sender: self.sender, payload: Array(repeating: 1, count: limit))
        #expect(largest.encoded.count == MessageLimits.messageByteCountMax)
        #expect(try RawDirectFrame(message: largest.encoded).payload.count == limit)
        #expect(throws: DirectSendError.payloadTooLarge(byteCount: limit + 1, limit: limit)) {
            try RawDirectFrame(sender: self.sender, payload: Array(repeating: 1, count: limit + 1))
        }
        #expect(throws: DecodeError.self) { try RawDirectFrame(message: largest.encoded + [0]) }
    }

    @Test func everySingleByteChangeDecodesOrThrows() throws {
        let frame = try RawDirectFrame(sender: self.sender, payload: Array(0..<40)).encoded
        for index in frame.indices {
            for change in UInt8(1)...255 {
                var changed = frame
                changed[index] ^= change
                let decoded = try? RawDirectFrame(message: changed)
                #expect((decoded == nil) == (index == 0))
                if let decoded { #expect(decoded.encoded == changed) }
            }
        }
    }
}
