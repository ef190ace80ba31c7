// SPDX-License-Identifier: MIT OR Apache-2.0

import Connectivity
import Node
import QUICCore
import Testing

struct MessageFramingTests {
    private let tag = [UInt8](100..<116)

    @Test
    func envelopesAreToldApartInTheOrderOfTheSpecification() {
        let acknowledgement = Array("ANQAckC1".utf8) + self.tag
        #expect(StreamMessage(classifying: []) == .empty)
        #expect(StreamMessage(classifying: Array("AQCC".utf8) + [1, 0x7B]) == .coordinatorControl)
        #expect(StreamMessage(classifying: Array("AQCC".utf8) + [2]) == .payload(Array("AQCC".utf8) + [2]))
        #expect(
            StreamMessage(classifying: acknowledgement + [2, 8])
                == .acknowledgement(tag: self.tag, kind: 2, value: 8)
        )
        #expect(StreamMessage(classifying: acknowledgement + [3, 0]) == .payload(acknowledgement + [3, 0]))
        #expect(StreamMessage(classifying: acknowledgement + [0]) == .payload(acknowledgement + [0]))
        #expect(StreamMessage(classifying: acknowledgement + [0, 0, 0]) == .payload(acknowledgement + [0, 0, 0]))
        let request = Array("ANQAckP1".utf8) + self.tag
        #expect(StreamMessage(classifying: request) == .acknowledgedPayload(tag: self.tag, payload: []))
        #expect(StreamMessage(classifying: request + [1]) == .acknowledgedPayload(tag: self.tag, payload: [1]))
        #expect(StreamMessage(classifying: request.dropLast()) == .payload(request.dropLast()))
        #expect(StreamMessage(classifying: [0x80, 0x3D, 0x7E, 0x90]) == .legacyFrames)
        #expect(StreamMessage(classifying: [0x10, 1]) == .payload([0x10, 1]))
    }

    @Test
    func spec02_check31_closeCodesBecomeReasons() {
        let expected: [(UInt64, CloseReason)] = [
            (0x4E5B00, .superseded), (0x4E5B01, .readerExit), (0x4E5B02, .peerShutdown), (0x4E5B03, .banned),
            (0x4E5B04, .lifecycleCleanup), (0x4E5B05, .unknown), (0, .applicationClosed),
            (0x4E5B06, .applicationClosed),
            (7, .applicationClosed),
        ]
        for (code, reason) in expected {
            #expect(CloseReason(.closedByPeerApplication(code: code, reason: "")) == reason, "\(code)")
        }
        #expect(CloseReason(.closedByPeerTransport(code: 0, reason: "")) == .connectionClosed)
        #expect(CloseReason(.timedOut) == .timedOut)
        #expect(CloseReason(.reset) == .reset)
        #expect(CloseReason(.versionMismatch) == .versionMismatch)
        #expect(CloseReason(.closedLocally(code: 0)) == .locallyClosed)
        #expect(CloseReason(.failed(ConnectionFailure(.protocolViolation, ""))) == .transportError)
        let texts: [UInt64: String] = [
            0x4E5B00: "Superseded", 0x4E5B01: "ReaderExit", 0x4E5B02: "PeerShutdown", 0x4E5B03: "Banned",
            0x4E5B04: "LifecycleCleanup", 0x4E5B05: "LivenessTimeout", 0: "Shutdown",
        ]
        #expect(CloseCode.allCases.count == texts.count)
        for code in CloseCode.allCases { #expect(code.reasonPhrase == texts[code.rawValue]) }
    }
}
