// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite
internal import GossipCore
internal import Identity
internal import Logging
internal import NIOCore
internal import Node
internal import Presence
internal import Primitives
internal import QUICTransport

/// Drives the presence node: feeds it messages of the bulk stream, performs its actions, keeps its one timer.
///
/// The actor is the node's only owner and never waits between reading its state and acting on it. Signatures run on the
/// crypto threads and sends in tasks of their own; both come back as events.
actor PresenceOverlay {
    /// What the overlay needs from the node around it.
    struct Surroundings: Sendable {
        var identity: LocalIdentity
        var addresses: OwnAddresses
        var transport: any PeerTransport
        var crypto: CryptoExecutor
        var eventLoop: any EventLoop
        var router: MessageRouter
        var clock: SystemClock
        var trust: PresenceTrust
        /// Learns every sign of life.
        var presence: PresenceService
        var logger: Logger
    }

    private struct Send: Sendable {
        let id: PresenceRequestID
        let peer: PeerID
        let bytes: [UInt8]
    }

    private let surroundings: Surroundings
    private let completions: Lane<PresenceNodeEvent>
    private let sends: Lane<Send>
    private let timerTicks = Lane<Void>(capacity: 1, overflow: .dropNewest)
    private let timer: DeadlineTimer

    private var node: PresenceNode
    private var actions: [PresenceAction] = []
    /// Walks somebody waits for; no more than the node's cap.
    private var walks: [PresenceQueryID: CheckedContinuation<[PresenceQueryResponse.Entry], Never>] = [:]
    private var dispatch = DispatchStatistics()
    private var isStopped = false

    /// Creates an overlay without peers.
    init(_ surroundings: Surroundings, configuration: PresenceConfiguration) {
        self.surroundings = surroundings
        var random = SystemSecureRandom()
        self.node = PresenceNode(
            configuration: configuration,
            localPeer: surroundings.identity.machineID,
            publicKey: surroundings.identity.machineKey.publicKey.bytes,
            seed: random.nextUInt64(),
            now: surroundings.clock.now()
        )
        // Everything the node lets be in flight fits: a lost completion would leak its slot for ever.
        self.completions = Lane(capacity: configuration.verificationCountMax + 64, overflow: .dropNewest)
        self.sends = Lane(capacity: configuration.sendCountMax + configuration.peerCountMax, overflow: .dropNewest)
        let ticks = self.timerTicks
        self.timer = DeadlineTimer(eventLoop: surroundings.eventLoop) { ticks.offer(()) }
    }

    // MARK: - Life

    /// Beacons and answers until the router's lane is finished or the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { tasks in
            tasks.addTask { await self.consumeCompletions() }
            tasks.addTask { await self.consumeTimer() }
            tasks.addTask { await self.performSends() }
            // Disabled by configuration is the one way this can fail: it is called once.
            try? self.node.startBeaconing(now: self.surroundings.clock.now())
            self.timer.arm(self.node.nextDeadline, now: self.surroundings.clock.now())
            await self.consumeMessages()
            self.stop()
        }
    }

    private func stop() {
        self.isStopped = true
        self.node.stopBeaconing()
        self.timer.stop()
        self.completions.finish()
        self.timerTicks.finish()
        self.sends.finish()
        for continuation in self.walks.values { continuation.resume(returning: []) }
        self.walks.removeAll()
    }

    private func consumeMessages() async {
        var takenInARow = 0
        for await message in self.surroundings.router.bulk {
            let now = self.surroundings.clock.now()
            self.surroundings.router.bulkTaken(message, now: now)
            self.dispatch.started(depth: self.surroundings.router.bulk.statistics.queuedCount)
            if self.surroundings.trust.isAdmitted(messageFrom: message.peer) {
                self.step(.messageReceived(message.bytes, from: message.peer))
            }
            self.dispatch.finished(elapsed: self.surroundings.clock.now() - now)
            // A lane that is never empty must not keep completions out of the actor.
            takenInARow += 1
            if takenInARow.isMultiple(of: 32) { await Task.yield() }
        }
    }

    private func consumeCompletions() async {
        for await event in self.completions { self.step(event) }
    }

    private func consumeTimer() async {
        for await _ in self.timerTicks {
            self.node.handleTimeout(at: self.moment, into: &self.actions)
            self.performActions()
        }
    }

    /// One child task per send; the node limits how many run at once.
    private nonisolated func performSends() async {
        await withDiscardingTaskGroup { tasks in
            for await send in self.sends { tasks.addTask { await self.perform(send) } }
            tasks.cancelAll()
        }
    }

    private nonisolated func perform(_ send: Send) async {
        let transport = self.surroundings.transport
        let outcome = await withTimeLimit(.nanoseconds(PresenceConfiguration.sendTimeLimit.count)) {
            do {
                try await transport.send(send.bytes, to: send.peer)
                return true
            } catch {
                // A peer that is gone is news from elsewhere; here it is only a send that ended.
                return false
            }
        }
        await self.step(.sendFinished(send.id, isTimeout: outcome == nil))
    }

    // MARK: - Events and actions

    private var moment: PresenceMoment {
        let trust = self.surroundings.trust
        return PresenceMoment(
            now: self.surroundings.clock.now(),
            wallTime: self.surroundings.clock.wallTime(),
            standing: trust.standing(of:)
        )
    }

    private func step(_ event: PresenceNodeEvent) {
        self.node.handle(event, at: self.moment, into: &self.actions)
        self.performActions()
    }

    private func performActions() {
        // An action may lead to an event at once, such as the own addresses; those actions come after these.
        while !self.actions.isEmpty {
            let actions = self.actions
            self.actions.removeAll(keepingCapacity: true)
            for action in actions { self.perform(action) }
        }
        self.timer.arm(self.node.nextDeadline, now: self.surroundings.clock.now())
    }

    private func perform(_ action: PresenceAction) {
        switch action {
        case .send(let id, let peer, let bytes):
            if !self.sends.offer(Send(id: id, peer: peer, bytes: bytes)).isAccepted {
                self.node.handle(.sendFinished(id, isTimeout: false), at: self.moment, into: &self.actions)
            }
        case .collectHints:
            let hints = self.surroundings.addresses.current()
            self.node.handle(.hintsCollected(hints), at: self.moment, into: &self.actions)
        case .sign(let id, let bytes): self.sign(id, bytes)
        case .verify(let id, let checks): self.verify(id, checks)
        case .alive(let machine, let sign):
            self.surroundings.presence.beaconed(machine, sign)
            self.surroundings.logger.debug("Handled presence beacon", metadata: ["peer.id": "\(machine.shortHex)"])
        case .queryFinished(let id, let entries): self.walks.removeValue(forKey: id)?.resume(returning: entries)
        case .beaconSent(let count):
            self.surroundings.logger.info("Broadcast presence beacon", metadata: ["peer_count": "\(count)"])
        case .drop: break  // counted by the node
        }
    }

    private func sign(_ id: PresenceRequestID, _ bytes: [UInt8]) {
        let completions = self.completions
        let key = self.surroundings.identity.machineKey.signingKey
        let isAccepted = self.surroundings.crypto.offload {
            // A failure of the library is the answer "no signature"; the node counts it.
            completions.offer(.signed(id, signature: try? key.signature(for: bytes)))
        }
        if !isAccepted { completions.offer(.signed(id, signature: nil)) }
    }

    private func verify(_ id: PresenceRequestID, _ checks: [SignatureCheck]) {
        let completions = self.completions
        let isAccepted = self.surroundings.crypto.offload {
            completions.offer(.verified(id, checks.map(GossipSigners.isValid)))
        }
        // Refused work counts as invalid; the next beacon comes anyway.
        if !isAccepted { completions.offer(.verified(id, checks.map { _ in false })) }
    }

    // MARK: - Requests

    /// Takes a change in who is connected.
    func handle(_ event: PeerEvent) {
        switch event {
        case .connected(let peer): self.step(.peerConnected(peer.id))
        case .disconnected(let peer, _, _): self.step(.peerDisconnected(peer))
        }
    }

    /// Asks friends and their friends whom they know to be there; ends early once `wanted` is found.
    func walk(timeToLive: UInt8, timeout: Nanoseconds, wanted: PeerID?) async -> [PresenceQueryResponse.Entry] {
        guard !self.isStopped else { return [] }
        var random = SystemSecureRandom()
        let id = PresenceQueryID(
            words: Words32(random.nextUInt64(), random.nextUInt64(), random.nextUInt64(), random.nextUInt64())
        )
        return await withCheckedContinuation { continuation in
            // Bounded by the node: it ends walks over its cap at once.
            self.walks[id] = continuation
            self.step(.queryStarted(id, timeToLive: timeToLive, timeout: timeout, wanted: wanted))
        }
    }

    /// The newest records of machines, where there are any.
    func entries(of machines: some Sequence<MachineID> & Sendable) -> [MachineID: PresenceQueryResponse.Entry] {
        var entries: [MachineID: PresenceQueryResponse.Entry] = [:]
        for machine in machines {
            guard let entry = self.node.records[machine] else { continue }
            entries[machine] = PresenceQueryResponse.Entry(machine, entry.record)
        }
        return entries
    }

    /// Forgets a machine whose agent was blocked.
    func forget(_ machine: MachineID) { self.step(.machineForgotten(machine)) }

    /// What happened so far, and how the messages were handled.
    func statistics() -> (node: PresenceStatistics, dispatch: DispatchStatistics) {
        (self.node.statistics, self.dispatch)
    }
}
