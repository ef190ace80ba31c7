// SPDX-License-Identifier: MIT OR Apache-2.0

package import DirectMessages
package import Discovery
package import Identity
package import Node
package import Primitives
package import Trust
package import X0X

/// What the API asks of an agent; `X0X.Agent` is the one of the daemon.
///
/// All types are domain types. The routes turn them into JSON and back, and contain no rules of their own.
package protocol AgentService: DirectoryQueries, TopicTaps, PeerQueries {
    var identity: LocalIdentitySummary { get }
    func requestShutdown()

    // Identity
    func card(displayName: String, includeUser: Bool) async throws -> AgentCard
    func importCard(_ card: AgentCard, trust: TrustLevel) async throws -> CardImportOutcome
    func introduction(for peer: AgentID?) async throws -> Trust.Introduction
    func announce(includeUser: Bool, humanConsent: Bool) async throws(AnnounceError)

    // Network
    var connectedPeerCount: Int { get }
    func connectedPeers() async -> [ConnectedPeer]
    func rememberedPeerCount() async -> Int
    func networkStatus() async -> NetworkStatus
    func gossipDiagnostics() async -> GossipDiagnostics

    // Contacts
    func contacts() async -> [Contact]
    func isRevoked(_ id: AgentID) async -> Bool
    func addContact(_ id: AgentID, trust: TrustLevel, label: String?) async throws -> Bool
    func setTrust(_ id: AgentID, _ level: TrustLevel) async throws
    func updateContact(_ id: AgentID, trust: TrustLevel?, identityType: IdentityType?, label: String?) async throws
    func removeContact(_ id: AgentID) async throws -> Bool
    func revoke(_ id: AgentID, reason: String) async throws
    func revocations() async -> [Revocation]
    func revocation(of id: AgentID) async -> Revocation?
    func machines(ofContact id: AgentID) async -> [MachineRecord]
    func addMachine(
        _ machine: MachineID,
        ofContact id: AgentID,
        label: String?,
        pin: Bool
    ) async throws -> (record: MachineRecord, isNew: Bool)
    func removeMachine(_ machine: MachineID, ofContact id: AgentID) async throws -> Bool
    func pinMachine(_ machine: MachineID, ofContact id: AgentID) async throws -> Bool
    func unpinMachine(_ machine: MachineID, ofContact id: AgentID) async throws -> Bool
    func evaluateTrust(agent: AgentID, machine: MachineID) async -> TrustDecision

    // Discovery and presence
    func discoveredAgents(unfiltered: Bool) async -> [DiscoveredAgent]
    func discoveredAgent(_ id: AgentID) async -> DiscoveredAgent?
    func presentAgents() async -> [AgentID]
    func onlineAgents() async -> [DiscoveredAgent]
    func friendsOnline(timeToLive: UInt8, timeout: Nanoseconds) async -> [DiscoveredAgent]
    func findPresence(of id: AgentID, timeToLive: UInt8, timeout: Nanoseconds) async -> DiscoveredAgent?
    func presenceStatus(of id: AgentID) async -> (isOnline: Bool, agent: DiscoveredAgent?)
    func presenceEvents() async throws(TooManyStreams) -> PresenceFeed

    // Messages
    func publish(topic: String, payload: [UInt8]) async throws(PublishError) -> Int
    func subscribe(topic: String) async throws(SubscribeError) -> SubscriptionID
    func unsubscribe(_ id: SubscriptionID) async -> Bool
    func events() async throws(TooManyStreams) -> EventFeed<AgentEvent>
    func connect(to agent: AgentID) async -> ConnectOutcome
    func sendDirect(
        to agent: AgentID,
        payload: [UInt8],
        requireAcknowledgementWithin timeout: Nanoseconds?
    ) async throws(DirectSendError) -> DirectSendReceipt
    func directConnections() async -> [DirectConnection]
    func directEvents() async throws(TooManyStreams) -> EventFeed<DirectMessage>
}
