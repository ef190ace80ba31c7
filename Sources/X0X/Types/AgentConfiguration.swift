// SPDX-License-Identifier: MIT OR Apache-2.0

package import Discovery
package import Primitives

/// Everything an agent needs to know before it starts; read from files and flags by the daemon alone.
package struct AgentConfiguration: Sendable {
    /// The folder of the database and the agent's key-encapsulation key; created with mode 0700.
    package var dataDirectory: String
    /// The folder of `machine.key`, `agent.key` and `agent.cert`; created with mode 0700.
    package var identityDirectory: String
    /// The user key, if the human is to have an identity here.
    package var userKeyPath: String?
    /// Where QUIC binds; port 0 lets the system choose.
    package var bindAddress: NetworkAddress
    /// Peers dialled after start; empty unless configured.
    package var bootstrapPeers: [NetworkAddress]
    /// Whether announced machines are dialled while there are fewer peers than ``GossipSettings/activeViewSize``.
    package var dialsAnnouncedMachines = true
    /// Whether only loopback addresses are bound, dialled, accepted and advertised (`X0X_LOOPBACK_ONLY`).
    package var loopbackOnly: Bool
    /// Re-announcement of the identity; default 300 s (spec 01 §5.3).
    package var heartbeatInterval: Nanoseconds
    /// Age limit of discovered agents; default 900 s.
    package var identityLifetime: Nanoseconds
    /// What the node can do for others; announced, so it must be true.
    package var capabilities: NodeCapabilities

    /// Sizes of the overlay's views and walks.
    package var gossip = GossipSettings()
    /// Time between presence beacons; default 30 s (spec 05 §13).
    ///
    /// The detector's bounds follow from it.
    package var beaconInterval: Nanoseconds
    /// Shortest time between two looks for agents that disappeared; default 1 s (spec 11 §7.4).
    package var presencePollInterval: Nanoseconds
    /// How long a machine may be silent before its rhythm is known; default 300 s.
    package var presenceOfflineTimeout: Nanoseconds
    /// Whether rendezvous records are published.
    package var rendezvousEnabled: Bool
    /// Validity of a rendezvous record; default an hour, 0 publishes once.
    package var rendezvousValidity: Nanoseconds

    /// Creates a configuration with the defaults of spec 13 §3.1.
    package init(dataDirectory: String, identityDirectory: String, bindAddress: NetworkAddress) {
        self.dataDirectory = dataDirectory
        self.identityDirectory = identityDirectory
        self.userKeyPath = nil
        self.bindAddress = bindAddress
        self.bootstrapPeers = []
        self.loopbackOnly = false
        self.heartbeatInterval = .seconds(300)
        self.identityLifetime = .seconds(900)
        self.beaconInterval = .seconds(30)
        self.presencePollInterval = .seconds(1)
        self.presenceOfflineTimeout = .seconds(300)
        self.rendezvousEnabled = true
        self.rendezvousValidity = .seconds(3600)
        self.capabilities = NodeCapabilities()
    }
}
