// SPDX-License-Identifier: MIT OR Apache-2.0

package import X0XAPI

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Publish/subscribe and direct messages (spec 11 §7.7, §7.10).
extension X0XClient {
    /// `POST /publish`: returns when the local overlay has accepted the message; that proves no delivery.
    ///
    /// - Returns: Neighbours the message is pushed to; 0: nobody else has it yet; nil: the daemon does not say.
    @discardableResult
    public func publish(topic: String, payload: [UInt8]) async throws(X0XClientError) -> Int? {
        try await self.call(
            Endpoints.publish,
            body: PublishRequest(topic: topic, payload: Data(payload).base64EncodedString())
        ).eagerPeers
    }

    /// `POST /subscribe`: the id of the new subscription, 16 hex digits.
    public func subscribe(topic: String) async throws(X0XClientError) -> String {
        try await self.call(Endpoints.subscribe, body: SubscribeRequest(topic: topic)).subscriptionID
    }

    /// `DELETE /subscribe/:id`.
    public func unsubscribe(_ subscriptionID: String) async throws(X0XClientError) {
        _ = try await self.call(Endpoints.unsubscribe, parameters: [subscriptionID])
    }

    /// `GET /events`: the messages of all subscriptions of this daemon.
    ///
    /// Connected when this returns.
    package func events(
        reconnecting policy: ReconnectPolicy = .never
    ) async throws(X0XClientError) -> EventSequence<FeedEvent> {
        try await self.stream(Endpoints.events, reconnecting: policy)
    }

    /// `POST /agents/connect`: `Direct`, `Coordinated`, `AlreadyConnected`, `Unreachable` or `NotFound`.
    package func connectAgent(_ agentID: String) async throws(X0XClientError) -> ConnectResponse {
        // The daemon may take 60 s (spec 11 §7.10).
        try await self.call(Endpoints.connect, body: ConnectRequest(agentID: agentID), timeout: .seconds(65))
    }

    /// `POST /direct/send`; with `acknowledgement` the recipient's machine is probed afterwards, waiting at most so
    /// long (100 ms … 30 s).
    package func sendDirect(
        to agentID: String,
        payload: [UInt8],
        requireAcknowledgementWithin acknowledgement: Duration? = nil
    ) async throws(X0XClientError) -> DirectSendResponse {
        let milliseconds = acknowledgement.map { UInt64(clamping: Int64($0 / .milliseconds(1))) }
        let request = DirectSendRequest(
            agentID: agentID,
            payload: Data(payload).base64EncodedString(),
            requireAcknowledgementMilliseconds: milliseconds
        )
        return try await self.call(
            Endpoints.sendDirect,
            body: request,
            timeout: self.configuration.requestTimeout + (acknowledgement ?? .zero)
        )
    }

    /// `GET /direct/connections`.
    package func directConnections() async throws(X0XClientError) -> [DirectConnectionsResponse.Connection] {
        try await self.call(Endpoints.directConnections).connections
    }

    /// `GET /direct/events`: incoming direct messages.
    ///
    /// Connected when this returns.
    package func directEvents(
        reconnecting policy: ReconnectPolicy = .never
    ) async throws(X0XClientError) -> EventSequence<DirectMessageEvent> {
        try await self.stream(Endpoints.directEvents, names: [DirectMessageEvent.name], reconnecting: policy)
    }
}
