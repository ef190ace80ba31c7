// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// Congestion control by a model of the path instead of by loss: BBR (draft-ietf-ccwg-bbr), compact.
///
/// The model is two numbers: the highest delivery rate of the last two probing cycles, and the shortest round trip of the
/// last ten seconds. Packets are paced at that rate; what is in flight is kept near the product of both. Eight phases of
/// a round trip each ask again and again whether there is more (pace 1.25), take back what that has queued (0.75), and
/// cruise. A packet lost now and then changes nothing; only when more than `lossThreshold` of a round trip is lost, what
/// is in flight is capped.
///
/// Simpler than the draft: the older cycle of eight phases in place of its timed one, no estimate of how acknowledgements
/// are put together, and a loss threshold of 5 % in place of 2 %, so that a noisy radio link does not look like a full queue.
struct BBR: CongestionAlgorithm {
    /// Pace while the rate of the path is unknown: doubles what is delivered each round trip (draft §5.3.1).
    static let startupGain = 2.77
    /// Pace afterwards, until the queue of the start is gone.
    static let drainGain = 0.5
    /// Rate of each phase relative to the model.
    static let cycleGains = [1.25, 0.75, 1, 1, 1, 1, 1, 1]
    /// Window relative to the product of rate and round trip: room for delayed acknowledgements.
    static let windowGain = 2.0
    /// Pace below the model's rate, so that queues shrink by themselves.
    static let paceMargin = 0.99
    /// Part of the bytes of a round trip whose loss means that too much is in flight.
    static let lossThreshold = 0.05
    /// What is left of the cap after such a loss.
    static let decreaseFactor = 0.7
    /// Growth per round trip that shows that there is more to find; three rounds without it end the start.
    static let startupGrowth = 1.25
    static let startupRoundCountMax = 3
    /// A shortest round trip older than this is measured anew, with little in flight for a moment.
    static let minimumLifetime = Nanoseconds.seconds(10)
    static let minimumProbeTime = Nanoseconds.milliseconds(200)
    /// Ten datagrams as for every controller (RFC 9002 §7.2), never fewer than four.
    static let initialDatagramCount = 10
    static let minimumDatagramCount = 4
    /// Upper limit of the window, a bound on memory: 64 MiB.
    static let windowMax = 64 << 20

    private enum Mode: Equatable, Sendable {
        case startup
        case drain
        /// Index into `cycleGains`, and when the phase began.
        case cycle(phase: Int, since: Instant)
        /// Measures the shortest round trip until then.
        case probeRoundTrip(until: Instant)
    }

    var datagramByteCount: Int
    private(set) var window: Int
    private var mode = Mode.startup
    /// Highest delivery rate of this cycle and of the one before, in bytes per second.
    private var rates = (current: 0.0, previous: 0.0)
    private var minimumRoundTrip: Nanoseconds?
    private var minimumMeasuredAt = Instant.epoch
    /// A round trip ends when a packet sent after its beginning is acknowledged.
    private var roundEndsAtByteCount = 0
    private var deliveredByteCount = 0
    private var roundDeliveredByteCount = 0
    private var roundLostByteCount = 0
    /// The rate the start had reached when it last grew, and rounds since.
    private var reachedRate = 0.0
    private var roundsWithoutGrowth = 0
    private var isPipeFull = false
    /// Most bytes in flight the path has borne; `nil` as long as no loss has shown a limit.
    private var inFlightMax: Int?

    init(datagramByteCount: Int) {
        self.datagramByteCount = datagramByteCount
        self.window = Self.initialDatagramCount * datagramByteCount
    }

    /// The model's rate, in bytes per second; 0 before the first sample.
    var bytesPerSecond: Double { max(self.rates.current, self.rates.previous) }

    /// Loss does not end recovery periods here: every acknowledgement counts.
    var recoveryStartedAt: Instant? { nil }

    private var minimumWindow: Int { Self.minimumDatagramCount * self.datagramByteCount }

    private var gain: Double {
        switch self.mode {
        case .startup: Self.startupGain
        case .drain: Self.drainGain
        case .cycle(let phase, _): Self.cycleGains[phase]
        case .probeRoundTrip: 1
        }
    }

    func pacingWindow(roundTrip: Nanoseconds) -> Int {
        // The pacer sends its window 1.25 times per round trip.
        guard self.bytesPerSecond > 0 else { return Int(Double(self.window) * Self.startupGain / 1.25) }
        let rate = self.gain * self.bytesPerSecond * Self.paceMargin
        return max(Int(min(rate * roundTrip.seconds / 1.25, Double(Self.windowMax))), 1)
    }

    mutating func packetSent(bytesInFlight: Int) {}

    // MARK: - Acknowledgements

    mutating func acknowledged(_ acknowledgement: CongestionAcknowledgement) {
        let now = acknowledgement.now
        self.deliveredByteCount += acknowledgement.byteCount
        self.roundDeliveredByteCount += acknowledgement.byteCount
        self.measureRoundTrip(acknowledgement.roundTrip.latest, now: now)
        let isRoundOver = acknowledgement.sample.priorByteCount >= self.roundEndsAtByteCount
        if let rate = acknowledgement.sample.bytesPerSecond,
            !acknowledgement.sample.isApplicationLimited || rate > self.bytesPerSecond
        {
            self.rates.current = max(self.rates.current, rate)
        }
        if isRoundOver { self.roundEnded(acknowledgement.sample) }
        self.move(bytesInFlight: acknowledgement.bytesInFlight, now: now)
        self.resize(by: acknowledgement.byteCount)
    }

