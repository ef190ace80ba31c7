// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite
internal import Discovery
internal import GossipCore
internal import Identity
internal import Logging
internal import Node
internal import Presence
internal import Primitives
internal import QUICTransport
internal import Synchronization
internal import Trust

/// Publishes where this agent can be reached, and keeps what others published (spec 05 §11).
final class RendezvousService: Sendable {
    /// Settings (spec 05 §13).
    struct Configuration: Sendable {
        var isEnabled: Bool
        /// How long a record is valid; zero means that it is published once, with the default validity.
        var validity: Nanoseconds
    }

    /// What the service needs from the node around it.
    struct Surroundings: Sendable {
        var identity: LocalIdentity
        var addresses: OwnAddresses
        var gossip: GossipService
        var discovery: DiscoveryService
        var contacts: ContactSnapshot
        var crypto: CryptoExecutor
        var clock: SystemClock
        var logger: Logger
    }

    private let surroundings: Surroundings
    private let configuration: Configuration
    private let cache: Mutex<RendezvousCache>

    /// The topic of the own shard: records of agents in it pass through this node.
    let topic: String

    private static let validityDefault = Nanoseconds.seconds(3600)
    private static let intervalMin = Nanoseconds.seconds(60)
    /// The first record waits for the first peers.
    private static let startDelay = Nanoseconds.seconds(3)

    init(_ surroundings: Surroundings, configuration: Configuration) {
        self.surroundings = surroundings
        self.configuration = configuration
        self.cache = Mutex(RendezvousCache(policy: surroundings.addresses.policy))
        self.topic = AnnouncementTopic.rendezvousShard(of: surroundings.identity.agentID)
    }

    // MARK: - Advertising

    /// Publishes the own record after the start and at half its validity, until the task is cancelled.
    func run() async {
        guard self.configuration.isEnabled else { return }
        let clock = self.surroundings.clock
        var pause = Self.startDelay
        while (try? await clock.sleep(until: clock.now() + pause)) != nil {
            await self.advertise()
            guard self.configuration.validity > .zero else { return }
            pause = max(self.configuration.validity / 2, Self.intervalMin)
        }
    }

    private func advertise() async {
        let identity = self.surroundings.identity
        let validity = self.configuration.validity > .zero ? self.configuration.validity : Self.validityDefault
        let end = self.surroundings.clock.wallTime().milliseconds + UInt64(validity.milliseconds)
        let summary = ProviderSummary(
            target: identity.agentID,
            provider: identity.machineID,
            addresses: self.surroundings.addresses.current(),
            expires: UnixMillis(milliseconds: end)
        )
        let key = identity.machineKey.signingKey
        let signed = await self.surroundings.crypto.run {
            var signed = summary
            // Without a signature nothing is published.
            guard let signature = try? key.signature(for: summary.signedBytes) else { return nil as ProviderSummary? }
            signed.signature = signature
            return signed
        }
        guard let signed = signed ?? nil,
            case .success = await self.surroundings.gossip.publish(topic: self.topic, payload: signed.encoded)
        else {
            return self.surroundings.logger.warning("cannot publish the rendezvous record")
        }
    }

    // MARK: - Records of others

    /// Takes a message on a rendezvous topic; returns whose addresses are known now.
    ///
    /// With a machine key of the agent known, the record must be of that machine and verify; otherwise it is an unverified
    /// hint (spec 05 §11.4, spec 01 F21).
    func take(_ message: VerifiedMessage) async -> AgentID? {
        // Why a stranger's bytes are no record is of no interest to anybody.
        guard let summary = try? ProviderSummary(decoding: message.payload),
            message.topic == AnnouncementTopic.rendezvousShard(of: summary.target),
            !self.surroundings.contacts.book.isBlocked(summary.target)
        else { return nil }
        let machineKey = self.machineKey(of: summary)
        switch machineKey {
        case .mismatch: return nil
        case .unknown: return self.store(summary, isVerified: false)
        case .known(let key):
            let check = summary.signatureCheck(machinePublicKey: key)
            let isValid = await self.surroundings.crypto.run { GossipSigners.isValid(check) }
            return isValid == true ? self.store(summary, isVerified: true) : nil
        }
    }

    private enum MachineKey {
        case known([UInt8])
        case unknown
        case mismatch
    }

    private func machineKey(of summary: ProviderSummary) -> MachineKey {
        guard let agent = self.surroundings.discovery.agent(summary.target), !agent.machinePublicKey.isEmpty else {
            return .unknown
        }
        return agent.machineID == summary.provider ? .known(agent.machinePublicKey) : .mismatch
    }

    private func store(_ summary: ProviderSummary, isVerified: Bool) -> AgentID? {
        let (now, wallTime) = (self.surroundings.clock.now(), self.surroundings.clock.wallTime())
        let outcome = self.cache.withLock {
            $0.take(summary, isVerified: isVerified, now: now, wallTime: wallTime)
        }
        return outcome == .stored ? summary.target : nil
    }

    /// The addresses of an agent, if a record of it is valid.
    func addresses(of agent: AgentID) -> [NetworkAddress]? {
        let (now, wallTime) = (self.surroundings.clock.now(), self.surroundings.clock.wallTime())
        return self.cache.withLock { $0.addresses(of: agent, now: now, wallTime: wallTime) }
    }

    /// What a record says about an agent discovery does not know: addresses, but no machine (spec 05 §10.1).
    func stub(of agent: AgentID) -> DiscoveredAgent? {
        self.addresses(of: agent).map { addresses in
            let now = self.surroundings.clock.wallTime().seconds
            return DiscoveredAgent(
                agentID: agent,
                machineID: .zero,
                addresses: addresses,
                announcedAt: now,
                lastSeen: now
            )
        }
    }

    /// Forgets a blocked agent.
    func forget(_ agent: AgentID) { self.cache.withLock { $0.remove(agent) } }
}
