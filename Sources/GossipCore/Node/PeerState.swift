// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// What a node keeps about one connected peer, whatever the topic.
struct PeerState: Sendable {
    var queue: PeerSendQueue
    /// Bytes the peer may be served on request (spec 04 §20 F-12).
    private var serving: TokenBucket
    /// Control messages the peer may send; each costs one, and one more per 32 ids.
    private var control: TokenBucket

    /// Tokens for control messages per second; a peer busy on 200 topics announces 2000 times a second.
    static let controlTokensPerSecond = 4096.0

    init(configuration: GossipConfiguration, now: Instant) {
        self.queue = PeerSendQueue(configuration: configuration)
        self.serving = TokenBucket(
            tokensPerSecond: Double(configuration.serveBytesPerSecond),
            burst: Double(configuration.serveBurstByteCount),
            now: now
        )
        self.control = TokenBucket(
            tokensPerSecond: Self.controlTokensPerSecond,
            burst: 2 * Self.controlTokensPerSecond,
            now: now
        )
    }

    /// Whether a message of this size may be served now; one larger than the burst needs a full bucket.
    mutating func mayServe(byteCount: Int, now: Instant) -> Bool {
        self.serving.take(min(Double(byteCount), self.serving.burst), now: now)
    }

    /// Whether a control message with this many ids is within the peer's rate.
    mutating func mayControl(idCount: Int, now: Instant) -> Bool {
        self.control.take(1 + Double(idCount / 32), now: now)
    }
}
