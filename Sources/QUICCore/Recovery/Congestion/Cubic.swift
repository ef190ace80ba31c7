// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// CUBIC congestion control (RFC 9438) with the recovery periods of RFC 9002 §7.
///
/// All windows are bytes; the cubic function counts in datagrams and seconds as in the RFC.
struct Cubic: CongestionAlgorithm {
    /// β: what is left of the window after a loss (RFC 9438 §4.6).
    static let decreaseFactor = 0.7
    /// C: how fast the window returns (RFC 9438 §5.1).
    static let scalingConstant = 0.4
    /// α of the Reno-friendly region: 3 (1 − β) / (1 + β) (RFC 9438 §4.3).
    static let friendlyIncrease = 3 * (1 - decreaseFactor) / (1 + decreaseFactor)
    /// Ten datagrams (RFC 9002 §7.2).
    static let initialDatagramCount = 10
    /// Two datagrams (RFC 9002 §7.2).
    static let minimumDatagramCount = 2
    /// Upper limit of the window, a bound on memory: 64 MiB.
    static let windowMax = 64 << 20

    /// State of one congestion avoidance epoch (RFC 9438 §4.2).
    private struct Epoch {
        var startedAt: Instant
        /// K: seconds until the window is back at its maximum.
        let recoveryTime: Double
        /// W_est, in bytes.
        var friendlyWindow: Double
        /// Since when the window is not used; that time does not count.
        var unusedSince: Instant?
    }

    /// Bytes of a full datagram; grows when path MTU discovery succeeds.
    var datagramByteCount: Int
    /// Bytes that may be in flight.
    private(set) var window: Int
    /// Below this the window grows exponentially.
    private(set) var slowStartThreshold = Int.max
    /// When the window was last reduced.
    private(set) var recoveryStartedAt: Instant?
    /// W_max: the window before the last reduction, in bytes.
    private var maximumWindow = 0.0
    /// cwnd_prior: the window at the last reduction, in bytes.
    private var priorWindow = 0.0
    private var epoch: Epoch?
    /// Ends the first slow start in time.
    private var hyStart = HyStart()

    /// Most bytes in flight since the last two acknowledgement rounds began: whether the window is really used.
    private var peakInFlight = 0
    private var previousPeakInFlight = 0
    private var roundEndsAt = Instant.epoch

    /// The initial window.
    init(datagramByteCount: Int) {
        self.datagramByteCount = datagramByteCount
        self.window = Self.initialDatagramCount * datagramByteCount
    }

    private var minimumWindow: Int { Self.minimumDatagramCount * self.datagramByteCount }

    mutating func packetSent(bytesInFlight: Int) { self.peakInFlight = max(self.peakInFlight, bytesInFlight) }

    func pacingWindow(roundTrip: Nanoseconds) -> Int { self.window }

    mutating func acknowledged(_ acknowledgement: CongestionAcknowledgement) {
        self.acknowledged(
            byteCount: acknowledgement.byteCount,
            bytesInFlight: acknowledgement.bytesInFlight,
            newestSentAt: acknowledgement.newestSentAt,
            roundTrip: acknowledgement.roundTrip,
            now: acknowledgement.now
        )
    }

    mutating func congestionDetected(_ congestion: CongestionSignal) {
        self.congestionDetected(sentAt: congestion.sentAt, now: congestion.now)
    }

    /// Packets sent after the last reduction were acknowledged, the newest of them sent at `newestSentAt`.
    mutating func acknowledged(
        byteCount: Int,
        bytesInFlight: Int,
        newestSentAt: Instant,
        roundTrip: RoundTripEstimator,
        now: Instant
    ) {
        let peak = max(self.peakInFlight, self.previousPeakInFlight)
        if now >= self.roundEndsAt {
            self.roundEndsAt = now + roundTrip.smoothed
            self.previousPeakInFlight = self.peakInFlight
            self.peakInFlight = bytesInFlight
        }
        guard byteCount > 0 else { return }
        if self.window < self.slowStartThreshold {
            // Doubling from a window that was half used still finds out something (RFC 9002 §7.8).
            guard peak * 2 >= self.window else { return }
            self.growInSlowStart(
                byteCount: byteCount,
                newestSentAt: newestSentAt,
                roundTrip: roundTrip.latest,
                now: now
            )
            return
        }
        guard peak + 3 * self.datagramByteCount >= self.window else {
            if self.epoch?.unusedSince == nil { self.epoch?.unusedSince = now }
            return
        }
        self.grow(byteCount: byteCount, roundTrip: roundTrip.smoothed, now: now)
    }

