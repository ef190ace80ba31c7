// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import CryptoSuite
internal import GossipCore
internal import Primitives

// The friend-of-a-friend walk (spec 05 §6) with privacy where the answer is given (P-7).
//
// What a node discloses, and to whom:
//  * nothing to a blocked machine, and nothing about one;
//  * its own record to everybody else: they would get it as a beacon if they connected;
//  * records of its contacts, and answers it relays, only to contacts. A stranger learns nobody's friends.
// Answers go to the origin if that is a connected peer, else back the way the query came: never a dial on somebody's word
// (P-6). Relayed answers are verified before they are passed on.
extension PresenceNode {
    // MARK: Own walks

    mutating func startQuery(
        _ id: PresenceQueryID,
        timeToLive: UInt8,
        timeout: Nanoseconds,
        wanted: PeerID?,
        _ moment: PresenceMoment,
        into actions: inout [PresenceAction]
    ) {
        guard self.pendingQueries.count < self.configuration.pendingQueryCountMax, self.pendingQueries[id] == nil else {
            self.drop(.overloaded, into: &actions)
            actions.append(.queryFinished(id, []))
            return
        }
        let peers = self.randomPeers(self.configuration.fanOut, without: [], moment)
        self.pendingQueries[id] = PendingQuery(deadline: moment.now + timeout, wanted: wanted)
        self.seenQueries.insert(SeenQuery(from: nil, forwardedTo: peers), for: id, now: moment.now)
        self.count { $0.queriesStarted += 1 }
        let query = PresenceQuery(
            id: id,
            topic: PresenceLimits.topic,
            timeToLive: min(timeToLive, PresenceLimits.timeToLiveMax),
            origin: self.localPeer
        )
        var askedCount = 0
        for peer in peers where self.send(.query(query), to: peer, into: &actions) { askedCount += 1 }
        // Nobody was asked, so nobody will answer.
        if askedCount == 0 { self.finishQuery(id, moment, into: &actions) }
    }

    mutating func finishQuery(
        _ id: PresenceQueryID,
        _ moment: PresenceMoment,
        into actions: inout [PresenceAction]
    ) {
        guard let query = self.pendingQueries.removeValue(forKey: id) else { return }
        let entries = query.records.filter { $0.value.expires > moment.wallTime.seconds }
            .map { PresenceQueryResponse.Entry($0.key, $0.value) }
            .sorted { $0.peer < $1.peer }
        actions.append(.queryFinished(id, entries))
    }

    // MARK: Other people's walks

    mutating func queryReceived(
        _ query: PresenceQuery,
        from peer: PeerID,
        _ moment: PresenceMoment,
        into actions: inout [PresenceAction]
    ) {
        guard query.origin != self.localPeer else { return self.drop(.own, into: &actions) }
        guard moment.standing(query.origin) != .blocked else { return self.drop(.blocked, into: &actions) }
        guard !self.seenQueries.contains(query.id, now: moment.now) else {
            return self.drop(.duplicate, into: &actions)
        }
        guard self.budgets.take(.query, of: peer, now: moment.now) else {
            return self.drop(.rateLimited, into: &actions)
        }
        var seen = SeenQuery(from: peer, forwardedTo: [])
        let isOriginConnected = self.peers[query.origin] != nil
        let asker = isOriginConnected ? query.origin : peer
        // Whoever names somebody else as the origin must not be able to bury him in answers.
        if asker == peer || self.budgets.take(.answer, of: asker, now: moment.now) {
            self.answer(query, to: asker, moment, into: &actions)
        } else {
            self.drop(.rateLimited, into: &actions)
        }
        let timeToLive = min(query.timeToLive, PresenceLimits.timeToLiveMax)
        if timeToLive > 0 {
            var forwarded = query
            forwarded.timeToLive = timeToLive - 1
            let next = self.randomPeers(self.configuration.fanOut, without: [query.origin, peer], moment)
            for peer in next where self.send(.query(forwarded), to: peer, into: &actions) {
                seen.forwardedTo.append(peer)
                self.count { $0.queriesForwarded += 1 }
            }
        }
        self.seenQueries.insert(seen, for: query.id, now: moment.now)
    }

    private mutating func answer(
        _ query: PresenceQuery,
        to asker: PeerID,
        _ moment: PresenceMoment,
        into actions: inout [PresenceAction]
    ) {
        let entries = self.disclosedEntries(to: asker, for: query.origin, moment)
        guard !entries.isEmpty else { return }
        let response = PresenceQueryResponse(id: query.id, topic: query.topic, entries: entries)
        if self.send(.queryResponse(response), to: asker, into: &actions) { self.count { $0.queriesAnswered += 1 } }
    }

    /// What `asker` may see; the own record first, then the freshest.
    func disclosedEntries(
        to asker: PeerID,
        for origin: PeerID,
        _ moment: PresenceMoment
    ) -> [PresenceQueryResponse.Entry] {
        guard moment.standing(asker) != .blocked else { return [] }
        var entries: [PresenceQueryResponse.Entry] = []
        if let record = self.ownRecord, record.expires > moment.wallTime.seconds {
            entries.append(PresenceQueryResponse.Entry(self.localPeer, record))
        }
        guard moment.standing(asker) == .contact else { return entries }
        let friends = self.records.livePeers(wallTime: moment.wallTime)
            .filter { $0 != asker && $0 != origin && moment.standing($0) == .contact }
            .compactMap { peer in self.records[peer].map { (peer, $0) } }
            // What only the transport proved nobody else could check.
            .filter { $0.1.proof == .bound }
            .sorted { ($0.1.storedAt, $1.0) > ($1.1.storedAt, $0.0) }
        entries += friends.map { PresenceQueryResponse.Entry($0, $1.record) }
        return Self.capped(entries)
    }

