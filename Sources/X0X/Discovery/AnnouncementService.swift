// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite
internal import Identity
internal import Logging
internal import Node
internal import Primitives
internal import QUICTransport
internal import Synchronization

/// Announces this agent and its machine: at start, 3 s later, every heartbeat, when a peer connects, and on request
/// (spec 01 §5.3).
///
/// Announcing to a new peer is what makes two daemons know each other at once instead of after a heartbeat; a token bucket
/// keeps a churning network from turning it into noise.
final class AnnouncementService: Sendable {
    /// What the service needs from the node around it.
    struct Surroundings: Sendable {
        var identity: LocalIdentity
        var addresses: OwnAddresses
        var reachability: ReachabilityMonitor
        var discovery: DiscoveryService
        var gossip: GossipService
        var crypto: CryptoExecutor
        var clock: SystemClock
        var heartbeat: Nanoseconds
        var logger: Logger
        /// Takes what was published, for the node's own caches.
        var onPublished: @Sendable ([VerifiedContent]) async -> Void
    }

    private struct State {
        /// Whether heartbeats name the user: after an announcement with consent, until one without (spec 01 §5.6, F12).
        var disclosesUser = false
        /// Announcements on request that are being published: until they are, nobody knows what the next one may disclose.
        var requestedCount = 0
        var times = AnnouncementTimes()
        var budget: TokenBucket
    }

    private let surroundings: Surroundings
    private let state: Mutex<State>
    private let triggers = Lane<Void>(capacity: 1, overflow: .dropNewest)

    /// Gathers connections that come at the same moment into one announcement.
    private static let gatherDelay = Nanoseconds.milliseconds(150)
    /// The second announcement after the start, when the first peers are there.
    private static let secondDelay = Nanoseconds.seconds(3)

    init(_ surroundings: Surroundings) {
        self.surroundings = surroundings
        let now = surroundings.clock.now()
        self.state = Mutex(State(budget: TokenBucket(tokensPerSecond: 0.2, burst: 10, now: now)))
    }

    // MARK: - Life

    /// Announces until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { tasks in
            tasks.addTask { await self.beat() }
            for await _ in self.triggers {
                guard await self.pause(Self.gatherDelay), await self.waitForBudget() else { break }
                await self.announceAgain()
            }
            tasks.cancelAll()
        }
    }

    private func beat() async {
        await self.announceAgain()
        guard await self.pause(Self.secondDelay) else { return }
        repeat { await self.announceAgain() } while await self.pause(self.surroundings.heartbeat)
    }

    /// A peer connected: it should hear of us now.
    func peerConnected() { self.triggers.offer(()) }

    private func waitForBudget() async -> Bool {
        while !self.state.withLock({ $0.budget.take(now: self.surroundings.clock.now()) }) {
            guard await self.pause(.seconds(1)) else { return false }
        }
        return true
    }

    /// Waits; `false` when the task was cancelled.
    private func pause(_ span: Nanoseconds) async -> Bool {
        let clock = self.surroundings.clock
        return (try? await clock.sleep(until: clock.now() + span)) != nil
    }

    private func announceAgain() async {
        do {
            try await self.publish(nil)
        } catch {
            self.surroundings.logger.warning("cannot announce this agent", metadata: ["reason": "\(error)"])
        }
    }

    // MARK: - Announcing

    /// Whether the owner's consent to name the user is in force.
    var disclosesUser: Bool { self.state.withLock { $0.disclosesUser } }

    /// Announces once on request.
    ///
    /// Disclosing the user needs consent and publishes the user's certificate list too; after a success heartbeats go on
    /// disclosing, until an announcement without.
    func announce(includeUser: Bool, humanConsent: Bool) async throws(AnnounceError) {
        do throws(DisclosureError) {
            try self.surroundings.identity.checkDisclosure(includeUser: includeUser, humanConsent: humanConsent)
        } catch {
            switch error {
            case .consentMissing: throw .consentRequired
            case .noUserIdentity: throw .noUserIdentity
            case .differentUser: throw .certificateMissing
            }
        }
        self.state.withLock { state in
            state.requestedCount += 1
            if !includeUser { state.disclosesUser = false }
        }
        defer { self.state.withLock { $0.requestedCount -= 1 } }
        try await self.publish(includeUser)
        // Before the request counts as done: see `defer`.
        if includeUser { self.state.withLock { $0.disclosesUser = true } }
    }

    /// What an announcement discloses and its time, decided together: a heartbeat must not take back, as the newer one,
    /// what the owner disclosed a moment ago.
    ///
    /// - Returns: `nil` for a heartbeat while an announcement on request is on its way, which does as well.
    private func decide(_ requested: Bool?) -> (includeUser: Bool, announcedAt: UInt64)? {
        let now = self.surroundings.clock.wallTime().seconds
        return self.state.withLock { state in
            if requested == nil, state.requestedCount > 0 { return nil }
            let announcedAt = state.times.next(now: now, mustBeNewer: requested != nil)
            return (requested ?? state.disclosesUser, announcedAt)
        }
    }

    /// Signs the announcements and publishes each on its shard and on its common topic (spec 01 §5.4).
    ///
    /// - Parameter requested: Whether to disclose the user; `nil` for a heartbeat, which does as the last request did.
    /// - Throws: The first failure, which ends it.
    private func publish(_ requested: Bool?) async throws(AnnounceError) {
        let identity = self.surroundings.identity
        let addresses = self.surroundings.addresses.current()
        let reachability = await self.surroundings.reachability.current()
        guard let (includeUser, announcedAt) = self.decide(requested) else { return }
        let signed = await self.surroundings.crypto.run {
            OwnAnnouncements(
                of: identity,
                addresses: addresses,
                reachability: reachability,
                announcedAt: announcedAt,
                includeUser: includeUser,
                includeCertificates: requested != nil
            )
        }
        guard let announcements = signed ?? nil else { throw .signingFailed }
        self.surroundings.discovery.expectOwn(announcements.messages.map(\.payload))
        for (topic, payload) in announcements.messages {
            guard case .success = await self.surroundings.gossip.publish(topic: topic, payload: payload) else {
                throw .publishFailed
            }
        }
        await self.surroundings.onPublished(announcements.contents)
    }
}
