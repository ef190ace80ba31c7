// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// Where the datagram being processed came from, when it was not the path.
struct ForeignArrival: Sendable {
    let address: NetworkAddress
    /// Bytes not yet counted for the address.
    var byteCount: Int
}

/// Path validation and migration (RFC 9000 §8.2, §9).
///
/// A server follows a client whose address changes, as NAT devices make it change. It stays on the old path until the
/// new address is proved, so that nobody can turn a connection against a third party; only challenges and responses go
/// to an unproved address, within three times of what came from there. A client drops what comes from elsewhere
/// (spec 02 §11).
extension Connection {
    /// Whether datagrams from other addresses are looked at (RFC 9000 §9: not before the handshake is confirmed).
    var followsPeer: Bool { self.role == .server && self.isEstablished && self.isHandshakeConfirmed }

    /// An authenticated, new packet came from another address.
    mutating func countForeignArrival(now: Instant) {
        guard let arrival = self.foreignArrival, arrival.address != self.remoteAddress else { return }
        self.foreignPaths.received(byteCount: arrival.byteCount, from: arrival.address, now: now)
        self.foreignArrival?.byteCount = 0
    }

    /// A PATH_CHALLENGE arrived: it is answered where it came from.
    mutating func pathChallengeReceived(_ data: UInt64) {
        if let arrival = self.foreignArrival, arrival.address != self.remoteAddress {
            return self.foreignPaths.challenged(data, from: arrival.address)
        }
        if self.pathResponses.count == Self.pathResponseCountMax { self.pathResponses.removeFirst() }
        self.pathResponses.append(data)
    }

    /// A PATH_RESPONSE arrived: perhaps the peer has proved its new address, else it changes nothing.
    mutating func pathResponseReceived(_ data: UInt64, now: Instant) throws(ConnectionFailure) {
        guard let address = self.foreignPaths.answered(data) else { return }
        try self.migrate(to: address, now: now)
    }

    /// A 1-RTT packet was processed.
    ///
    /// - Parameters:
    ///   - isNewest: Whether its number is the largest so far; a reordered packet says nothing about the present.
    ///   - now: The current instant.
    mutating func arrivalProcessed(isNewest: Bool, now: Instant) {
        guard isNewest, self.carriesNonProbingFrames, self.isOpen else { return }
        guard let arrival = self.foreignArrival, arrival.address != self.remoteAddress else {
            // The peer speaks from where we know it: somebody else has copied its packets (RFC 9000 §9.3.3).
            if !self.foreignPaths.isEmpty { self.foreignPaths.cancelValidation() }
            return
        }
        guard self.foreignPaths.candidate != arrival.address else { return }
        let probeTimeout = self.recovery.roundTrip.probeTimeout(maxAckDelay: self.recovery.peerMaxAckDelay)
        self.foreignPaths.validate(arrival.address, probeTimeout: probeTimeout, now: now)
        // RFC 9000 §9.3.3: a peer that is still there answers, and that takes the move back.
        self.pendingPathChallenge = true
    }

    /// The peer has moved to an address it has proved (RFC 9000 §9.3, §9.4, §9.5).
    private mutating func migrate(to address: NetworkAddress, now: Instant) throws(ConnectionFailure) {
        var sameHost = address
        sameHost.port = self.remoteAddress.port
        let isSameHost = sameHost == self.remoteAddress
        self.remoteAddress = address
        self.amplification.validate()
        self.migrationCount += 1
        self.restartPathMTUDiscovery()
        try self.remoteIDs.switchToSpare()
        for packet in self.recovery.pathChanged(isSameHost: isSameHost, now: now) {
            self.lost(packet.frames, space: .application)
        }
        self.restartPathMTUDiscovery()
        self.explicitCongestion.pathChanged()
        // The peer learns its new address (spec 02 §6.5), and a full-size challenge tests the new path.
        self.observedAddressSequence += 1
        self.pendingObservedAddress = self.peerParameters?.addressDiscovery != nil
        self.pendingPathChallenge = true
        self.events.append(.pathChanged(address))
    }

    /// The next datagram to an address that is not the path, if one is due.
    mutating func nextForeignDatagram(now: Instant) -> OutgoingDatagram? {
        guard !self.foreignPaths.isEmpty, self.isEstablished, let keys = self.levels[.application]?.sendKeys else {
            return nil
        }
        while let index = self.foreignPaths.nextDue(now: now) {
            let path = self.foreignPaths.paths[index]
            let room = min(Self.paddedDatagramByteCount, path.amplification.remainingByteCount)
            guard room >= Self.foreignDatagramByteCountMin else {
                self.foreignPaths.update(index) { path in
                    path.response = nil
                    path.validation?.challengeDelayed(now: now)
                }
                continue
            }
            let draft = self.foreignDraft(index, byteCount: room, now: now)
            guard let bytes = try? draft.protect(with: keys) else { return nil }
            self.keyUpdate.sent(draft.packetNumber)
            _ = self.levels[.application]?.countProtected()
            self.foreignPaths.update(index) { $0.amplification.sent(byteCount: bytes.count) }
            return OutgoingDatagram(bytes: bytes, destination: path.address)
        }
        return nil
    }

    /// Room for both frames and everything around them.
    private static let foreignDatagramByteCountMin = 64

    /// A packet that congestion control and loss detection know nothing of: they belong to the path.
    private mutating func foreignDraft(_ index: Int, byteCount: Int, now: Instant) -> PacketDraft {
        var draft = PacketDraft(
            space: .application,
            packetNumber: self.recovery.takePacketNumber(in: .application),
            largestAcknowledged: self.recovery.largestAcknowledged(in: .application),
            destination: self.remoteIDs.spareID ?? self.remoteIDs.current.id,
            source: self.localIDs.handshakeID,
            keyPhase: self.keyUpdate.phase
        )
        let challenge = self.unpredictable.next()
        self.foreignPaths.update(index) { path in
            if let response = path.response {
                draft.append(.pathResponse(response), nil)
                path.response = nil
            }
            if path.validation?.isChallengeDue(now: now) == true {
                draft.append(.pathChallenge(challenge), nil)
                path.validation?.challengeSent(challenge, now: now)
            }
        }
        draft.pad(byteCount: byteCount - draft.byteCount)
        return draft
    }
}
