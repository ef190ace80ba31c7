// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// The constants of HyParView and SWIM (spec 04 §10.2, §19).
///
/// Worst-case memory: 200 bytes per connected peer, 72 per passive one.
package struct MembershipConfiguration: Sendable {
    // HyParView

    /// Neighbours a node wants (`gossip.active_view_size`).
    package var activeCount = 6
    /// Neighbours a node accepts when it is asked (spec 04 §10.2 "max active": twice the default).
    package var activeCountMax = 12
    /// Contacts kept for repair (`gossip.passive_view_size`).
    package var passiveCountMax = 30
    /// Hops of a join (`gossip.arwl`).
    package var activeWalkLength = 6
    /// Hops left at which a joiner enters passive views, and hops of a shuffle (`gossip.prwl`).
    package var passiveWalkLength = 3
    /// Period of the exchange of contacts.
    package var shuffleInterval = Nanoseconds.seconds(30)
    /// Neighbours and contacts in one shuffle.
    package var shuffleActiveCount = 3
    package var shufflePassiveCount = 4
    /// Contacts taken from one shuffle.
    package var shuffleAcceptedCountMax = 16

    // Repair

    /// How often missing neighbours are looked for, besides at once when one is lost.
    package var repairInterval = Nanoseconds.seconds(1)
    /// Contacts being tried at once.
    package var attemptCountMax = 3
    /// How long a connection to a contact may take.
    package var connectTimeLimit = Nanoseconds.seconds(15)
    /// How long a contact may take to answer.
    package var replyTimeLimit = Nanoseconds.seconds(3)
    /// A contact that refused is not asked again for this long.
    package var retryPause = Nanoseconds.seconds(30)
    /// Neighbours lost to failure that are looked for again, so that a partition heals.
    package var lostCountMax = 16
    /// The first and the longest pause between two looks at one of them.
    package var lostPauseMin = Nanoseconds.seconds(5)
    package var lostPauseMax = Nanoseconds.seconds(60)
    /// After this long a lost neighbour is given up.
    package var lostLifetime = Nanoseconds.seconds(900)

    // SWIM

    /// Period of probing.
    package var probeInterval = Nanoseconds.seconds(1)
    /// Neighbours probed per period; those heard from within the period need no probe.
    package var probeCount = 3
    /// Neighbours asked to probe one that did not answer.
    package var helperCount = 3
    /// How long an answer may take at least, and at most when the measured round trip is long (spec 04 §20 F-15).
    package var ackTimeLimitMin = Nanoseconds.milliseconds(500)
    package var ackTimeLimitMax = Nanoseconds.seconds(2)
    /// How long a suspect may stay silent.
    package var suspicionSpan = Nanoseconds.seconds(3)
    /// Probes in a row only others got answers to, after which the link is no use as an edge.
    package var hearsayCountMax = 3
    /// Probes on behalf of others at once.
    package var relayCountMax = 64

    // Abuse

    /// Membership messages a peer may send per second, and at once.
    package var messagesPerSecond = 20.0
    package var messageBurst = 60.0

    /// Creates the default values.
    package init() {}

    /// The values for the sizes of the daemon's `[gossip]` table, which has checked that they are positive.
    package init(activeViewSize: Int, passiveViewSize: Int, arwl: Int, prwl: Int) {
        self.activeCount = activeViewSize
        self.activeCountMax = 2 * activeViewSize
        self.passiveCountMax = passiveViewSize
        self.activeWalkLength = arwl
        self.passiveWalkLength = prwl
    }

    /// Stops a program whose constants contradict each other.
    func checkRelations() {
        precondition(0 < self.activeCount && self.activeCount <= self.activeCountMax, "view sizes out of order")
        precondition(self.passiveCountMax > 0 && self.activeWalkLength > 0, "membership without contacts")
        precondition(self.ackTimeLimitMin <= self.ackTimeLimitMax, "time limits out of order")
    }
}
