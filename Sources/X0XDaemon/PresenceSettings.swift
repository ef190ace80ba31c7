// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives
internal import X0X

/// The keys about presence and rendezvous (spec 13 §3.1); the three intervals are mostly for tests.
package struct PresenceSettings: Equatable, Sendable {
    /// `presence_beacon_interval_secs`, default 30. The bounds of the failure detector are 6 and 20 of them.
    package var beaconIntervalSeconds: Int
    /// `presence_event_poll_interval_secs`, default 1.
    package var pollSeconds: Int
    /// `presence_offline_timeout_secs`, default 300: how long a machine may be silent before its rhythm is known.
    package var offlineSeconds: Int
    /// `rendezvous_enabled`, default true.
    package var rendezvousEnabled: Bool
    /// `rendezvous_validity_ms`, default 3,600,000; 0 publishes once.
    package var rendezvousValidityMilliseconds: Int

    /// Checks the values of a file.
    ///
    /// - Throws: `ConfigurationError.invalidValue` naming the key.
    init(_ file: ConfigurationFile, path: String) throws(ConfigurationError) {
        self.beaconIntervalSeconds = try Self.value(
            file.beaconIntervalSeconds,
            30,
            1...Self.beaconIntervalSecondsMax,
            "presence_beacon_interval_secs",
            path
        )
        self.pollSeconds = try Self.value(
            file.presencePollSeconds,
            1,
            1...3600,
            "presence_event_poll_interval_secs",
            path
        )
        self.offlineSeconds = try Self.value(
            file.presenceOfflineSeconds,
            300,
            1...86_400,
            "presence_offline_timeout_secs",
            path
        )
        self.rendezvousEnabled = file.rendezvousEnabled ?? true
        self.rendezvousValidityMilliseconds = try Self.value(
            file.rendezvousValidityMilliseconds,
            3_600_000,
            0...86_400_000,
            "rendezvous_validity_ms",
            path
        )
    }

    private static func value(
        _ value: Int?,
        _ defaultValue: Int,
        _ range: ClosedRange<Int>,
        _ key: String,
        _ path: String
    ) throws(ConfigurationError) -> Int {
        let value = value ?? defaultValue
        guard range.contains(value) else {
            throw .invalidValue(
                path: path,
                key: key,
                reason: "must be between \(range.lowerBound) and \(range.upperBound)"
            )
        }
        return value
    }

    /// A record lives three intervals, and receivers refuse records that live longer than 900 s (spec 05 P-12).
    private static let beaconIntervalSecondsMax = 300

    /// Puts the settings into those of the agent.
    func apply(to agent: inout AgentConfiguration) {
        agent.beaconInterval = .seconds(Int64(self.beaconIntervalSeconds))
        agent.presencePollInterval = .seconds(Int64(self.pollSeconds))
        agent.presenceOfflineTimeout = .seconds(Int64(self.offlineSeconds))
        agent.rendezvousEnabled = self.rendezvousEnabled
        agent.rendezvousValidity = .milliseconds(Int64(self.rendezvousValidityMilliseconds))
    }
}
