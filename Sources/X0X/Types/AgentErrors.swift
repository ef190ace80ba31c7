// SPDX-License-Identifier: MIT OR Apache-2.0

/// Another process has the data directory or the identity.
package struct AlreadyRunning: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(_ holder: some CustomStringConvertible) { self.description = "already running: \(holder)" }
}

/// Why an announcement was not made; the description is the API's text (spec 01 §5.6).
package enum AnnounceError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The user identity was to be disclosed without consent.
    case consentRequired
    /// Consent was given, but no user key is configured.
    case noUserIdentity
    /// The agent has no certificate of its user.
    case certificateMissing
    /// Signing failed.
    case signingFailed
    /// The overlay refused the message.
    case publishFailed

    package var description: String {
        switch self {
        case .consentRequired: "announcing the user identity needs explicit human consent: set human_consent to true"
        case .noUserIdentity: "no user identity is configured: set user_key_path"
        case .certificateMissing: "agent certificate is missing"
        case .signingFailed: "the announcement could not be signed"
        case .publishFailed: "the announcement could not be published"
        }
    }
}

/// Why a message was not published.
package enum PublishError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The topic is empty.
    case emptyTopic
    /// The topic has more than 65,535 bytes.
    case topicTooLong
    /// The payload does not fit into one message.
    case payloadTooLarge(byteCount: Int, limit: Int)
    /// Signing failed.
    case signingFailed
    /// The overlay takes no more messages now, or has been shut down.
    case unavailable

    package var description: String {
        switch self {
        case .emptyTopic: "topic must not be empty"
        case .topicTooLong: "topic must not exceed 65535 bytes"
        case .payloadTooLarge(let byteCount, let limit):
            "payload has \(byteCount) bytes, at most \(limit) can be published"
        case .signingFailed: "the message could not be signed"
        case .unavailable: "the gossip runtime takes no messages now"
        }
    }
}

/// Why a subscription was not made.
package enum SubscribeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The topic is empty.
    case emptyTopic
    /// The topic has more than 65,535 bytes.
    case topicTooLong
    /// 1,024 subscriptions exist.
    case tooManySubscriptions

    package var description: String {
        switch self {
        case .emptyTopic: "topic must not be empty"
        case .topicTooLong: "topic must not exceed 65535 bytes"
        case .tooManySubscriptions: "too many subscriptions"
        }
    }
}

/// All event feeds are taken: the server caps its streams.
package struct TooManyStreams: Error, Sendable {}