    /// As many entries as an answer may have.
    private static func capped(_ entries: [PresenceQueryResponse.Entry]) -> [PresenceQueryResponse.Entry] {
        var byteCount = 0
        return Array(
            entries.prefix(PresenceLimits.responseRecordCountMax).prefix { entry in
                byteCount += PeerID.byteCount + entry.record.encoded.count
                return byteCount <= PresenceLimits.responseByteCountMax
            }
        )
    }

    // MARK: Answers

    mutating func responseReceived(
        _ response: PresenceQueryResponse,
        from peer: PeerID,
        _ moment: PresenceMoment,
        into actions: inout [PresenceAction]
    ) {
        self.count { $0.recordsOmitted += UInt64(response.omittedCount) }
        guard self.isAwaited(response.id, from: peer, now: moment.now) else {
            return self.drop(.unsolicited, into: &actions)
        }
        var known: [PresenceQueryResponse.Entry] = []
        var candidates: [Candidate] = []
        for entry in response.entries where entry.peer != self.localPeer {
            guard moment.standing(entry.peer) != .blocked else {
                self.drop(.blocked, into: &actions)
                continue
            }
            let isNews = self.records.accepts(entry.record, of: entry.peer)
            if !isNews, let stored = self.records[entry.peer], stored.proof == .bound {
                // What is stored is at least as new, and verified.
                known.append(PresenceQueryResponse.Entry(entry.peer, stored.record))
                continue
            }
            switch self.proof(of: entry.record, about: entry.peer, from: peer, moment) {
            case .success(let proof): candidates.append(Candidate(entry: entry, proof: proof))
            case .failure(let objection): self.drop(objection.reason, into: &actions)
            }
        }
        if candidates.isEmpty {
            self.responseVerified(response.id, from: peer, known, moment, into: &actions)
        } else {
            let checks = candidates.map { self.check($0.entry.record) }
            self.verify(
                .response(response.id, from: peer, known: known, unknown: candidates),
                checks,
                into: &actions
            )
        }
    }

    /// Whether an answer of this peer is wanted: for an own walk, or to be relayed.
    ///
    /// Counts it, so that caps hold.
    private mutating func isAwaited(_ id: PresenceQueryID, from peer: PeerID, now: Instant) -> Bool {
        if var pending = self.pendingQueries[id] {
            guard pending.receivedCount < self.configuration.responseCountMax else { return false }
            pending.receivedCount += 1
            self.pendingQueries[id] = pending
            return true
        }
        guard var seen = self.seenQueries.value(for: id, now: now), seen.from != nil,
            seen.forwardedTo.contains(peer), seen.relayedResponseCount < self.configuration.responseCountMax
        else { return false }
        seen.relayedResponseCount += 1
        self.seenQueries.update(id, now: now) { $0 = seen }
        return true
    }

    /// Merges an answer whose records are verified into the own walk, or relays it.
    mutating func responseVerified(
        _ id: PresenceQueryID,
        from peer: PeerID,
        _ entries: [PresenceQueryResponse.Entry],
        _ moment: PresenceMoment,
        into actions: inout [PresenceAction]
    ) {
        guard var pending = self.pendingQueries[id] else {
            return self.relay(id, entries, moment, into: &actions)
        }
        for entry in entries {
            if let existing = pending.records[entry.peer], existing.sequence >= entry.record.sequence { continue }
            pending.records[entry.peer] = entry.record
        }
        pending.mergedCount += 1
        self.count { $0.responsesMerged += 1 }
        self.pendingQueries[id] = pending
        let isFound = pending.wanted.map { pending.records[$0] != nil } ?? false
        if pending.mergedCount >= self.configuration.fanOut || isFound {
            self.finishQuery(id, moment, into: &actions)
        }
    }

    private mutating func relay(
        _ id: PresenceQueryID,
        _ entries: [PresenceQueryResponse.Entry],
        _ moment: PresenceMoment,
        into actions: inout [PresenceAction]
    ) {
        guard let seen = self.seenQueries.value(for: id, now: moment.now), let asker = seen.from else {
            return self.drop(.unsolicited, into: &actions)  // the walk ended while the signatures were checked
        }
        guard moment.standing(asker) == .contact else { return self.drop(.withheld, into: &actions) }
        let passable = Self.capped(
            entries.filter { entry in
                entry.peer != asker && PeerID(publicKeyBytes: entry.record.signerPublicKey) == entry.peer
            }
        )
        guard !passable.isEmpty else { return }
        let response = PresenceQueryResponse(id: id, topic: PresenceLimits.topic, entries: passable)
        let byteCount = response.encoded.count
        guard seen.relayedByteCount + byteCount <= PresenceLimits.responseByteCountMax else {
            return self.drop(.overloaded, into: &actions)
        }
        self.seenQueries.update(id, now: moment.now) { $0.relayedByteCount += byteCount }
        if self.send(.queryResponse(response), to: asker, into: &actions) { self.count { $0.responsesRelayed += 1 } }
    }
}
