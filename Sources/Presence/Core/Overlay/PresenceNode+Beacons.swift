// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

// Making beacons (spec 05 §3).
extension PresenceNode {
    /// Why beaconing did not start.
    package enum BeaconError: Error, Equatable, Sendable {
        /// It runs already.
        case alreadyStarted
        /// The configuration says no.
        case disabled
    }

    /// Starts to beacon; the first beacon is due at once.
    package mutating func startBeaconing(now: Instant) throws(BeaconError) {
        guard self.configuration.isBeaconing else { throw .disabled }
        guard !self.isBeaconing else { throw .alreadyStarted }
        self.isBeaconing = true
        self.nextBeaconAt = now
    }

    /// Stops at once; records already sent end by themselves.
    package mutating func stopBeaconing() {
        self.isBeaconing = false
        self.nextBeaconAt = .distantFuture
        self.signing = nil
        self.ownRecord = nil
    }

    /// The own record, from the first beacon on; `nil` while this node does not beacon.
    package var localRecord: PresenceRecord? { self.ownRecord }

    mutating func beaconDue(_ moment: PresenceMoment, into actions: inout [PresenceAction]) {
        // Missed ticks are skipped, not made up for.
        self.nextBeaconAt = moment.now + self.configuration.beaconInterval
        actions.append(.collectHints)
    }

    /// Builds the next record around the addresses that may be told now (P-9), and has it signed.
    mutating func makeBeacon(
        _ hints: [NetworkAddress],
        _ moment: PresenceMoment,
        into actions: inout [PresenceAction]
    ) {
        guard self.isBeaconing else { return }
        // Unix milliseconds, so that a restarted node goes on where it was (P-11); growing even if the clock is set back.
        self.lastSequence = max(self.lastSequence + 1, moment.wallTime.milliseconds)
        let since = moment.wallTime.seconds
        let lifetime = max(1, UInt64((self.configuration.beaconInterval * 3).seconds.rounded(.up)))
        let record = PresenceRecord(
            tag: PresenceRecord.tag(of: self.localPeer, at: moment.wallTime),
            addressHints: hints.prefix(PresenceLimits.hintCountMax).map(\.description),
            since: since,
            expires: since + min(lifetime, PresenceLimits.lifetimeSecondsMax),
            sequence: self.lastSequence
        )
        let id = self.newRequestID()
        // A signature that is still awaited is of no use any more.
        self.signing = (id, record)
        actions.append(.sign(id, record.signedBytes))
    }

    mutating func signed(
        _ id: PresenceRequestID,
        _ signature: [UInt8]?,
        _ moment: PresenceMoment,
        into actions: inout [PresenceAction]
    ) {
        guard let signing = self.signing, signing.id == id else { return }
        self.signing = nil
        guard let signature else {
            // Never unsigned; the next tick tries again.
            return self.count { $0.signingFailures += 1 }
        }
        var record = signing.record
        record.signature = signature
        record.signerPublicKey = self.publicKey
        self.ownRecord = record
        self.count { $0.beaconsMade += 1 }
        self.sendBeacon(record, to: self.peers.keys.sorted(), moment, into: &actions)
    }

    /// Sends the record to peers that can take it; each has one slot, so a stuck peer holds up nobody.
    mutating func sendBeacon(
        _ record: PresenceRecord,
        to peers: [PeerID],
        _ moment: PresenceMoment,
        into actions: inout [PresenceAction]
    ) {
        let message = PresenceMessage.beacon(topic: PresenceLimits.topic, sender: self.localPeer, record)
        let bytes = message.transportBytes  // encoded once, shared by all sends
        var sentCount = 0
        for peer in peers where moment.standing(peer) != .blocked {
            guard let state = self.peers[peer], state.beaconInFlight == nil, state.pausedUntil <= moment.now else {
                self.count { $0.beaconSendsSkipped += 1 }
                continue
            }
            let id = self.newRequestID()
            self.peers[peer]?.beaconInFlight = id
            self.beaconsInFlight[id] = peer
            actions.append(.send(id, to: peer, bytes))
            sentCount += 1
        }
        self.count { $0.beaconSends += UInt64(sentCount) }
        actions.append(.beaconSent(peerCount: sentCount))
    }
}
