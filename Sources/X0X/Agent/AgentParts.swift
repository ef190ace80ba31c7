// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DirectMessages
internal import Discovery
internal import Identity
internal import Logging
internal import Node
internal import Presence
internal import Primitives
internal import PrivateFiles
internal import QUICTransport
internal import Storage

/// Builds the parts of an agent in the order in which they need each other; the only place that does.
///
/// Keys, then storage with contacts, then the network, then what talks over it. What has been opened before a failure is
/// closed again.
struct AgentParts {
    let identityLock: DirectoryLock
    let keys: LocalIdentity
    let store: Store
    let contacts: ContactService
    let gate: ContactGate
    let activity: ContactActivity
    let crypto: CryptoExecutor
    let router: MessageRouter
    let network: NodeNetwork
    let hub: PubSubHub
    let gossip: GossipService
    let discovery: DiscoveryService
    let lookups: LookupService
    let reachability: ReachabilityMonitor
    let presence: PresenceService
    let presenceTrust: PresenceTrust
    let overlay: PresenceOverlay
    let rendezvous: RendezvousService
    let addresses: OwnAddresses
    let announcer: AnnouncementService
    let dialer: DialService
    let connector: AgentConnector
    let peerMemory: PeerMemory
    let coordinators: CoordinatorDirectory
    let autoConnector: AutoConnector
    let direct: DirectMessageService
    let directFeeds: Broadcast<DirectMessage>

