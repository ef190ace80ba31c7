// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives
package import Trust

/// Names one subscription of a client; its description is 16 hexadecimal digits.
package struct SubscriptionID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// A random number, unique within the process.
    package let number: UInt64

    /// Creates an id.
    package init(number: UInt64) { self.number = number }

    /// Reads the 16-digit form back.
    package init?(_ text: String) {
        guard text.utf8.count == 16, let number = UInt64(text, radix: 16), Self(number: number).description == text
        else { return nil }
        self.number = number
    }

    package var description: String {
        let digits = String(self.number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    package static func < (lhs: SubscriptionID, rhs: SubscriptionID) -> Bool { lhs.number < rhs.number }
}

/// A pub/sub message that passed the delivery filter (spec 04 §6.4).
package struct ReceivedMessage: Hashable, Sendable {
    /// The subscription it is delivered for.
    package let subscriptionID: SubscriptionID
    /// The subscribed topic.
    package let topic: String
    /// The application bytes.
    package let payload: [UInt8]
    /// The agent whose signature was verified; `nil` for an unsigned message.
    package let sender: AgentID?
    /// Whether the signature was verified.
    package let isVerified: Bool
    /// The trust level of the sender; `nil` for an unsigned message.
    package let trustLevel: TrustLevel?

    /// Creates the record.
    package init(
        subscriptionID: SubscriptionID,
        topic: String,
        payload: [UInt8],
        sender: AgentID?,
        isVerified: Bool,
        trustLevel: TrustLevel?
    ) {
        self.subscriptionID = subscriptionID
        self.topic = topic
        self.payload = payload
        self.sender = sender
        self.isVerified = isVerified
        self.trustLevel = trustLevel
    }
}

/// What `GET /events` reports.
package enum AgentEvent: Sendable {
    /// A message of one of the subscriptions.
    case message(ReceivedMessage)
}
