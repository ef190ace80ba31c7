// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore
internal import Primitives

/// The shell's part: what a node asks for is done here, and answered.
extension GossipNetwork {
    /// Performs what a node appended to `actions`, and what it appends meanwhile.
    mutating func performActions(of index: Int) {
        var cursor = 0
        while cursor < self.actions.count {
            let action = self.actions[cursor]
            cursor += 1
            switch action {
            case .send(let request): self.send(request, from: index)
            case .sign(let request): self.sign(request, at: index)
            case .verify(let request): self.verify(request, at: index)
            case .connect(let peer): self.dial(peer, by: index)
            case .release(let peer): self.release(peer, by: index)
            case .deliver(let message): self.delivered(message, at: index)
            case .published(let request, let receipt): self.published(request, receipt, at: index)
            case .publishFailed(let request, _): self.publishFailed(request, at: index)
            case .drop: break  // counted by the node
            }
        }
        self.actions.removeAll(keepingCapacity: true)
        self.rearm(index)
    }

    /// Answers a node at once, within the action that is being performed.
    mutating func answer(_ event: GossipEvent, at index: Int) {
        let reading = self.members[index].clock.reading(at: self.now)
        self.members[index].node.handle(event, now: reading, into: &self.actions)
    }

    /// Answers a node later, unless it dies before.
    mutating func answer(_ event: GossipEvent, at index: Int, after delay: Nanoseconds) {
        guard delay > .zero else { return self.answer(event, at: index) }
        self.schedule(.event(event, at: index, incarnation: self.members[index].incarnation), after: delay)
    }

    private mutating func sign(_ request: SigningRequest, at index: Int) {
        self.members[index].nonce += 1
        let key =
            switch request.key {
            case .agent: self.members[index].agentKey
            case .machine: self.members[index].machineKey
            }
        let signature = key.signature(of: request.message, nonce: self.nonce(of: index))
        self.answer(.signed(request.id, signature: signature), at: index, after: self.conditions.signDelay)
    }

    /// A number no node uses twice, in none of its lives.
    func nonce(of index: Int) -> UInt64 {
        UInt64(self.members[index].incarnation) << 48 | self.members[index].nonce
    }

    private mutating func verify(_ request: VerificationRequest, at index: Int) {
        let checksSignatures = self.conditions.checksSignatures
        let verdict = checksSignatures ? SignatureVerdict(of: request.checks, isValid: self.signatures.isValid) : .valid
        self.traffic.verificationCount += UInt64(request.checks.count)
        self.answer(
            .verified(request.id, verdict),
            at: index,
            after: self.conditions.verifyDelay * Int64(request.checks.count)
        )
    }

    // MARK: Links

    private mutating func dial(_ peer: PeerID, by index: Int) {
        guard let other = self.indices[peer], other != index else {
            return self.answer(.connectFailed(peer), at: index)
        }
        // One round trip for the handshake and half a one until the other side knows.
        let oneWay = self.conditions.latency(between: index, and: other, seed: self.seed)
        self.schedule(.dialed(by: index, to: other, incarnation: self.members[index].incarnation), after: oneWay * 3)
    }

    private mutating func release(_ peer: PeerID, by index: Int) {
        guard let other = self.indices[peer], self.members[index].neighbours.remove(other) != nil else { return }
        self.answer(.peerDisconnected(peer), at: index)
        self.schedule(
            .linkLost(at: other, peer: index),
            after: self.conditions.latency(between: index, and: other, seed: self.seed)
        )
    }

    private mutating func send(_ request: SendRequest, from index: Int) {
        guard let destination = self.indices[request.peer], self.members[index].neighbours.contains(destination) else {
            return self.answer(.sendFinished(request.id, .failed), at: index)
        }
        guard self.members[index].adversary == nil else {
            self.sendTampered(request.bytes, from: index, to: destination)
            return self.answer(.sendFinished(request.id, .sent), at: index)
        }
        let byteCount = GossipTraffic.realByteCount(of: request.bytes)
        guard var uplink = self.members[index].uplink else {
            self.transmit(request.bytes, from: index, to: destination, departsAfter: .zero)
            return self.answer(.sendFinished(request.id, .sent), at: index)
        }
        if let departure = uplink.departure(of: byteCount, now: self.now, limit: request.timeLimit) {
            self.members[index].uplink = uplink
            self.transmit(request.bytes, from: index, to: destination, departsAfter: departure)
            self.answer(.sendFinished(request.id, .sent), at: index, after: departure)
        } else {
            self.traffic.timedOutCount += 1
            self.answer(.sendFinished(request.id, .timedOut), at: index, after: request.timeLimit)
        }
    }

    /// Puts a message on the link.
    mutating func transmit(_ bytes: [UInt8], from source: Int, to destination: Int, departsAfter delay: Nanoseconds) {
        self.traffic.count(bytes, isHonest: self.members[source].adversary == nil)
        guard !self.happens(self.conditions.lossProbability) else {
            self.traffic.lostCount += 1
            return
        }
        let fixed = self.conditions.latency(between: source, and: destination, seed: self.seed) + delay
        for _ in 0..<(self.happens(self.conditions.duplicationProbability) ? 2 : 1) {
            let jitter =
                self.conditions.jitter > .zero
                ? Nanoseconds(Int64.random(in: 0...self.conditions.jitter.count, using: &self.random)) : .zero
            self.schedule(
                .arrival(
                    bytes,
                    from: source,
                    to: destination,
                    incarnation: self.members[destination].incarnation
                ),
                after: fixed + jitter
            )
        }
    }

    mutating func arrived(_ bytes: [UInt8], from source: Int, at destination: Int, incarnation: UInt32) {
        guard self.members[destination].isUp, self.members[destination].incarnation == incarnation,
            self.members[destination].group == self.members[source].group,
            self.members[destination].neighbours.contains(source)
        else {
            self.traffic.lostCount += 1
            return
        }
        self.members[destination].adversary?.overheard(bytes)
        self.give(.messageReceived(bytes, from: self.peerID(source)), to: destination)
    }
}

/// The way out of a node with little bandwidth: one message after the other.
struct Uplink {
    let bytesPerSecond: Int
    private var freeAt = Instant.epoch

    init(bytesPerSecond: Int) { self.bytesPerSecond = bytesPerSecond }

    /// When a message would have left; `nil`, and nothing changes, if that is later than `limit`.
    mutating func departure(of byteCount: Int, now: Instant, limit: Nanoseconds) -> Nanoseconds? {
        let duration = Nanoseconds(Int64(byteCount) * 1_000_000_000 / Int64(max(1, self.bytesPerSecond)))
        let left = max(self.freeAt, now) + duration
        guard left - now <= limit else { return nil }
        self.freeAt = left
        return left - now
    }
}
