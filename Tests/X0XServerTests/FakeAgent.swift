// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import DirectMessages
import Discovery
import GossipCore
import Identity
import Node
import Presence
import Primitives
import Synchronization
import Trust
import X0XServer

@testable import X0X  // the memberwise initialisers of its plain records

/// An agent without a network: real contact rules, real feeds, everything else as the test arranges it.
final class FakeAgent: AgentService {
    let presenceChanges = Broadcast<PresenceTracker.Action>(subscriberCountMax: 2)

    /// What a test sets up and looks at.
    struct World: Sendable {
        var book = ContactBook()
        var discovered: [DiscoveredAgent] = []
        var peers: [ConnectedPeer] = []
        var connections: [DirectConnection] = []
        var connectOutcome = ConnectOutcome(.notFound)
        var sendResult: Result<DirectSendReceipt, DirectSendError> = .failure(.recipientKeyUnavailable)
        var announceError: AnnounceError?
        var subscriptions: [SubscriptionID: String] = [:]
        var receivers: [SubscriptionID: @Sendable (ReceivedMessage) -> Void] = [:]
        var lastSubscription: UInt64 = 0
        var sent: [[UInt8]] = []
        var probeTimeout: Nanoseconds?
        var isShutdownRequested = false
        var importedCards: [AgentCard] = []
        /// The limits of the last walk that was asked for.
        var walk: (timeToLive: UInt8, timeout: Nanoseconds)?
        var searchLimits: [Nanoseconds] = []
        var dialAttempts: [AgentID: DialAttempt] = [:]
    }

    static let agentID = id(1, AgentID.self)
    static let machineID = id(2, MachineID.self)
    static let userID = id(3, UserID.self)
    static let startTime: UInt64 = 1_700_000_000
    /// A topic whose overlay subscription cannot be made.
    static let brokenTopic = "broken"

    let world = Mutex(World())
    let topics: Broadcast<AgentEvent>
    let directs: Broadcast<DirectMessage>
    let lifecycles = Broadcast<PeerLifecycle>(subscriberCountMax: 64)

    let identity = LocalIdentitySummary(
        agentID: FakeAgent.agentID,
        machineID: FakeAgent.machineID,
        userID: nil,
        agentPublicKey: [],
        machinePublicKey: [],
        keyEncapsulationPublicKey: [UInt8](repeating: 0xFB, count: 1184)  // base64 of 0xFB has many slashes and pluses
    )

    /// Runs before each direct send: a test that wants a slow peer waits here.
    let sendGate: (@Sendable () async -> Void)?

    init(feedCountMax: Int = 64, sendGate: (@Sendable () async -> Void)? = nil) {
        self.sendGate = sendGate
        self.topics = Broadcast(subscriberCountMax: feedCountMax)
        self.directs = Broadcast(subscriberCountMax: feedCountMax)
    }

    var topicReaders: Int { self.topics.statistics.subscriberCount }
    var directReaders: Int { self.directs.statistics.subscriberCount }

    func requestShutdown() { self.world.withLock { $0.isShutdownRequested = true } }

    func finishFeeds() {
        self.topics.finish()
        self.directs.finish()
        self.lifecycles.finish()
    }

    func deliver(_ message: DirectMessage) { self.directs.publish(message) }

    // MARK: - Identity

    func card(displayName: String, includeUser: Bool) async throws -> AgentCard {
        AgentCard(
            displayName: displayName,
            agentID: Self.agentID,
            machineID: Self.machineID,
            userID: includeUser ? Self.userID : nil,
            addresses: [NetworkAddress(ipv4: 0x7F00_0001, port: 5483)],
            createdAt: Self.startTime,
            directMessages: DirectMessageCapabilities(
                hasGossipInbox: true,
                keyEncapsulationPublicKey: self.identity.keyEncapsulationPublicKey
            )
        )
    }

    func importCard(_ card: AgentCard, trust: TrustLevel) async throws -> CardImportOutcome {
        _ = try card.authenticity()
        return try self.world.withLock { world in
            world.importedCards.append(card)
            var changes: [ContactChange] = []
            return try world.book.importCard(
                card,
                requesting: trust,
                localAgent: Self.agentID,
                now: Self.startTime,
                into: &changes
            )
        }
    }

