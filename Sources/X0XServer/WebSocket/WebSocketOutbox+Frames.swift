// SPDX-License-Identifier: MIT OR Apache-2.0

internal import NIOCore
internal import NIOWebSocket
internal import X0X
internal import X0XAPI

extension WebSocketOutbox.Item {
    /// The bytes on the wire; servers do not mask (RFC 6455 §5.1).
    func frame(_ encodings: RecentEncodings) throws -> WebSocketFrame {
        let event: WebSocketEvent
        switch self {
        case .pong(let data): return WebSocketFrame(fin: true, opcode: .pong, data: ByteBuffer(bytes: data))
        case .event(let other): event = other
        case .topic(let message):
            // The frame does not name the subscription, so all sessions get the same one.
            let bytes = try encodings.bytes(of: message.withoutSubscription) {
                ByteBuffer(bytes: try JSONReply.bytes(WebSocketEvent.message(WebSocketEvent.Message($0))))
            }
            return WebSocketFrame(fin: true, opcode: .text, data: bytes)
        case .direct(let message): event = .directMessage(DirectMessageEvent(message))
        }
        return WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(bytes: try JSONReply.bytes(event)))
    }
}

extension ReceivedMessage {
    /// The same message for whoever receives it.
    fileprivate var withoutSubscription: ReceivedMessage {
        ReceivedMessage(
            subscriptionID: SubscriptionID(number: 0),
            topic: self.topic,
            payload: self.payload,
            sender: self.sender,
            isVerified: self.isVerified,
            trustLevel: self.trustLevel
        )
    }
}

extension WebSocketOutbox.Closing {
    static let messageTooLong = Self(code: .messageTooLarge, reason: "message too long")
    static let protocolError = Self(code: .protocolError, reason: "")
    static let tooMany = Self(code: .unknown(1013), reason: "too many connections")

    /// The answer to a client's close frame: its own code, or 1000 if it gave none (RFC 6455 §5.5.1).
    init(answering data: ByteBuffer) {
        var data = data
        self.init(code: data.readWebSocketErrorCode() ?? .normalClosure, reason: "")
    }

    var frame: WebSocketFrame {
        var data = ByteBuffer()
        data.write(webSocketErrorCode: self.code)
        data.writeString(self.reason)
        return WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
    }
}
