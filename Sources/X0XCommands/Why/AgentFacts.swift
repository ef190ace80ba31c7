// SPDX-License-Identifier: MIT OR Apache-2.0

import X0XAPI

/// What the daemon told about one agent: everything `x0x why` reasons from.
struct AgentFacts: Sendable {
    /// 64 hexadecimal digits.
    let agentID: String
    /// Unix seconds.
    let now: UInt64
    /// Whether it is the daemon's own agent.
    var isOwn = false
    /// The contact, if it is one.
    var contact: ContactRecord?
    /// Why it was revoked, if it was.
    var revocationReason: String?
    /// What discovery knows; nil for an agent never heard of, and for a blocked one.
    var record: DiscoveredAgentRecord?
    /// Whether the network was searched for it.
    var wasSearched = false
    /// `Accept`, `RejectBlocked` and so on (spec 11 §7.8).
    var trustDecision = "Unknown"
    /// The machine at the other end of a live connection.
    var connectedMachine: String?
    /// Smoothed round trip and the like, one line of the daemon.
    var connectionHealth: String?
    /// What a new attempt to connect led to; nil when none was made.
    var outcome: String?
    /// The last attempt, if one was made.
    var lastDial: DialAttemptRecord?
    /// Why the last connection to its machine ended.
    var closeReason: String?
    /// Peers the daemon is connected to.
    var peerCount = 0

    init(agentID: String, now: UInt64) {
        self.agentID = agentID
        self.now = now
    }

    /// Whether nothing may be exchanged with it, whatever the network says.
    var isShutOut: Bool {
        self.revocationReason != nil || self.contact?.trustLevel == "blocked" || self.trustDecision == "RejectBlocked"
    }

    /// The machine of its announcement; nil while it is not known.
    var machineID: String? {
        guard let machine = self.record?.machineID, machine.contains(where: { $0 != "0" }) else { return nil }
        return machine
    }
}