    func introduction(for peer: AgentID?) async throws -> Trust.Introduction {
        let level = self.world.withLock { world in
            peer.map { world.book.isRevoked($0) ? .blocked : world.book[$0]?.trustLevel ?? .unknown } ?? .unknown
        }
        let agentKey = try AgentKey()
        let userKey = try UserKey()
        let certificate = try AgentCertificate(issuedBy: userKey, for: agentKey.publicKey, at: 1)
        let keys = LocalIdentity(
            machineKey: try MachineKey(),
            agentKey: agentKey,
            user: LocalIdentity.User(key: userKey, certificate: certificate),
            encapsulationKey: try MLKEM768PrivateKey()
        )
        return try Trust.Introduction(of: keys, for: level)
    }

    func announce(includeUser: Bool, humanConsent: Bool) async throws(AnnounceError) {
        if includeUser, !humanConsent { throw .consentRequired }
        if includeUser { throw .noUserIdentity }
    }

    // MARK: - Network

    var connectedPeerCount: Int { self.world.withLock { $0.peers.count } }

    func connectedPeers() async -> [ConnectedPeer] { self.world.withLock { $0.peers } }
    func rememberedPeerCount() async -> Int { 12 }

    func networkStatus() async -> NetworkStatus {
        NetworkStatus(
            localAddress: NetworkAddress(ipv4: 0x7F00_0001, port: 5483),
            externalAddresses: [],
            natType: "None",
            hasGlobalAddress: false,
            canReceiveDirect: false,
            connectedPeers: self.world.withLock { $0.peers.count },
            directConnections: 3,
            relayedConnections: 0,
            holePunchSuccessRate: 0,
            isRelaying: false,
            relaySessions: 0,
            isCoordinating: false,
            coordinationSessions: 0,
            averageRoundTripMilliseconds: 7
        )
    }

    func gossipDiagnostics() async -> GossipDiagnostics {
        GossipDiagnostics(
            pipeline: PipelineStatistics(),
            stages: GossipStatistics(),
            peerScores: [],
            suppressedPeers: [],
            fanOut: StageTimer(),
            sweepInterval: .seconds(10),
            dispatcher: GossipDiagnostics.Dispatcher(),
            overlay: OverlayReport(),
            readAt: UnixMillis(seconds: Self.startTime),
            receivePump: GossipDiagnostics.ReceivePump(
                uptimeSeconds: 2,
                pubSub: PumpStatistics(capacity: 10_000),
                membership: PumpStatistics(capacity: 4000),
                bulk: PumpStatistics(capacity: 4000),
                perPeer: [:]
            )
        )
    }

    // MARK: - Contacts

    func contacts() async -> [Contact] { self.world.withLock { $0.book.contacts } }

    func isRevoked(_ id: AgentID) async -> Bool { self.world.withLock { $0.book.isRevoked(id) } }

    func addContact(_ id: AgentID, trust: TrustLevel, label: String?) async throws -> Bool {
        try self.changeBook { try $0.add(id, trust: trust, label: label, now: Self.startTime, into: &$1) }
    }

    func setTrust(_ id: AgentID, _ level: TrustLevel) async throws {
        try self.changeBook { try $0.setTrust(level, of: id, now: Self.startTime, into: &$1) }
    }

    func updateContact(_ id: AgentID, trust: TrustLevel?, identityType: IdentityType?, label: String?) async throws {
        guard trust != nil || identityType != nil || label != nil else { return }
        try self.changeBook { book, changes in
            _ = try book.update(
                id,
                trust: trust,
                identityType: identityType,
                label: label,
                now: Self.startTime,
                into: &changes
            )
        }
    }

    func removeContact(_ id: AgentID) async throws -> Bool {
        self.changeBook { $0.remove(id, into: &$1) != nil }
    }

    func revoke(_ id: AgentID, reason: String) async throws {
        try self.changeBook { book, changes in
            try book.revoke(id, reason: reason, by: Self.agentID, now: Self.startTime, into: &changes)
        }
    }

