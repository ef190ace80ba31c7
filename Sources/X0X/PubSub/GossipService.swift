// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite
internal import GossipCore
internal import Identity
internal import NIOCore
internal import Node
internal import Primitives
internal import QUICTransport

/// Drives the gossip core: feeds it events, performs its actions, keeps its one timer.
///
/// The actor is the core's only owner. `step` is synchronous: mutate, collect actions, perform; whatever is slow
/// (signatures, sends) runs elsewhere and comes back as an event through a lane whose capacity covers everything the core
/// allows to be in flight.
actor GossipService {
    /// What the service needs from the node around it.
    struct Surroundings: Sendable {
        var identity: LocalIdentity
        var transport: any PeerTransport
        var crypto: CryptoExecutor
        var eventLoop: any EventLoop
        var router: MessageRouter
        var clock: SystemClock
        /// Connects to a peer on behalf of membership.
        var dialer: NeighborDialer
        /// Takes every delivered message, and the outcome of every publish.
        var hub: PubSubHub
    }

    private let surroundings: Surroundings
    private let completions: Lane<GossipEvent>
    private let sends: Lane<SendRequest>
    /// Peers membership wants to be connected to; it tries few at once.
    private let dials = Lane<PeerID>(capacity: 64, overflow: .dropNewest)
    private let timerTicks = Lane<Void>(capacity: 1, overflow: .dropNewest)
    /// Says that signatures were checked, to a consumer of messages that waits for it.
    private let verificationRoom = Lane<Void>(capacity: 1, overflow: .dropNewest)
    private let timer: DeadlineTimer
    private let signers: GossipSigners

    private var node: GossipNode
    private var actions: [GossipAction] = []
    private var publishing: [RequestID: CheckedContinuation<Result<Int, PublishFailure>, Never>] = [:]
    private var lastPublish: UInt64 = 0
    /// Publishers that wait because this node is behind with what it receives.
    private var held = HeldPublishers()
    private var dispatch = DispatchStatistics()
    private var membershipDispatch = DispatchStatistics()
    private var fanOut = StageTimer()
    private let sweepInterval: Nanoseconds
    private var isStopped = false

    /// Creates the service without peers and subscriptions.
    init(_ surroundings: Surroundings, configuration: GossipConfiguration = GossipConfiguration()) {
        self.surroundings = surroundings
        self.sweepInterval = configuration.sweepInterval
        // The core measures what it does with the shell's clock and decides nothing by it.
        var configuration = configuration
        let clock = surroundings.clock
        configuration.stopwatch = { clock.now() }
        let identity = surroundings.identity
        var random = SystemSecureRandom()
        self.node = GossipNode(
            identity: GossipIdentity(
                peerID: identity.machineID,
                machinePublicKey: identity.machineKey.publicKey.bytes,
                agentID: identity.agentID,
                agentPublicKey: identity.agentKey.publicKey.bytes
            ),
            configuration: configuration,
            seed: random.nextUInt64(),
            now: surroundings.clock.now()
        )
        // Everything the core lets be in flight fits: a lost completion would leak its slot for ever.
        self.completions = Lane(
            capacity: configuration.verificationCountMax + 2 * configuration.signingCountMax,
            overflow: .dropNewest
        )
        self.sends = Lane(
            capacity: configuration.peerCountMax * configuration.sendCountInFlightMax,
            overflow: .dropNewest
        )
        let ticks = self.timerTicks
        self.timer = DeadlineTimer(eventLoop: surroundings.eventLoop) { ticks.offer(()) }
        self.signers = GossipSigners(identity: identity, crypto: surroundings.crypto, completions: self.completions)
    }

    // MARK: - Life

    /// Runs until the router's lane is finished or the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { tasks in
            tasks.addTask { await self.consumeCompletions() }
            tasks.addTask { await self.consumeTimer() }
            tasks.addTask { await self.performSends() }
            tasks.addTask { await self.performDials() }
            tasks.addTask { await self.consumeMembership() }
            tasks.addTask { await self.consumeRequests() }
            await self.consumeMessages()
            self.stop()
        }
    }

    private func stop() {
        self.isStopped = true
        self.timer.stop()
        self.completions.finish()
        self.timerTicks.finish()
        self.verificationRoom.finish()
        self.sends.finish()
        self.dials.finish()
        for publisher in self.held.takeAll() { publisher.resume() }
        for continuation in self.publishing.values { continuation.resume(returning: .failure(.overloaded)) }
        self.publishing.removeAll()
    }

    private func consumeMessages() async {
        var takenInARow = 0
        for await message in self.surroundings.router.pubSub {
            guard await self.hasVerificationRoom() else { return }
            self.take(message)
            // A lane that is never empty must not keep publishers and completions out of the actor.
            takenInARow += 1
            if takenInARow.isMultiple(of: 32) { await Task.yield() }
        }
    }

    private func consumeRequests() async {
        for await message in self.surroundings.router.requests { self.take(message) }
    }

    private func take(_ message: InboundMessage) {
        let now = self.surroundings.clock.now()
        self.surroundings.router.pubSubTaken(message, now: now)
        self.dispatch.started(depth: self.surroundings.router.pubSub.statistics.queuedCount)
        self.step(.messageReceived(message.bytes, from: message.peer))
        self.dispatch.finished(elapsed: self.surroundings.clock.now() - now)
        self.releasePublishers()
    }

    private func releasePublishers() {
        guard !self.held.isEmpty else { return }
        let depth = self.surroundings.router.pubSub.statistics.queuedCount
        for publisher in self.held.take(depth: depth, now: self.surroundings.clock.now()) { publisher.resume() }
    }

    /// Waits while so many signatures are being checked that the core would refuse more; `false` once cancelled.
    ///
    /// Messages wait in their lane meanwhile, which is far larger, instead of being dropped and fetched again: when the
    /// processor is what is scarce, fetching makes it worse.
    private func hasVerificationRoom() async -> Bool {
        var room = self.verificationRoom.makeAsyncIterator()
        while !self.node.hasVerificationRoom {
            guard await room.next() != nil else { return false }
        }
        return true
    }

    private func consumeMembership() async {
        for await message in self.surroundings.router.membership {
            let now = self.surroundings.clock.now()
            self.surroundings.router.membershipTaken(message, now: now)
            self.membershipDispatch.started(depth: self.surroundings.router.membership.statistics.queuedCount)
            self.step(.messageReceived(message.bytes, from: message.peer))
            self.membershipDispatch.finished(elapsed: self.surroundings.clock.now() - now)
        }
    }

    private func consumeCompletions() async {
        for await event in self.completions {
            self.step(event)
            self.verificationRoom.offer(())
            self.releasePublishers()
        }
    }

    private func consumeTimer() async {
        for await _ in self.timerTicks {
            self.node.handleTimeout(now: self.surroundings.clock.now(), into: &self.actions)
            self.performActions()
        }
    }

    /// One child task per send; the core limits how many run at once.
    private nonisolated func performSends() async {
        await withDiscardingTaskGroup { tasks in
            for await request in self.sends { tasks.addTask { await self.perform(request) } }
            tasks.cancelAll()
        }
    }

    /// One child task per dial; membership limits how many run at once.
    private nonisolated func performDials() async {
        await withDiscardingTaskGroup { tasks in
            for await peer in self.dials {
                tasks.addTask {
                    // A success is the transport's to tell.
                    if await !self.surroundings.dialer.connect(to: peer) { await self.step(.connectFailed(peer)) }
                }
            }
            tasks.cancelAll()
        }
    }

    private nonisolated func perform(_ request: SendRequest) async {
        let outcome: SendOutcome
        do throws(TransportError) {
            // The transport keeps the limit: a timer here would measure how busy this process is.
            try await self.surroundings.transport.send(request.bytes, to: request.peer, within: request.timeLimit)
            outcome = .sent
        } catch {
            outcome = error == .timedOut ? .timedOut : .failed
        }
        await self.step(.sendFinished(request.id, outcome))
    }

    // MARK: - Events and actions

    private func step(_ event: GossipEvent) {
        self.node.handle(event, now: self.surroundings.clock.now(), into: &self.actions)
        self.performActions()
    }

    private func performActions() {
        for action in self.actions { self.perform(action) }
        self.actions.removeAll(keepingCapacity: true)
        self.timer.arm(self.node.nextDeadline, now: self.surroundings.clock.now())
    }

    private func perform(_ action: GossipAction) {
        switch action {
        case .send(let request):
            if !self.sends.offer(request).isAccepted { self.completions.offer(.sendFinished(request.id, .failed)) }
        case .sign(let request): self.signers.sign(request)
        case .verify(let request): self.signers.verify(request)
        case .deliver(let message):
            let start = self.surroundings.clock.now()
            self.surroundings.hub.deliver(message)
            self.fanOut.record(self.surroundings.clock.now() - start)
        case .published(let request, let receipt): self.finish(request, .success(receipt.eagerPeerCount))
        case .publishFailed(let request, let failure): self.finish(request, .failure(failure))
        case .connect(let peer):
            if !self.dials.offer(peer).isAccepted { self.completions.offer(.connectFailed(peer)) }
        case .release: break  // the connection also serves direct messages and presence
        case .drop: break  // counted by the core
        }
    }

    private func finish(_ request: RequestID, _ result: Result<Int, PublishFailure>) {
        self.surroundings.hub.publishFinished(isSuccess: (try? result.get()) != nil)
        self.publishing.removeValue(forKey: request)?.resume(returning: result)
    }

    // MARK: - Requests

    /// Takes a change in who is connected.
    func handle(_ event: PeerEvent) {
        switch event {
        case .connected(let peer):
            let isReplacement = self.node.isConnected(peer.id)
            self.step(.peerConnected(peer.id))
            if isReplacement { self.step(.connectionReplaced(peer.id)) }
        case .disconnected(let peer, _, _): self.step(.peerDisconnected(peer))
        }
    }

    /// Tells the core whether a topic has local subscribers now.
    ///
    /// Asked here and not by the caller: when one client leaves a topic while another joins it, the last word counts.
    func updateSubscription(of topic: String) {
        let isSubscribed = self.surroundings.hub.isListening(to: topic)
        self.step(isSubscribed ? .subscribed(topic: topic) : .unsubscribed(topic: topic))
    }

    /// Publishes; returns the number of neighbours the message is pushed to once both signatures are made.
    ///
    /// While this node is far behind with what it receives, publishers wait for it, but not longer than
    /// ``HeldPublishers/waitMax``: a slower client is better than lost messages.
    func publish(topic: String, payload: [UInt8]) async -> Result<Int, PublishFailure> {
        guard !self.isStopped else { return .failure(.overloaded) }
        if self.held.mustWait(depth: self.surroundings.router.pubSub.statistics.queuedCount) {
            await withCheckedContinuation { self.held.add($0, now: self.surroundings.clock.now()) }
            guard !self.isStopped else { return .failure(.overloaded) }
        }
        self.lastPublish += 1
        let request = PublishRequest(
            id: RequestID(self.lastPublish),
            topic: topic,
            payload: payload,
            publishedAt: self.surroundings.clock.wallTime()
        )
        return await withCheckedContinuation { continuation in
            // Bounded by the core: it refuses publishes over `signingCountMax`.
            self.publishing[request.id] = continuation
            self.step(.publish(request))
        }
    }

    /// The core's part of the diagnostics.
    struct Report: Sendable {
        let stages: GossipStatistics
        let scores: [PeerScoreReport]
        let suppressed: [SuppressedPeerReport]
        let overlay: OverlayReport
        let fanOut: StageTimer
        let sweepInterval: Nanoseconds
        let dispatch: DispatchStatistics
        let membershipDispatch: DispatchStatistics
    }

    func diagnostics() -> Report {
        let now = self.surroundings.clock.now()
        return Report(
            stages: self.node.statistics,
            scores: self.node.peerScores(now: now),
            suppressed: self.node.suppressedPeers(now: now),
            overlay: self.node.overlay,
            fanOut: self.fanOut,
            sweepInterval: self.sweepInterval,
            dispatch: self.dispatch,
            membershipDispatch: self.membershipDispatch
        )
    }
}