    private mutating func measureRoundTrip(_ latest: Nanoseconds, now: Instant) {
        if let minimum = self.minimumRoundTrip, latest > minimum { return }
        self.minimumRoundTrip = latest
        self.minimumMeasuredAt = now
    }

    private mutating func roundEnded(_ sample: DeliverySample) {
        self.roundEndsAtByteCount = self.deliveredByteCount
        let isTooMuch = self.isTooMuchLost()
        self.roundDeliveredByteCount = 0
        self.roundLostByteCount = 0
        guard !self.isPipeFull, !sample.isApplicationLimited else { return }
        if self.bytesPerSecond >= self.reachedRate * Self.startupGrowth {
            self.reachedRate = self.bytesPerSecond
            self.roundsWithoutGrowth = 0
        } else {
            self.roundsWithoutGrowth += 1
        }
        self.isPipeFull = isTooMuch || self.roundsWithoutGrowth >= Self.startupRoundCountMax
    }

    private func isTooMuchLost(inFlight: Int = 0) -> Bool {
        let all = max(self.roundDeliveredByteCount + self.roundLostByteCount, inFlight)
        // A handful of packets is no statistics.
        return self.roundLostByteCount > 6 * self.datagramByteCount
            && Double(self.roundLostByteCount) > Self.lossThreshold * Double(all)
    }

    /// Goes on to the next phase when its time has come.
    private mutating func move(bytesInFlight: Int, now: Instant) {
        switch self.mode {
        case .startup:
            guard self.isPipeFull else { return }
            self.mode = .drain
        case .drain:
            if bytesInFlight <= self.product(gain: 1) { self.mode = .cycle(phase: 2, since: now) }
        case .cycle(let phase, let since):
            if now - self.minimumMeasuredAt > Self.minimumLifetime {
                self.mode = .probeRoundTrip(until: now + Self.minimumProbeTime)
                self.minimumRoundTrip = nil
                return
            }
            let isTimeUp = now - since > (self.minimumRoundTrip ?? .milliseconds(1))
            // Taking back ends early when nothing is queued any more.
            let isDrained = phase == 1 && bytesInFlight <= self.product(gain: 1)
            guard isTimeUp || isDrained else { return }
            if phase == 0 {
                // The answers of the probing phase belong to the cycle that ends with the next one.
                self.rates = (current: 0, previous: self.bytesPerSecond)
            }
            self.mode = .cycle(phase: (phase + 1) % Self.cycleGains.count, since: now)
        case .probeRoundTrip(let until):
            guard now >= until else { return }
            self.minimumMeasuredAt = now
            self.mode = self.isPipeFull ? .cycle(phase: 2, since: now) : .startup
        }
    }

    /// Rate times shortest round trip, in bytes.
    private func product(gain: Double) -> Int {
        guard let minimumRoundTrip, self.bytesPerSecond > 0 else { return self.window }
        return Int(min(gain * self.bytesPerSecond * minimumRoundTrip.seconds, Double(Self.windowMax)))
    }

    private mutating func resize(by byteCount: Int) {
        if case .probeRoundTrip = self.mode {
            self.window = max(self.minimumWindow, min(self.window, self.product(gain: 0.5)))
            return
        }
        let isProbing = self.mode == .startup || self.gain > 1
        if isProbing, let known = self.inFlightMax, self.window >= known { self.inFlightMax = known + byteCount }
        // Three datagrams more, so that delayed acknowledgements do not stop a path with a short product.
        var target = self.product(gain: self.isPipeFull ? Self.windowGain : Self.startupGain)
        target += 3 * self.datagramByteCount
        if let inFlightMax { target = min(target, inFlightMax) }
        if self.isPipeFull {
            self.window = min(self.window + byteCount, target)
        } else if self.window < target || self.bytesPerSecond == 0 {
            self.window += byteCount
        }
        self.window = min(max(self.window, self.minimumWindow), Self.windowMax)
    }

    // MARK: - Loss

    mutating func congestionDetected(_ congestion: CongestionSignal) {
        self.roundLostByteCount += congestion.byteCount
        let inFlight = congestion.bytesInFlight + congestion.byteCount
        guard congestion.isMarked || self.isTooMuchLost(inFlight: inFlight) else { return }
        let cap = max(Int(Double(self.product(gain: 1)) * Self.decreaseFactor), min(inFlight, self.window))
        self.inFlightMax = max(min(cap, self.inFlightMax ?? cap), self.minimumWindow)
        self.window = min(self.window, max(self.inFlightMax ?? cap, self.minimumWindow))
        self.roundLostByteCount = 0
        self.roundDeliveredByteCount = 0
        if self.mode == .startup { self.isPipeFull = true }
    }

    mutating func persistentCongestionDetected() { self.window = self.minimumWindow }
}
