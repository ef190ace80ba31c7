// SPDX-License-Identifier: MIT OR Apache-2.0

import NIOCore
import NIOWebSocket
package import X0XAPI

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// An open WebSocket to a daemon (spec 11 §8): commands go out, events come in.
///
/// Lives as long as the body of ``X0XClient/withWebSocket(receivingDirectMessages:_:)``.
package struct WebSocketConnection: Sendable {
    typealias Channel = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

    private let inbound: NIOAsyncChannelInboundStream<WebSocketFrame>
    private let outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>

    init(
        _ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>,
        _ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    ) {
        self.inbound = inbound
        self.outbound = outbound
    }

    /// What the daemon sends, for one `for await` loop; ends when the daemon closes the session.
    ///
    /// Reading is on demand: a reader that is too slow is closed by the daemon with code 1013.
    package var events: WebSocketEvents { WebSocketEvents(inbound: self.inbound, outbound: self.outbound) }

    /// Sends a command; its answer, if it has one, is among the ``events``.
    package func send(_ command: WebSocketCommand) async throws(X0XClientError) {
        try await self.send(text: String(decoding: try X0XClient.encode(command), as: UTF8.self))
    }

    /// Sends any text, such as a command of a newer daemon.
    package func send(text: String) async throws(X0XClientError) {
        do {
            try await self.outbound.write(
                WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: ByteBuffer(string: text))
            )
        } catch {
            throw X0XClientError(.connectionLost, "the WebSocket is closed", detail: "\(error)")
        }
    }

    package func ping() async throws(X0XClientError) { try await self.send(.ping) }

    package func subscribe(_ topics: [String]) async throws(X0XClientError) {
        try await self.send(.subscribe(topics: topics))
    }

    package func unsubscribe(_ topics: [String]) async throws(X0XClientError) {
        try await self.send(.unsubscribe(topics: topics))
    }

    package func publish(topic: String, payload: [UInt8]) async throws(X0XClientError) {
        try await self.send(.publish(topic: topic, payload: Data(payload).base64EncodedString()))
    }

    /// Sends a direct message; only a failure is answered.
    package func sendDirect(to agentID: String, payload: [UInt8]) async throws(X0XClientError) {
        try await self.send(.sendDirect(agentID: agentID, payload: Data(payload).base64EncodedString()))
    }
}

/// The events of one WebSocket.
package struct WebSocketEvents: AsyncSequence, Sendable {
    package typealias Element = WebSocketEvent

    fileprivate let inbound: NIOAsyncChannelInboundStream<WebSocketFrame>
    fileprivate let outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>

    package func makeAsyncIterator() -> Iterator {
        Iterator(base: self.inbound.makeAsyncIterator(), outbound: self.outbound)
    }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate var base: NIOAsyncChannelInboundStream<WebSocketFrame>.AsyncIterator
        fileprivate let outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>

        /// The next event; nil when the session is over.
        ///
        /// - Throws: ``X0XClientError``; its detail has the code of the daemon's close frame if that is not 1000 or 1001.
        package mutating func next() async throws(X0XClientError) -> WebSocketEvent? {
            while let frame = try await self.nextFrame() {
                switch frame.opcode {
                case .text:
                    return try Self.decode(frame.unmaskedData)
                case .ping:
                    try? await self.outbound.write(
                        WebSocketFrame(fin: true, opcode: .pong, maskKey: .random(), data: frame.unmaskedData)
                    )
                case .connectionClose:
                    try await self.close(frame)
                    return nil
                default:
                    continue
                }
            }
            return nil
        }

        private mutating func nextFrame() async throws(X0XClientError) -> WebSocketFrame? {
            do {
                return try await self.base.next(isolation: #isolation)
            } catch {
                throw X0XClientError(.connectionLost, "the WebSocket broke", detail: "\(error)")
            }
        }

        /// Answers the daemon's close frame; its code says whether that is a failure.
        private func close(_ frame: WebSocketFrame) async throws(X0XClientError) {
            var data = frame.unmaskedData
            // The daemon closes the connection whether it sees the answer or not.
            try? await self.outbound.write(
                WebSocketFrame(fin: true, opcode: .connectionClose, maskKey: .random(), data: data)
            )
            let code = data.readWebSocketErrorCode().map { UInt16(webSocketErrorCode: $0) } ?? 1000
            guard code != 1000, code != 1001 else { return }
            let reason = String(buffer: data)
            throw X0XClientError(.connectionLost, "the daemon closed the WebSocket", detail: "\(code) \(reason)")
        }

        private static func decode(_ data: ByteBuffer) throws(X0XClientError) -> WebSocketEvent {
            do {
                return try JSONDecoder().decode(WebSocketEvent.self, from: Data(data.readableBytesView))
            } catch {
                throw X0XClientError(.invalidResponse, "failed to parse event", detail: "WebSocket frame")
            }
        }
    }
}
