// SPDX-License-Identifier: MIT OR Apache-2.0

import Discovery
import Identity
import Primitives
import Trust

/// The discovery cache alone, on one thread (spec 01 F19).
struct CacheChurnMeasurement: Measurement {
    /// What the cache must take in each second.
    private static let rateBudget = 10_000.0

    let agentCount: Int

    var title: String { "churn: \(self.agentCount) different agents through one discovery cache" }
    var timeLimit: Duration { .seconds(300) + .milliseconds(5) * self.agentCount }

    func findings() async throws -> [Finding] {
        let now: UInt64 = 1_800_000_000
        guard let address = NetworkAddress("1.2.3.4:5483") else { throw BenchError("no address") }
        let strangers = try AnnouncedStrangers(count: self.agentCount, announcedAt: now, address: address)
        let start = ProcessMeter.cpuSeconds
        let verified = try strangers.messages.map { try UnverifiedIdentityAnnouncement(decoding: $0).verified() }
        let verificationSeconds = (ProcessMeter.cpuSeconds - start) / Double(self.agentCount)
        let churn = try self.churn(verified, now: now)
        let configuration = DiscoveryConfiguration()
        let findings = [
            Finding("making one: key and signature", strangers.secondsEach * 1e6, unit: "µs", digits: 0),
            Finding("decoding and verifying one", verificationSeconds * 1e6, unit: "µs", digits: 0),
            Finding("the cache for one", churn.seconds * 1e6 / Double(churn.count), unit: "µs"),
            Finding("cache", Double(churn.count) / churn.seconds, unit: "/s", digits: 0)
                .budget(atLeast: Self.rateBudget),
            Finding("longest single announcement", churn.longestSeconds * 1e3, unit: "ms"),
            Finding("agents, most at any time", Double(churn.agentCountMost), unit: "", digits: 0)
                .budget(atMost: Double(configuration.agentCountMax)),
            Finding("machines, most at any time", Double(churn.machineCountMost), unit: "", digits: 0)
                .budget(atMost: Double(configuration.machineCountMax)),
            Finding("evicted", Double(churn.evictedCount), unit: "", digits: 0),
        ]
        guard churn.agentCountMost <= configuration.agentCountMax,
            churn.machineCountMost <= configuration.machineCountMax,
            Double(churn.count) / churn.seconds >= Self.rateBudget
        else { throw BenchError(findings.map(\.line).joined(separator: "\n")) }
        return findings
    }

    private struct Churn {
        var count = 0
        var seconds = 0.0
        var longestSeconds = 0.0
        var agentCountMost = 0
        var machineCountMost = 0
        var evictedCount: UInt64 = 0
    }

    /// Each agent announces itself once, in its own envelope; ten thousand a second by the clock the cache sees.
    private func churn(_ announcements: [VerifiedIdentityAnnouncement], now: UInt64) throws -> Churn {
        let configuration = DiscoveryConfiguration()
        var cache = DiscoveryCache(
            configuration: configuration,
            localAgent: AgentID(words: Words32(1, 1, 1, 1)),
            localMachine: MachineID(words: Words32(2, 2, 2, 2))
        )
        var churn = Churn()
        for (number, announcement) in announcements.enumerated() {
            let elapsed = Nanoseconds.microseconds(Int64(number) * 100)
            var actions: [DiscoveryCache.Action] = []
            let start = ProcessMeter.cpuSeconds
            cache.handle(
                .identityAnnounced(announcement, sender: announcement.fields.agentID, .unknown),
                now: .epoch + .seconds(1_000_000) + elapsed,
                wallTime: UnixMillis(milliseconds: now * 1_000 + UInt64(elapsed.milliseconds)),
                into: &actions
            )
            let seconds = ProcessMeter.cpuSeconds - start
            churn.seconds += seconds
            churn.longestSeconds = max(churn.longestSeconds, seconds)
            churn.count += 1
            let counts = cache.counts
            churn.agentCountMost = max(churn.agentCountMost, counts.agents)
            churn.machineCountMost = max(churn.machineCountMost, counts.machines)
        }
        guard cache.statistics.acceptedCount == UInt64(churn.count) else {
            throw BenchError("the cache refused announcements: \(cache.statistics.droppedCounts)")
        }
        churn.evictedCount = cache.statistics.evictedCount
        return churn
    }
}
