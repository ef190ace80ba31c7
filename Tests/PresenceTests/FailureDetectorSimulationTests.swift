// SPDX-License-Identifier: MIT OR Apache-2.0

import Presence
import Primitives
import Testing

/// The failure detector on a simulated network: virtual clock, seeded loss and delay, beacons only.
@Suite struct FailureDetectorSimulationTests {
    private static let observer = AgentID(words: Words32(0, 0, 0, 1))
    private static let machines = 20

    private static func agent(_ number: Int) -> AgentID { AgentID(words: Words32(1, 0, 0, UInt64(number))) }
    private static func machine(_ number: Int) -> MachineID { MachineID(words: Words32(2, 0, 0, UInt64(number))) }

    private struct Outcome {
        var falseOfflineCount = 0
        /// Seconds from the death of each machine to its offline event.
        var detectionTimes: [Double] = []
        var offlineCount = 0
    }

    /// Twenty machines beacon for an hour over links that lose and delay; then all die, and the observer goes on looking.
    private static func run(
        loss: Double,
        jitter: Double,
        interval: Double = 30,
        seed: UInt64
    ) -> Outcome {
        var random = SplitMix64(seed: seed)
        func uniform() -> Double { Double(random.next() >> 11) / Double(1 << 53) }
        var tracker = PresenceTracker(
            configuration: PresenceTracker.Configuration(
                detector: DetectorConfiguration(
                    beaconInterval: Nanoseconds(Int64(interval * 1e9)),
                    fallbackTimeout: Nanoseconds(Int64(interval * 10e9))
                )
            ),
            localAgent: self.observer
        )
        func at(_ seconds: Double) -> Instant { .epoch + Nanoseconds(Int64(seconds * 1e9)) }
        var actions: [PresenceTracker.Action] = []
        for number in 0..<self.machines {
            tracker.handle(.bound(self.agent(number), to: self.machine(number)), now: at(0), into: &actions)
        }
        let life = 120 * interval
        var arrivals: [(time: Double, machine: Int)] = []
        for number in 0..<self.machines {
            var sentAt = uniform() * interval
            while sentAt < life {
                if uniform() >= loss { arrivals.append((sentAt + uniform() * jitter, number)) }
                sentAt += interval
            }
        }
        arrivals.sort { ($0.time, $0.machine) < ($1.time, $1.machine) }
        var outcome = Outcome()
        var deaths: [Int: Double] = [:]
        func look(until end: Double) {
            while tracker.nextDeadline <= at(end) {
                let now = tracker.nextDeadline
                actions = []
                tracker.handleTimeout(now: now, into: &actions)
                for case .offline(let agent) in actions {
                    let number = Int(agent.words.fourth)
                    outcome.offlineCount += 1
                    let second = Double(now.nanoseconds) / 1e9
                    if let death = deaths[number] {
                        outcome.detectionTimes.append(second - death)
                    } else {
                        outcome.falseOfflineCount += 1
                    }
                }
            }
        }
        for arrival in arrivals {
            look(until: arrival.time)
            tracker.handle(
                .beaconed(
                    self.machine(arrival.machine),
                    isDirect: true,
                    expiresAt: at(arrival.time + 3 * interval)
                ),
                now: at(arrival.time),
                into: &actions
            )
        }
        for number in 0..<self.machines { deaths[number] = life }
        look(until: life + 100 * interval)
        return outcome
    }

    /// Without loss nobody is ever thought dead, and the dead are found 180 s after their last beacon.
    @Test(arguments: 1...5 as ClosedRange<UInt64>) func aQuietNetworkHasNoFalseAlarms(seed: UInt64) {
        let outcome = Self.run(loss: 0, jitter: 0.2, seed: seed)
        #expect(outcome.falseOfflineCount == 0 && outcome.offlineCount == Self.machines)
        #expect(outcome.detectionTimes.allSatisfy { (150...181.5).contains($0) })
    }

    /// Five per cent loss for an hour: no flap (spec 16, item 22), and detection stays below the cap.
    @Test(arguments: 1...20 as ClosedRange<UInt64>) func spec16_check22_fivePerCentLossCausesNoFlap(seed: UInt64) {
        let outcome = Self.run(loss: 0.05, jitter: 2, seed: seed)
        #expect(outcome.falseOfflineCount == 0 && outcome.offlineCount == Self.machines)
        #expect(outcome.detectionTimes.allSatisfy { $0 < 602 })
    }

    /// Thirty per cent: the timeout adapts; a false alarm needs six beacons lost in a row, or more.
    @Test func heavyLossCausesFewFalseAlarms() {
        var falseOfflineCount = 0
        var slowest = 0.0
        for seed in 1...20 as ClosedRange<UInt64> {
            let outcome = Self.run(loss: 0.3, jitter: 5, seed: seed)
            falseOfflineCount += outcome.falseOfflineCount
            slowest = max(slowest, outcome.detectionTimes.max() ?? 0)
            // Every death is found, once.
            #expect(outcome.detectionTimes.count == Self.machines)
        }
        // Six of 120 beacons in a row: 0.3⁶ · 115 · 400 machine-hours ≈ 34 expected; twice that would be a fault.
        #expect(falseOfflineCount <= 70, "\(falseOfflineCount) false alarms in 400 machine-hours")
        #expect(slowest < 602, "\(slowest) s")
    }

    /// A network configured to beacon every second detects within its own bounds.
    @Test func aFastNetworkDetectsFast() {
        let outcome = Self.run(loss: 0, jitter: 0.05, interval: 1, seed: 3)
        #expect(outcome.falseOfflineCount == 0 && outcome.detectionTimes.count == Self.machines)
        #expect(outcome.detectionTimes.allSatisfy { $0 <= 7.1 })
    }
}