    /// Slow start (RFC 9002 §7.3.1); only the first one has to find out the size of the path (RFC 9406 §4.3).
    private mutating func growInSlowStart(byteCount: Int, newestSentAt: Instant, roundTrip: Nanoseconds, now: Instant) {
        let isFirst = self.slowStartThreshold == .max
        let growth =
            isFirst ? self.hyStart.acknowledged(newestSentAt: newestSentAt, roundTrip: roundTrip, now: now) : .full
        switch growth {
        case .full: self.window += byteCount
        case .conservative: self.window += byteCount / HyStart.growthDivisor
        case .ended: self.slowStartThreshold = self.window
        }
        self.window = min(self.window, Self.windowMax)
    }

    /// Congestion avoidance (RFC 9438 §4.2 to §4.5).
    private mutating func grow(byteCount: Int, roundTrip: Nanoseconds, now: Instant) {
        var epoch = self.epoch ?? self.startEpoch(now: now)
        if let unusedSince = epoch.unusedSince {
            epoch.startedAt = epoch.startedAt + (now - unusedSince)
            epoch.unusedSince = nil
        }
        let current = Double(self.window)
        let elapsed = (now - epoch.startedAt).seconds
        // Reno: α datagrams per window until the window before the loss is reached, then one (RFC 9438 §4.3).
        let increase = epoch.friendlyWindow < self.priorWindow ? Self.friendlyIncrease : 1
        epoch.friendlyWindow += increase * Double(self.datagramByteCount) * Double(byteCount) / current
        self.epoch = epoch
        if self.cubicWindow(after: elapsed, epoch) < epoch.friendlyWindow {
            self.window = max(self.window, Int(epoch.friendlyWindow))
        } else {
            let aim = self.cubicWindow(after: elapsed + roundTrip.seconds, epoch)
            let target = min(max(aim, current), 1.5 * current)
            self.window += Int((target - current) / current * Double(byteCount))
        }
        self.window = min(self.window, Self.windowMax)
    }

    private mutating func startEpoch(now: Instant) -> Epoch {
        // After slow start has passed the old maximum, the plateau is where the window is now (RFC 9438 §4.8).
        self.maximumWindow = max(self.maximumWindow, Double(self.window))
        let missing = (self.maximumWindow - Double(self.window)) / Double(self.datagramByteCount)
        return Epoch(
            startedAt: now,
            recoveryTime: Self.cubeRoot(missing / Self.scalingConstant),
            friendlyWindow: Double(self.window)
        )
    }

    /// W_cubic(t) = C (t − K)³ + W_max, in bytes.
    private func cubicWindow(after seconds: Double, _ epoch: Epoch) -> Double {
        let distance = seconds - epoch.recoveryTime
        let growth = Self.scalingConstant * distance * distance * distance * Double(self.datagramByteCount)
        return growth + self.maximumWindow
    }

    /// A packet sent at `sentAt` is lost; one reduction per recovery period (RFC 9002 §7.3.2, RFC 9438 §4.6, §4.7).
    mutating func congestionDetected(sentAt: Instant, now: Instant) {
        if let recoveryStartedAt, sentAt <= recoveryStartedAt { return }
        self.recoveryStartedAt = now
        let current = Double(self.window)
        // Fast convergence: a flow that did not reach its old maximum makes room for newcomers.
        self.maximumWindow = current < self.maximumWindow ? current * (1 + Self.decreaseFactor) / 2 : current
        self.priorWindow = current
        self.slowStartThreshold = max(Int(current * Self.decreaseFactor), self.minimumWindow)
        self.window = self.slowStartThreshold
        self.epoch = nil
    }

    /// Starts over from the smallest window (RFC 9002 §7.6.2, RFC 9438 §4.8).
    mutating func persistentCongestionDetected() {
        self.window = self.minimumWindow
        self.recoveryStartedAt = nil
        self.epoch = nil
    }

    /// The cube root of a number ≥ 0 by Newton's method; the standard library has none.
    private static func cubeRoot(_ value: Double) -> Double {
        guard value > 0 else { return 0 }
        // Halving exponent thirds gives a start within a factor of two, so that six steps are exact enough.
        var root = Double(sign: .plus, exponent: value.exponent / 3, significand: 1)
        for _ in 0..<8 { root = (2 * root + value / (root * root)) / 3 }
        return root
    }
}
