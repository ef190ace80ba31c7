// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DirectMessages
internal import Discovery
internal import Identity
internal import Logging
internal import Node
internal import Presence
internal import Primitives
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
    let addresses: OwnAddresses
    let announcer: AnnouncementService
    let dialer: DialService
    let connector: AgentConnector
    let direct: DirectMessageService
    let directFeeds: Broadcast<DirectMessage>

    init(_ configuration: AgentConfiguration, clock: SystemClock, logger: Logger) async throws {
        // Before anything is created in them: one process per data directory, and one per identity (spec 01 F42).
        let lock: DataDirectoryLock
        (lock, self.identityLock) = try Self.lock(configuration)
        let paths = IdentityPaths(
            directory: configuration.identityDirectory,
            dataDirectory: configuration.dataDirectory,
            userKey: configuration.userKeyPath
        )
        self.keys = try IdentityDirectory(paths).load(now: clock.wallTime())
        let store = try Store.open(lock)
        self.store = store
        self.contacts = ContactService(try await ContactStorage.load(from: store)) { changes in
            try await ContactStorage.persist(changes, in: store)
        }
        self.gate = ContactGate(self.contacts.snapshot)
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

        self.hub = PubSubHub(gate: self.gate)
        self.gossip = GossipService(
            GossipService.Surroundings(
                identity: self.keys,
                transport: self.network.peers,
                crypto: self.crypto,
                eventLoop: self.network.eventLoop,
                router: self.router,
                clock: clock,
                hub: self.hub
            )
        )
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
        self.hub.listen(to: self.discovery.topics)
        self.lookups = LookupService(discovery: self.discovery, gossip: self.gossip, hub: self.hub)
        self.reachability = ReachabilityMonitor(
            transport: self.network.peers,
            discovery: self.discovery,
            capabilities: configuration.capabilities,
            clock: clock
        )
        self.presence = PresenceService(
            localAgent: self.keys.agentID,
            announcementLifetime: configuration.identityLifetime,
            clock: clock,
            logger: logger
        )
        self.dialer = DialService(transport: self.network.peers)
        self.connector = AgentConnector(
            transport: self.network.peers,
            discovery: self.discovery,
            contacts: self.contacts.snapshot,
            dialer: self.dialer,
            bootstrapPeers: configuration.bootstrapPeers,
            clock: clock,
            logger: logger
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

    private static func lock(_ configuration: AgentConfiguration) throws -> (DataDirectoryLock, DirectoryLock) {
        do {
            let data = try DataDirectoryLock(directory: configuration.dataDirectory)
            try PrivateFile.createDirectory(configuration.identityDirectory)
            return (data, try DirectoryLock(configuration.identityDirectory))
        } catch let error as StorageError {
            if case .directoryInUse = error { throw AlreadyRunning(error) }
            throw error
        } catch let error as DirectoryLock.Failure {
            if case .held = error { throw AlreadyRunning(error) }
            throw error
        }
    }

    /// Clients of direct messages at once (spec 11 §1).
    private static let directFeedCountMax = 64
}
