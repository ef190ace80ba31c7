// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Connectivity
internal import DirectMessages
internal import GossipCore
package import Identity
package import Logging
internal import NIOCore
internal import Node
package import Primitives
internal import PrivateFiles
internal import QUICTransport
internal import ServiceLifecycle
internal import Storage
internal import Synchronization
internal import Trust

/// An x0x agent: identity, network, gossip, discovery, contacts and direct messages composed into one service.
///
/// The embedding library's only entry point. Its mutable state lives in the services it owns; every method may be called
/// from any task. `run()` is its whole life: it needs a surrounding `ServiceGroup`, or a task that is cancelled.
package final class Agent: Service, Sendable {
    /// The public identity of this node.
    package let identity: LocalIdentitySummary
    /// When the agent was opened.
    package let startedAt: Instant

    let configuration: AgentConfiguration
    let logger: Logger
    let clock: SystemClock
    let keys: LocalIdentity
    let crypto: CryptoExecutor
    let router: MessageRouter
    let network: NodeNetwork
    let contactService: ContactService
    let gate: ContactGate
    let activity: ContactActivity
    let hub: PubSubHub
    let gossip: GossipService
    let discovery: DiscoveryService
    let lookups: LookupService
    let reachability: ReachabilityMonitor
    let announcer: AnnouncementService
    let presence: PresenceService
    let presenceTrust: PresenceTrust
    let overlay: PresenceOverlay
    let rendezvous: RendezvousService
    let addresses: OwnAddresses
    let dialer: DialService
    let connector: AgentConnector
    let peerMemory: PeerMemory
    let coordinators: CoordinatorDirectory
    let autoConnector: AutoConnector
    let store: Store
    let direct: DirectMessageService
    let directFeeds: Broadcast<DirectMessage>
    let peerWatch = PeerWatch()

    /// Held while the agent is open; the object may outlive that.
    private let identityLock: Mutex<DirectoryLock?>
    private let stopping = Latch()
    private let shutdownRequest = Latch()

    /// Queue of one client of direct messages: 8,192 messages (spec 08 §6.3), 64 MiB.
    static let directFeedLimits = QueueLimits(count: 8192, byteCount: 64 << 20)

    /// Opens keys and storage, and binds QUIC.
    ///
    /// - Throws: ``AlreadyRunning``; `IdentityLoadError` naming a key file that cannot be used (it is never overwritten);
    ///   `StorageError`; or `QUICTransportError` when the address cannot be bound. Nothing stays open then.
    package init(configuration: AgentConfiguration, logger: Logger) async throws {
        let clock = SystemClock()
        let parts = try await AgentParts(configuration, clock: clock, logger: logger)
        self.clock = clock
        self.startedAt = clock.now()
        self.configuration = configuration
        self.logger = logger
        self.identity = parts.keys.summary
        self.identityLock = Mutex(parts.identityLock)
        self.keys = parts.keys
        self.store = parts.store
        self.crypto = parts.crypto
        self.router = parts.router
        self.network = parts.network
        self.contactService = parts.contacts
        self.gate = parts.gate
        self.activity = parts.activity
        self.hub = parts.hub
        self.gossip = parts.gossip
        self.discovery = parts.discovery
        self.lookups = parts.lookups
        self.reachability = parts.reachability
        self.presence = parts.presence
        self.presenceTrust = parts.presenceTrust
        self.overlay = parts.overlay
        self.rendezvous = parts.rendezvous
        self.addresses = parts.addresses
        self.announcer = parts.announcer
        self.dialer = parts.dialer
        self.connector = parts.connector
        self.peerMemory = parts.peerMemory
        self.coordinators = parts.coordinators
        self.autoConnector = parts.autoConnector
        self.direct = parts.direct
        self.directFeeds = parts.directFeeds
        for topic in parts.discovery.topics + [parts.rendezvous.topic] {
            await parts.gossip.updateSubscription(of: topic)
        }
    }

    /// The really bound QUIC address, never with port 0.
    package var localAddress: NetworkAddress { self.network.boundAddress }

    // MARK: - Life

    /// Runs until the surrounding service group shuts down or the task is cancelled; then closes everything.
    package func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { tasks in
                tasks.addTask { await self.gossip.run() }
                tasks.addTask { await self.activity.run() }
                tasks.addTask { await self.consumePeerEvents() }
                tasks.addTask { await self.consumeDirectMessages() }
                tasks.addTask { await self.consumeAnnouncements() }
                tasks.addTask { await self.announcer.run() }
                tasks.addTask { await self.presence.run() }
                tasks.addTask { await self.overlay.run() }
                tasks.addTask { await self.rendezvous.run() }
                tasks.addTask { await self.sweepDiscovery() }
                tasks.addTask { await self.dialer.run() }
                tasks.addTask { await self.connector.keepConnected() }
                tasks.addTask { await self.peerMemory.run() }
                tasks.addTask { await self.peerMemory.rejoin() }
                tasks.addTask { await self.autoConnector.run() }
                await self.stopping.wait()
                self.endFeeds()
                // Completes every send and dial in flight, so that the tasks above can end.
                await self.network.peers.shutDown()
                self.router.finish()
                self.dialer.finish()
                self.network.peerEvents.finish()
                tasks.cancelAll()
            }
        } onGracefulShutdown: {
            self.stopping.open()
        }
        // The threads first: a handshake that was being computed reports to the loop.
        await self.crypto.shutDown()
        await self.network.shutDown()
        let (activity, peerMemory, store) = (self.activity, self.peerMemory, self.store)
        // A task of its own, awaited here: the database refuses to close on a cancelled task.
        try await Task {
            await activity.write()
            await peerMemory.write()
            try await store.close()
        }.value
        self.identityLock.withLock { $0 = nil }
        self.logger.notice("agent stopped")
    }

    /// Asks whoever hosts the agent to shut it down; repeating it changes nothing.
    package func requestShutdown() { self.shutdownRequest.open() }

    /// Waits until somebody calls `requestShutdown()` or the task is cancelled.
    package func shutdownRequested() async { await self.shutdownRequest.wait() }

    /// Ends every event feed, so that the clients' streams end; part of shutting down.
    package func endFeeds() {
        self.hub.finish()
        self.presence.finish()
        self.directFeeds.finish()
        self.peerWatch.changes.finish()
    }
}
