// SPDX-License-Identifier: MIT OR Apache-2.0

extension Endpoints {
    package static let publish = Endpoint<PublishRequest, PublishResponse>(
        .post,
        "/publish",
        command: "publish",
        .messaging,
        body: .json,
        "Publish a signed message on a topic"
    )

    package static let subscribe = Endpoint<SubscribeRequest, SubscribeResponse>(
        .post,
        "/subscribe",
        command: "subscribe",
        .messaging,
        body: .json,
        "Subscribe this daemon to a topic; messages appear on the event stream"
    )

    package static let unsubscribe = Endpoint<NoBody, Acknowledgement>(
        .delete,
        "/subscribe/:id",
        command: "unsubscribe",
        .messaging,
        "End a subscription"
    )

    package static let events = Endpoint<NoBody, EventStream<FeedEvent>>(
        .get,
        "/events",
        command: "events",
        .messaging,
        access: .tokenOrQuery,
        answer: .events,
        "Stream the messages of all subscriptions"
    )
}

/// `POST /publish` request (spec 11 §7.7).
package struct PublishRequest: RequestBody, Hashable {
    /// Not empty, at most 65,535 bytes.
    package let topic: String
    /// Standard base64 with padding; may be empty.
    package let payload: String

    package init(topic: String, payload: String) {
        self.topic = topic
        self.payload = payload
    }

    package static var fields: [String] { CodingKeys.allCases.map(\.rawValue) }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case topic
        case payload
    }
}

/// `POST /publish` answer.
package struct PublishResponse: Codable, Hashable, Sendable {
    /// Neighbours the message is pushed to; 0: nobody else has it yet.
    ///
    /// The original does not say: nil.
    package let eagerPeers: Int?

    package init(eagerPeers: Int?) {
        self.eagerPeers = eagerPeers
    }

    enum CodingKeys: String, CodingKey {
        case eagerPeers = "eager_peers"
    }
}

/// `POST /subscribe` request.
package struct SubscribeRequest: RequestBody, Hashable {
    package let topic: String

    package init(topic: String) {
        self.topic = topic
    }

    package static var fields: [String] { CodingKeys.allCases.map(\.rawValue) }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case topic
    }
}

package struct SubscribeResponse: Codable, Hashable, Sendable {
    /// 16 hex digits; the argument of `DELETE /subscribe/:id`.
    package let subscriptionID: String

    package init(subscriptionID: String) {
        self.subscriptionID = subscriptionID
    }

    enum CodingKeys: String, CodingKey {
        case subscriptionID = "subscription_id"
    }
}

/// One event of `GET /events`: `{"type":"<name>","data":{…}}`, sent under the event name `<name>`.
package enum FeedEvent: Codable, Hashable, Sendable {
    /// A message arrived on a subscribed topic.
    case message(TopicMessage)
    /// This client read too slowly: so many of the oldest events were dropped for it.
    case lagged(missed: UInt64)
    /// An event of a newer daemon.
    case other(name: String)

    package var name: String {
        switch self {
        case .message: "message"
        case .lagged: "lagged"
        case .other(let name): name
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(String.self, forKey: .type) {
        case "message": self = .message(try container.decode(TopicMessage.self, forKey: .data))
        case "lagged": self = .lagged(missed: try container.decode(LaggedNotice.self, forKey: .data).missed)
        case let name: self = .other(name: name)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.name, forKey: .type)
        switch self {
        case .message(let message): try container.encode(message, forKey: .data)
        case .lagged(let missed): try container.encode(LaggedNotice(missed: missed), forKey: .data)
        case .other: break
        }
    }

    enum CodingKeys: String, CodingKey {
        case type
        case data
    }
}

/// The `data` of a `message` event (spec 11 §7.7).
package struct TopicMessage: Codable, Hashable, Sendable {
    package let subscriptionID: String
    package let topic: String
    /// Standard base64 with padding.
    package let payload: String
    /// Null for unsigned legacy messages.
    @Nullable package var sender: String?
    package let isVerified: Bool
    /// Lower case; null if unsigned.
    @Nullable package var trustLevel: String?

    package init(
        subscriptionID: String,
        topic: String,
        payload: String,
        sender: String?,
        isVerified: Bool,
        trustLevel: String?
    ) {
        self.subscriptionID = subscriptionID
        self.topic = topic
        self.payload = payload
        self.sender = sender
        self.isVerified = isVerified
        self.trustLevel = trustLevel
    }

    enum CodingKeys: String, CodingKey {
        case subscriptionID = "subscription_id"
        case topic
        case payload
        case sender
        case isVerified = "verified"
        case trustLevel = "trust_level"
    }
}

/// How many events a slow client lost.
package struct LaggedNotice: Codable, Hashable, Sendable {
    package let missed: UInt64

    package init(missed: UInt64) {
        self.missed = missed
    }
}
