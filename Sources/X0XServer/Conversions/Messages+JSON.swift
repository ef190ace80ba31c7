// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import DirectMessages
internal import Node
internal import Primitives
internal import Trust
internal import X0X
internal import X0XAPI

extension FeedEvent {
    init(_ item: FeedItem<AgentEvent>) {
        switch item {
        case .element(.message(let message)): self = .message(TopicMessage(message))
        case .lagged(let missed): self = .lagged(missed: missed)
        }
    }
}

extension TopicMessage {
    init(_ message: ReceivedMessage) {
        self.init(
            subscriptionID: message.subscriptionID.description,
            topic: message.topic,
            payload: Base64.encode(message.payload),
            sender: message.sender?.hex,
            isVerified: message.isVerified,
            trustLevel: message.trustLevel?.rawValue
        )
    }
}

extension WebSocketEvent.Message {
    init(_ message: ReceivedMessage) {
        self.init(
            topic: message.topic,
            payload: Base64.encode(message.payload),
            origin: message.sender?.hex,
            isVerified: message.isVerified,
            trustLevel: message.trustLevel?.rawValue
        )
    }
}

extension DirectMessageEvent {
    init(_ message: DirectMessage) {
        self.init(
            sender: message.sender.hex,
            machineID: message.machineID.hex,
            payload: Base64.encode(message.payload),
            receivedAt: message.receivedAt.milliseconds,
            isVerified: message.isVerified,
            trustDecision: message.trustDecision?.rawValue
        )
    }
}

extension DirectSendResponse {
    init(_ receipt: DirectSendReceipt) {
        self.init(
            path: receipt.path.rawValue,
            retriesUsed: UInt64(receipt.retriesUsed),
            requestID: receipt.requestID.hex,
            acknowledgement: receipt.acknowledgement.map(Acknowledgement.init)
        )
    }
}

extension DirectSendResponse.Acknowledgement {
    init(_ acknowledgement: DirectSendReceipt.Acknowledgement) {
        switch acknowledgement {
        case .roundTrip(let time): self = .answered(roundTripMilliseconds: UInt64(clamping: time.milliseconds))
        case .failed(let reason): self = .failed(reason)
        }
    }
}

extension DirectConnectionsResponse {
    init(_ connections: [DirectConnection]) {
        self.init(
            connections: connections.map { Connection(agentID: $0.agentID.hex, machineID: $0.machineID?.hex) }
        )
    }
}
