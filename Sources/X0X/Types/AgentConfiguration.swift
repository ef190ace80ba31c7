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
    /// Whether only loopback addresses are bound, dialled, accepted and advertised (`X0X_LOOPBACK_ONLY`).
    package var loopbackOnly: Bool
    /// Re-announcement of the identity; default 300 s (spec 01 §5.3).
    package var heartbeatInterval: Nanoseconds
    /// Age limit of discovered agents; default 900 s.
    package var identityLifetime: Nanoseconds
    /// What the node can do for others; announced, so it must be true.
    package var capabilities: NodeCapabilities

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
        self.capabilities = NodeCapabilities()
    }
}
