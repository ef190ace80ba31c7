// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DirectMessages
internal import HTTPTypes
internal import Node
internal import Primitives
internal import Trust
internal import X0X
internal import X0XAPI

/// `/agents/connect`, `/direct/…` (spec 11 §7.10).
extension APIRoutes {
    var direct: [MountedRoute] {
        [
            Endpoints.connect.answered { call in
                let outcome = await self.agent.connect(to: try Parse.agentID(call.body.agentID))
                return .ok(ConnectResponse(outcome: outcome.kind.rawValue, address: outcome.address?.description))
            },
            Endpoints.sendDirect.answered { call in .ok(DirectSendResponse(try await self.send(call.body))) },
            Endpoints.directConnections.answered { _ in
                .ok(DirectConnectionsResponse(await self.agent.directConnections()))
            },
            Endpoints.directEvents.streamed(limit: self.streams, keepAlive: self.keepAlive) {
                try await self.directFeed().map { item in
                    switch item {
                    case .element(let message):
                        ServerSentEvent.event(
                            name: DirectMessageEvent.name,
                            data: try JSONReply.bytes(DirectMessageEvent(message))
                        )
                    // No event of its own: clients of this stream take every data line for a message.
                    case .lagged(let missed): ServerSentEvent.comment("lagged \(missed)")
                    }
                }
            },
        ]
    }

    /// Checks in the order clients know: id, blocked contact, payload, then the send itself (spec 08 §7.1).
    private func send(_ request: DirectSendRequest) async throws(APIFailure) -> DirectSendReceipt {
        let recipient = try Parse.agentID(request.agentID)
        guard await self.agent.evaluateTrust(agent: recipient, machine: .zero) != .rejectBlocked else {
            throw APIFailure(DirectSendError.blocked)
        }
        guard let payload = Base64.decode(request.payload) else {
            throw .badRequest("invalid base64: payload must be standard base64 with padding")
        }
        let timeout = request.requireAcknowledgementMilliseconds.map { Nanoseconds.milliseconds(Self.clamped($0)) }
        do throws(DirectSendError) {
            return try await self.agent.sendDirect(
                to: recipient,
                payload: payload,
                requireAcknowledgementWithin: timeout
            )
        } catch {
            throw APIFailure(error)
        }
    }

    private static func clamped(_ milliseconds: UInt64) -> Int64 {
        Int64(min(max(milliseconds, 100), 30_000))
    }

    private func directFeed() async throws(APIFailure) -> EventFeed<DirectMessage> {
        do throws(TooManyStreams) {
            return try await self.agent.directEvents()
        } catch {
            throw .tooManyConnections
        }
    }
}

extension APIFailure {
    fileprivate init(_ error: DirectSendError) {
        guard let failure = DirectSendFailure(rawValue: error.tag) else {
            self.init(.forbidden, error.tag)  // blocked: a sentence, no tag
            return
        }
        self.init(.init(code: failure.status), error.tag, detail: error.detail)
    }
}
