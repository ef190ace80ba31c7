// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// The congestion controllers there are; recovery talks to this only.
enum CongestionController: Sendable {
    /// RFC 9438.
    case cubic(Cubic)

    /// Bytes that may be in flight.
    var window: Int {
        switch self {
        case .cubic(let cubic): cubic.window
        }
    }

    /// Bytes of a full datagram.
    var datagramByteCount: Int {
        switch self {
        case .cubic(let cubic): cubic.datagramByteCount
        }
    }

    /// When the window was last reduced; packets sent before do not change it again.
    var recoveryStartedAt: Instant? {
        switch self {
        case .cubic(let cubic): cubic.recoveryStartedAt
        }
    }

    private mutating func modify(_ body: (inout Cubic) -> Void) {
        switch self {
        case .cubic(var cubic):
            body(&cubic)
            self = .cubic(cubic)
        }
    }

    /// A packet went out; `bytesInFlight` includes it.
    mutating func packetSent(bytesInFlight: Int) {
        self.modify { $0.packetSent(bytesInFlight: bytesInFlight) }
    }

    /// Packets sent after the last reduction were acknowledged, the newest of them sent at `newestSentAt`.
    mutating func acknowledged(
        byteCount: Int,
        bytesInFlight: Int,
        newestSentAt: Instant,
        roundTrip: RoundTripEstimator,
        now: Instant
    ) {
        self.modify {
            $0.acknowledged(
                byteCount: byteCount,
                bytesInFlight: bytesInFlight,
                newestSentAt: newestSentAt,
                roundTrip: roundTrip,
                now: now
            )
        }
    }

    /// Path MTU discovery has found another size for full datagrams.
    mutating func setDatagramByteCount(_ byteCount: Int) { self.modify { $0.datagramByteCount = byteCount } }

    /// A packet sent at `sentAt` is lost.
    mutating func congestionDetected(sentAt: Instant, now: Instant) {
        self.modify { $0.congestionDetected(sentAt: sentAt, now: now) }
    }

    /// Everything sent for three probe timeouts is lost.
    mutating func persistentCongestionDetected() { self.modify { $0.persistentCongestionDetected() } }
}
