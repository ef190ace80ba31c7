// SPDX-License-Identifier: MIT OR Apache-2.0

/// What clients may take up (spec 11 §1, §2).
///
/// The counts are higher than the specification's 512, 64 and 64: 1,000 programs of one machine may listen at once.
package struct RequestLimits: Sendable {
    /// Bytes of a request body.
    package var bodyByteCountMax = 1_048_576
    /// Bytes of request line and headers.
    package var headByteCountMax = 65_536
    /// Open connections; the next one is told so and closed.
    package var connectionCountMax = 2560
    /// Open event streams.
    package var eventStreamCountMax = 1024
    /// Seconds for a request head to arrive, from the connection or its first byte.
    package var headSeconds: Int64 = 30
    /// Seconds for a request body to arrive: at 1 MiB, 17 KiB/s at least.
    package var bodySeconds: Int64 = 60
    /// Seconds of silence between requests, or within one, after which a connection is closed.
    package var idleSeconds: Int64 = 120
    /// Seconds without an event after which a stream sends `: ping`.
    package var keepAliveSeconds: Int64 = 15
    /// Seconds that running requests get to finish when the server stops.
    package var drainSeconds: Int64 = 2
    package var webSockets = WebSocketLimits()

    package init() {}
}
