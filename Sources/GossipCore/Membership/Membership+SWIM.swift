// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// A probe on behalf of another peer.
struct ProbeRelay: Sendable {
    let target: PeerID
    let requester: PeerID
    let deadline: Instant
}

/// Failure detection (spec 04 §10.4, §20 F-15): probe, indirect probe, suspicion, refutation. Who is dead leaves the views.
extension Membership {
    mutating func handleSWIM(
        _ message: MembershipMessage,
        from peer: PeerID,
        now: Instant,
        into outputs: inout [MembershipOutput]
    ) {
        switch message {
        case .ping: self.send(.ack, to: peer, into: &outputs)
        case .ack: self.acknowledged(by: peer, now: now, into: &outputs)
        case .pingRequest(let target, let requester):
            guard requester == peer else { return outputs.append(.drop(.membershipSenderMismatch, from: peer)) }
            self.relayRequested(target, by: peer, now: now, into: &outputs)
        case .ackResponse(let target, let requester):
            guard requester == self.localPeer else {
                return outputs.append(.drop(.membershipSenderMismatch, from: peer))
            }
            self.heardOf(target, by: peer, now: now, into: &outputs)
        case .join, .forwardJoin, .neighbor, .neighborReply, .shuffle, .shuffleReply, .disconnect:
            break  // HyParView's
        }
    }

    // MARK: Probing

    /// Probes the next few neighbours that have been silent for a period; suspects are asked again every period.
    mutating func probe(now: Instant, into outputs: inout [MembershipOutput]) {
        self.probeAt = now + self.configuration.probeInterval
        self.relays.removeAll { $0.deadline <= now }
        for peer in self.active {
            if case .suspect? = self.links[peer]?.health { self.ping(peer, now: now, into: &outputs) }
        }
        var left = self.configuration.probeCount
        for _ in self.active.indices where left > 0 {
            if self.probeOrder.isEmpty { self.probeOrder = self.active.shuffled(using: &self.random) }
            guard let peer = self.probeOrder.popLast(), let link = self.links[peer], link.health == .alive,
                link.probeSentAt == nil, now - link.lastHeard >= self.configuration.probeInterval
            else { continue }
            self.ping(peer, now: now, into: &outputs)
            left -= 1
        }
    }

    private mutating func ping(_ peer: PeerID, now: Instant, into outputs: inout [MembershipOutput]) {
        self.links[peer]?.probed(now: now)
        self.statistics.probesSent += 1
        self.send(.ping, to: peer, into: &outputs)
    }

    private mutating func acknowledged(by peer: PeerID, now: Instant, into outputs: inout [MembershipOutput]) {
        self.links[peer]?.acknowledged(now: now)
        for relay in self.relays where relay.target == peer && relay.deadline > now {
            self.send(.ackResponse(target: peer, requester: relay.requester), to: relay.requester, into: &outputs)
        }
        self.relays.removeAll { $0.target == peer }
    }

    // MARK: Judging

    /// When the silence of a neighbour has its next consequence.
    func silenceDeadline(of peer: PeerID) -> Instant? {
        guard let link = self.links[peer] else { return nil }
        if case .suspect(let until) = link.health { return until }
        return link.probeDeadline(self.configuration)
    }

    /// Unanswered probes make suspects, silent suspects are dead.
    mutating func judgeSilence(now: Instant, into outputs: inout [MembershipOutput]) {
        for peer in self.active {
            guard let deadline = self.silenceDeadline(of: peer), deadline <= now else { continue }
            if case .suspect? = self.links[peer]?.health {
                self.bury(peer, now: now, into: &outputs)
            } else {
                self.suspect(peer, now: now, into: &outputs)
            }
        }
    }

    private mutating func suspect(_ peer: PeerID, now: Instant, into outputs: inout [MembershipOutput]) {
        self.statistics.suspicions += 1
        let helpers = self.active.filter { $0 != peer && self.links[$0]?.health == .alive }
            .shuffled(using: &self.random).prefix(self.configuration.helperCount)
        self.links[peer]?.health = .suspect(until: now + self.configuration.suspicionSpan)
        self.links[peer]?.probeSentAt = nil
        self.links[peer]?.helpers = Array(helpers)
        for helper in helpers {
            self.send(.pingRequest(target: peer, requester: self.localPeer), to: helper, into: &outputs)
        }
    }

    /// Gives up a silent neighbour: it leaves the views, and is looked for later.
    private mutating func bury(_ peer: PeerID, now: Instant, into outputs: inout [MembershipOutput]) {
        self.statistics.deaths += 1
        self.links[peer]?.health = .dead
        self.removeActive(peer, into: &outputs)
        self.remember(lost: peer, now: now)
        outputs.append(.dead(peer))
        outputs.append(.release(peer))
        self.repair(now: now, into: &outputs)
    }

    // MARK: Indirect probes

    private mutating func relayRequested(
        _ target: PeerID,
        by requester: PeerID,
        now: Instant,
        into outputs: inout [MembershipOutput]
    ) {
        // We probe whom we are connected to and dial nobody on request (spec 04 §20 F-16).
        guard self.links[target] != nil, target != requester, self.relays.count < self.configuration.relayCountMax
        else {
            self.statistics.unexpected += 1
            return
        }
        let deadline = now + self.configuration.ackTimeLimitMax
        self.relays.append(ProbeRelay(target: target, requester: requester, deadline: deadline))
        self.send(.ping, to: target, into: &outputs)
    }

    /// A helper reached a suspect, which lives, but not for us: after a few such rounds the link is no edge any more.
    private mutating func heardOf(
        _ target: PeerID,
        by helper: PeerID,
        now: Instant,
        into outputs: inout [MembershipOutput]
    ) {
        guard let link = self.links[target], case .suspect = link.health, link.helpers.contains(helper) else {
            self.statistics.unexpected += 1
            return
        }
        self.statistics.indirectAcks += 1
        self.statistics.refutations += 1
        self.links[target]?.health = .alive
        self.links[target]?.helpers = []
        self.links[target]?.hearsayCount += 1
        guard link.hearsayCount + 1 >= self.configuration.hearsayCountMax else { return }
        self.statistics.unusableLinks += 1
        self.links[target]?.hearsayCount = 0
        self.dismiss(target, into: &outputs)
        self.pause(target, now: now)
        self.repair(now: now, into: &outputs)
    }
}