    func revocations() async -> [Revocation] { self.world.withLock { $0.book.revocations } }

    func revocation(of id: AgentID) async -> Revocation? { self.world.withLock { $0.book.revocation(of: id) } }

    func machines(ofContact id: AgentID) async -> [MachineRecord] {
        self.world.withLock { $0.book[id]?.machines ?? [] }
    }

    func addMachine(
        _ machine: MachineID,
        ofContact id: AgentID,
        label: String?,
        pin: Bool
    ) async throws -> (record: MachineRecord, isNew: Bool) {
        try self.changeBook { book, changes in
            let isNew = try book.addMachine(
                machine,
                of: id,
                label: label,
                pin: pin,
                now: Self.startTime,
                into: &changes
            )
            let fallback = MachineRecord(machineID: machine, firstSeen: 0, lastSeen: 0)
            return (record: book[id]?.machine(machine) ?? fallback, isNew: isNew)
        }
    }

    func removeMachine(_ machine: MachineID, ofContact id: AgentID) async throws -> Bool {
        self.changeBook { $0.removeMachine(machine, of: id, now: Self.startTime, into: &$1) }
    }

    func pinMachine(_ machine: MachineID, ofContact id: AgentID) async throws -> Bool {
        try self.changeBook { try $0.pinMachine(machine, of: id, now: Self.startTime, into: &$1) }
    }

    func unpinMachine(_ machine: MachineID, ofContact id: AgentID) async throws -> Bool {
        self.changeBook { $0.unpinMachine(machine, of: id, now: Self.startTime, into: &$1) }
    }

    func evaluateTrust(agent: AgentID, machine: MachineID) async -> TrustDecision {
        self.world.withLock { $0.book.decision(for: agent, on: machine) }
    }

    func changeBook<Result: Sendable>(
        _ change: (inout ContactBook, inout [ContactChange]) throws -> Result
    ) rethrows -> Result {
        try self.world.withLock { world in
            var changes: [ContactChange] = []
            return try change(&world.book, &changes)
        }
    }

    // MARK: - Discovery

    func discoveredAgents(unfiltered: Bool) async -> [DiscoveredAgent] {
        self.world.withLock { world in
            world.discovered.filter { unfiltered || $0.lastSeen >= Self.startTime }
        }
    }

    func discoveredAgent(_ id: AgentID) async -> DiscoveredAgent? {
        self.world.withLock { $0.discovered.first { $0.agentID == id } }
    }

    func presentAgents() async -> [AgentID] { await self.discoveredAgents(unfiltered: false).map(\.agentID) }

    func onlineAgents() async -> [DiscoveredAgent] {
        let agents = await self.discoveredAgents(unfiltered: false)
        return self.world.withLock { world in
            agents.filter { !world.book.decision(for: $0.agentID, on: $0.machineID).isReject }
        }
    }

    func friendsOnline(timeToLive: UInt8, timeout: Nanoseconds) async -> [DiscoveredAgent] {
        self.world.withLock { $0.walk = (timeToLive, timeout) }
        return await self.onlineAgents()
    }

    func findPresence(of id: AgentID, timeToLive: UInt8, timeout: Nanoseconds) async -> DiscoveredAgent? {
        self.world.withLock { $0.walk = (timeToLive, timeout) }
        return await self.discoveredAgent(id)
    }

    func presenceStatus(of id: AgentID) async -> (isOnline: Bool, agent: DiscoveredAgent?) {
        let isOnline = await self.presentAgents().contains(id)
        return (isOnline, await self.discoveredAgent(id))
    }

    func presenceEvents() async throws(TooManyStreams) -> PresenceFeed {
        let online = await self.presentAgents()
        do {
            return PresenceFeed(changes: try self.presenceChanges.subscribe(capacity: 2)) {
                Dictionary(uniqueKeysWithValues: online.map { ($0, true) })
            }
        } catch {
            throw TooManyStreams()
        }
    }
}

/// An id whose last byte is `number`.
func id<ID: Identifier32>(_ number: UInt8, _: ID.Type) -> ID {
    ID(words: Words32(0, 0, 0, UInt64(number)))
}