    init(_ configuration: AgentConfiguration, clock: SystemClock, logger: Logger) async throws {
        // Before anything is created in them: one process per data directory, and one per identity (spec 01 F42).
        let lock: DirectoryLock
        (lock, self.identityLock) = try Self.lock(configuration)
        let paths = IdentityPaths(
            directory: configuration.identityDirectory,
            dataDirectory: configuration.dataDirectory,
            userKey: configuration.userKeyPath
        )
        self.keys = try IdentityDirectory(paths).load(now: clock.wallTime())
        let store = try Store.open(lock)
        self.store = store
        let book = try await ContactFileImport.run(
            in: configuration.dataDirectory,
            book: try await ContactStorage.load(from: store),
            localAgent: self.keys.agentID,
            store: store,
            now: clock.wallTime().seconds,
            logger: logger
        )
        self.contacts = ContactService(book) { changes in
            try await ContactStorage.persist(changes, in: store)
        }
        self.gate = ContactGate(self.contacts.snapshot)
        let storedPeers = try await store.peers()
        let activity = ContactActivity(contacts: self.contacts, clock: clock, logger: logger)
        self.activity = activity
        self.crypto = CryptoExecutor()
        self.router = MessageRouter(clock: clock)
        do {
            self.network = try await NodeNetwork.open(
                configuration,
                identity: self.keys,
                crypto: self.crypto,
                router: self.router
            )
        } catch {
            await self.crypto.shutDown()
            throw error
        }
        self.addresses = OwnAddresses(bound: self.network.boundAddress, loopbackOnly: configuration.loopbackOnly)

        self.discovery = DiscoveryService(
            identity: self.keys.summary,
            configuration: DiscoveryConfiguration(
                timeToLive: configuration.identityLifetime,
                heartbeatInterval: configuration.heartbeatInterval,
                addressPolicy: self.addresses.policy
            ),
            gate: self.gate,
            crypto: self.crypto,
            clock: clock
        )
        self.presenceTrust = PresenceTrust(gate: self.gate, discovery: self.discovery)
        let found = self.discovery
        self.hub = PubSubHub(gate: self.gate) { found.machineElsewhere(of: $0) }
        self.hub.listen(to: self.discovery.topics)
        self.dialer = DialService(transport: self.network.peers, clock: clock)
        self.gossip = GossipService(
            GossipService.Surroundings(
                identity: self.keys,
                transport: self.network.peers,
                crypto: self.crypto,
                eventLoop: self.network.eventLoop,
                router: self.router,
                clock: clock,
                dialer: NeighborDialer(
                    transport: self.network.peers,
                    discovery: self.discovery,
                    trust: self.presenceTrust,
                    dialer: self.dialer
                ),
                hub: self.hub
            ),
            configuration: configuration.gossip.core
        )
        self.reachability = ReachabilityMonitor(
            transport: self.network.peers,
            discovery: self.discovery,
            capabilities: configuration.capabilities,
            clock: clock
        )
        self.presence = PresenceService(
            localAgent: self.keys.agentID,
            configuration: Self.tracking(configuration),
            eventLoop: self.network.eventLoop,
            clock: clock,
            logger: logger
        )
        self.overlay = PresenceOverlay(
            PresenceOverlay.Surroundings(
                identity: self.keys,
                addresses: self.addresses,
                transport: self.network.peers,
                crypto: self.crypto,
                eventLoop: self.network.eventLoop,
                router: self.router,
                clock: clock,
                trust: self.presenceTrust,
                presence: self.presence,
                logger: logger
            ),
            configuration: PresenceConfiguration(beaconInterval: configuration.beaconInterval)
        )
        self.rendezvous = RendezvousService(
            RendezvousService.Surroundings(
                identity: self.keys,
                addresses: self.addresses,
                gossip: self.gossip,
                discovery: self.discovery,
                contacts: self.contacts.snapshot,
                crypto: self.crypto,
                clock: clock,
                logger: logger
            ),
            configuration: RendezvousService.Configuration(
                isEnabled: configuration.rendezvousEnabled,
                validity: configuration.rendezvousValidity
            )
        )
        self.hub.listen(to: [self.rendezvous.topic])
        self.lookups = LookupService(
            discovery: self.discovery,
            rendezvous: self.rendezvous,
            gossip: self.gossip,
            hub: self.hub
        )
        self.connector = AgentConnector(
            transport: self.network.peers,
            discovery: self.discovery,
            contacts: self.contacts.snapshot,
            trust: self.presenceTrust,
            dialer: self.dialer,
            bootstrapPeers: configuration.bootstrapPeers,
            clock: clock,
            logger: logger
        )
        self.peerMemory = PeerMemory(
            stored: storedPeers,
            store: store,
            transport: self.network.peers,
            dialer: self.dialer,
            addresses: self.addresses,
            clock: clock,
            logger: logger
        )
        self.coordinators = CoordinatorDirectory(peers: self.peerMemory, crypto: self.crypto, clock: clock)
        self.autoConnector = AutoConnector(
            transport: self.network.peers,
            discovery: self.discovery,
            trust: self.presenceTrust,
            dialer: self.dialer,
            peerCountMax: configuration.dialsAnnouncedMachines ? configuration.gossip.activeViewSize : 0,
            clock: clock
        )
        let feeds = Broadcast<DirectMessage>(
            subscriberCountMax: Self.directFeedCountMax,
            measure: { $0.payload.count }
        )
        self.directFeeds = feeds
        self.direct = DirectMessageService(
            DirectMessageService.Surroundings(
                localAgent: self.keys.agentID,
                transport: self.network.peers,
                directory: NodeDirectory(
                    discovery: self.discovery,
                    gate: self.gate,
                    connector: self.connector
                ),
                heartbeatSeconds: UInt64(max(1, configuration.heartbeatInterval.seconds)),
                fanOut: { message in
                    if message.isVerified { activity.note(message.sender, on: message.machineID) }
                    feeds.publish(message)
                    return feeds.statistics.subscriberCount
                }
            )
        )
        let (discovery, presence, direct) = (self.discovery, self.presence, self.direct)
        self.announcer = AnnouncementService(
            AnnouncementService.Surroundings(
                identity: self.keys,
                addresses: self.addresses,
                reachability: self.reachability,
                discovery: self.discovery,
                gossip: self.gossip,
                crypto: self.crypto,
                clock: clock,
                heartbeat: configuration.heartbeatInterval,
                logger: logger,
                onPublished: { contents in
                    for case .bind(let agent, to: let machine) in discovery.noteOwn(contents) {
                        presence.note(.bound(agent, to: machine))
                        presence.note(.announced(agent))
                        await direct.register(agent, on: machine)
                    }
                }
            )
        )
    }

    private static func tracking(_ configuration: AgentConfiguration) -> PresenceTracker.Configuration {
        PresenceTracker.Configuration(
            announcementLifetime: configuration.identityLifetime,
            pollInterval: configuration.presencePollInterval,
            detector: DetectorConfiguration(
                beaconInterval: configuration.beaconInterval,
                fallbackTimeout: configuration.presenceOfflineTimeout
            )
        )
    }

    private static func lock(
        _ configuration: AgentConfiguration
    ) throws -> (data: DirectoryLock, identity: DirectoryLock) {
        try PrivateFile.createDirectory(configuration.dataDirectory)
        try PrivateFile.createDirectory(configuration.identityDirectory)
        do throws(DirectoryLock.Failure) {
            let data = try DirectoryLock(configuration.dataDirectory, fileName: Store.lockFileName)
            return (data, try DirectoryLock(configuration.identityDirectory))
        } catch {
            if case .held = error { throw AlreadyRunning(error) }
            throw error
        }
    }

    /// Clients of direct messages at once; the server has a lower cap.
    private static let directFeedCountMax = 4096
}
