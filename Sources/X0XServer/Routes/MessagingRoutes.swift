// SPDX-License-Identifier: MIT OR Apache-2.0

internal import HTTPTypes
internal import Node
internal import X0X
internal import X0XAPI

/// `/publish`, `/subscribe…`, `/events` (spec 11 §7.7).
extension APIRoutes {
    var messaging: [MountedRoute] {
        [
            Endpoints.publish.answered { call in
                guard !call.body.topic.isEmpty else { throw APIFailure.badRequest(PublishError.emptyTopic.description) }
                guard let payload = Base64.decode(call.body.payload) else {
                    throw APIFailure.badRequest("invalid base64 in payload field: encode the payload as base64")
                }
                return .ok(
                    PublishResponse(eagerPeers: try await self.publish(topic: call.body.topic, payload: payload))
                )
            },
            Endpoints.subscribe.answered { call in
                .ok(SubscribeResponse(subscriptionID: try await self.subscribe(call.body.topic).description))
            },
            Endpoints.unsubscribe.answered { call in
                guard let id = SubscriptionID(call.parameter), await self.agent.unsubscribe(id) else {
                    throw APIFailure.notFound("subscription not found")
                }
                return .acknowledged
            },
            Endpoints.events.streamed(limit: self.streams, keepAlive: self.keepAlive) {
                try await self.feed().map { item in
                    guard case .element(.message(let message)) = item else { return try Self.event(FeedEvent(item)) }
                    return .encoded(
                        try self.encodings.bytes(of: message) {
                            try Self.event(FeedEvent(.element(.message($0)))).bytes
                        }
                    )
                }
            },
        ]
    }

    private static func event(_ event: FeedEvent) throws -> ServerSentEvent {
        .event(name: event.name, data: try JSONReply.bytes(event))
    }

    private func publish(topic: String, payload: [UInt8]) async throws(APIFailure) -> Int {
        do throws(PublishError) {
            return try await self.agent.publish(topic: topic, payload: payload)
        } catch {
            switch error {
            case .emptyTopic, .topicTooLong: throw .badRequest(error.description)
            case .payloadTooLarge: throw APIFailure(.contentTooLarge, error.description)
            case .signingFailed, .unavailable: throw APIFailure(.internalServerError, error.description)
            }
        }
    }

    private func subscribe(_ topic: String) async throws(APIFailure) -> SubscriptionID {
        do throws(SubscribeError) {
            return try await self.agent.subscribe(topic: topic)
        } catch {
            switch error {
            case .emptyTopic, .topicTooLong: throw .badRequest(error.description)
            case .tooManySubscriptions: throw APIFailure(.serviceUnavailable, error.description)
            }
        }
    }

    private func feed() async throws(APIFailure) -> EventFeed<AgentEvent> {
        do throws(TooManyStreams) {
            return try await self.agent.events()
        } catch {
            throw .tooManyConnections
        }
    }
}
