// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives
internal import X0X

/// The keys about presence and rendezvous, with their defaults (spec 13 §3.1); the table of keys has checked their ranges.
package struct PresenceSettings: Equatable, Sendable {
    /// `presence_beacon_interval_secs`.
    ///
    /// The bounds of the failure detector are 6 and 20 of them.
    package var beaconIntervalSeconds: Int
    /// `presence_event_poll_interval_secs`.
    package var pollSeconds: Int
    /// `presence_offline_timeout_secs`: how long a machine may be silent before its rhythm is known.
    package var offlineSeconds: Int
    /// `rendezvous_enabled`.
    package var isRendezvousEnabled: Bool
    /// `rendezvous_validity_ms`; 0 publishes once.
    package var rendezvousValidityMilliseconds: Int

    init(_ file: ConfigurationFile) {
        self.beaconIntervalSeconds = file.presenceBeaconIntervalSeconds ?? 30
        self.pollSeconds = file.presenceEventPollIntervalSeconds ?? 1
        self.offlineSeconds = file.presenceOfflineTimeoutSeconds ?? 300
        self.isRendezvousEnabled = file.isRendezvousEnabled ?? true
        self.rendezvousValidityMilliseconds = file.rendezvousValidityMilliseconds ?? 3_600_000
    }

    /// Puts the settings into those of the agent.
    func apply(to agent: inout AgentConfiguration) {
        agent.beaconInterval = .seconds(Int64(self.beaconIntervalSeconds))
        agent.presencePollInterval = .seconds(Int64(self.pollSeconds))
        agent.presenceOfflineTimeout = .seconds(Int64(self.offlineSeconds))
        agent.rendezvousEnabled = self.isRendezvousEnabled
        agent.rendezvousValidity = .milliseconds(Int64(self.rendezvousValidityMilliseconds))
    }
}
