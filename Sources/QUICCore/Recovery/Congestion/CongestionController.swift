// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// Which algorithm decides how much may be in flight.
public enum CongestionControl: Equatable, Sendable, CaseIterable {
    /// RFC 9438 with HyStart++ (RFC 9406): fair beside TCP, slows down at every loss.
    case cubic
    /// A model of the path (draft-ietf-ccwg-bbr): keeps its speed where packets are lost at random.
    case bbr
}

/// What acknowledged packets tell congestion control.
struct CongestionAcknowledgement: Sendable {
    /// Bytes sent after the last reduction: what may open the window.
    let byteCount: Int
    /// Bytes still in flight.
    let bytesInFlight: Int
    /// When the newest of the packets left.
    let newestSentAt: Instant
    let roundTrip: RoundTripEstimator
    let sample: DeliverySample
    let now: Instant
}

/// A sign of congestion.
struct CongestionSignal: Sendable {
    /// When the newest packet left that shows it.
    let sentAt: Instant
    /// Bytes lost; 0 when packets were only marked.
    let byteCount: Int
    /// Bytes still in flight.
    let bytesInFlight: Int
    /// Whether a router has marked packets instead of dropping them (RFC 3168).
    let isMarked: Bool
    let now: Instant
}

/// An algorithm of congestion control; all windows are bytes.
protocol CongestionAlgorithm: Sendable {
    /// Starts with the initial window of RFC 9002 §7.2.
    init(datagramByteCount: Int)

    /// Bytes that may be in flight.
    var window: Int { get }
    /// Bytes of a full datagram; path MTU discovery changes it.
    var datagramByteCount: Int { get set }
    /// When the window was last reduced; acknowledgements of packets sent before do not open it.
    var recoveryStartedAt: Instant? { get }

    /// The window whose even spread over a round trip is the pace to send at.
    func pacingWindow(roundTrip: Nanoseconds) -> Int
    /// A packet left; `bytesInFlight` includes it.
    mutating func packetSent(bytesInFlight: Int)
    /// Packets were acknowledged.
    mutating func acknowledged(_ acknowledgement: CongestionAcknowledgement)
    /// Packets were lost or marked.
    mutating func congestionDetected(_ congestion: CongestionSignal)
    /// Everything sent for three probe timeouts is lost (RFC 9002 §7.6.2).
    mutating func persistentCongestionDetected()
}

/// The algorithm of a connection: an enumeration and not an existential, so that a packet costs no dynamic call.
enum CongestionController: Sendable {
    case cubic(Cubic)
    case bbr(BBR)

    init(_ kind: CongestionControl, datagramByteCount: Int) {
        self =
            switch kind {
            case .cubic: .cubic(Cubic(datagramByteCount: datagramByteCount))
            case .bbr: .bbr(BBR(datagramByteCount: datagramByteCount))
            }
    }

    /// Starts over, as on another path.
    func restarted() -> CongestionController {
        switch self {
        case .cubic(let cubic): .cubic(Cubic(datagramByteCount: cubic.datagramByteCount))
        case .bbr(let bbr): .bbr(BBR(datagramByteCount: bbr.datagramByteCount))
        }
    }

    var window: Int {
        switch self {
        case .cubic(let cubic): cubic.window
        case .bbr(let bbr): bbr.window
        }
    }

    var datagramByteCount: Int {
        switch self {
        case .cubic(let cubic): cubic.datagramByteCount
        case .bbr(let bbr): bbr.datagramByteCount
        }
    }

    var recoveryStartedAt: Instant? {
        switch self {
        case .cubic(let cubic): cubic.recoveryStartedAt
        case .bbr(let bbr): bbr.recoveryStartedAt
        }
    }

    func pacingWindow(roundTrip: Nanoseconds) -> Int {
        switch self {
        case .cubic(let cubic): cubic.pacingWindow(roundTrip: roundTrip)
        case .bbr(let bbr): bbr.pacingWindow(roundTrip: roundTrip)
        }
    }

    mutating func packetSent(bytesInFlight: Int) {
        switch self {
        case .cubic(var cubic):
            cubic.packetSent(bytesInFlight: bytesInFlight)
            self = .cubic(cubic)
        case .bbr: break
        }
    }

    mutating func acknowledged(_ acknowledgement: CongestionAcknowledgement) {
        switch self {
        case .cubic(var cubic):
            cubic.acknowledged(acknowledgement)
            self = .cubic(cubic)
        case .bbr(var bbr):
            bbr.acknowledged(acknowledgement)
            self = .bbr(bbr)
        }
    }

    mutating func setDatagramByteCount(_ byteCount: Int) {
        switch self {
        case .cubic(var cubic):
            cubic.datagramByteCount = byteCount
            self = .cubic(cubic)
        case .bbr(var bbr):
            bbr.datagramByteCount = byteCount
            self = .bbr(bbr)
        }
    }

    mutating func congestionDetected(_ congestion: CongestionSignal) {
        switch self {
        case .cubic(var cubic):
            cubic.congestionDetected(congestion)
            self = .cubic(cubic)
        case .bbr(var bbr):
            bbr.congestionDetected(congestion)
            self = .bbr(bbr)
        }
    }

    mutating func persistentCongestionDetected() {
        switch self {
        case .cubic(var cubic):
            cubic.persistentCongestionDetected()
            self = .cubic(cubic)
        case .bbr(var bbr):
            bbr.persistentCongestionDetected()
            self = .bbr(bbr)
        }
    }
}
