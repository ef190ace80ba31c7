// SPDX-License-Identifier: MIT OR Apache-2.0

/// What one WebSocket client may take up (spec 11 §8).
package struct WebSocketLimits: Sendable {
    /// Open sessions.
    package var sessionCountMax = 1024
    /// Topics of one session.
    package var topicCountMax = 64
    /// Bytes of a topic's name.
    package var topicByteCountMax = 1024
    /// Bytes of one incoming message, fragments together; longer ones close the session with 1009.
    package var messageByteCountMax = 2 << 20
    /// Frames that wait for a slow reader.
    package var queuedFrameCountMax = 1024
    /// Bytes of payload that wait for a slow reader.
    package var queuedByteCountMax = 16 << 20
    /// Bytes that wait for all slow readers together; over it, frames are dropped as if the session's queue were full.
    package var queuedByteCountMaxOfAll = 256 << 20
    /// Direct messages of one session that wait to be sent.
    package var queuedSendCountMax = 256
    /// How often the daemon says `pong` unasked.
    package var keepAliveMilliseconds: Int64 = 30_000
    /// How long a closing session may take to deliver what is queued.
    package var flushMilliseconds: Int64 = 2000
    /// How long accepted sends go on after their session has ended.
    package var sendDrainMilliseconds: Int64 = 15_000

    package init() {}
}
