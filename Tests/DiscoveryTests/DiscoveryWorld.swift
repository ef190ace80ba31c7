// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Discovery
import Identity
import Primitives
import Trust

func id<ID: Identifier32>(_ number: UInt64, _ type: ID.Type = ID.self) -> ID {
    ID(words: Words32(number, number, number, number))
}

/// Two verified announcements are all a test needs; the keys behind them are made from seeds.
func identity(_ seed: UInt8, withUser: Bool = false) throws -> LocalIdentity {
    let agentKey = try AgentKey(seed: SecretBytes([UInt8](repeating: seed, count: 32)))
    var user: LocalIdentity.User?
    if withUser {
        let key = try UserKey(seed: SecretBytes([UInt8](repeating: 200, count: 32)))
        let certificate = try AgentCertificate(issuedBy: key, for: agentKey.publicKey, at: 1)
        user = LocalIdentity.User(key: key, certificate: certificate)
    }
    return LocalIdentity(
        machineKey: try MachineKey(seed: SecretBytes([UInt8](repeating: seed &+ 100, count: 32))),
        agentKey: agentKey,
        user: user,
        encapsulationKey: try MLKEM768PrivateKey(seed: SecretBytes([UInt8](repeating: seed, count: 64)))
    )
}

/// A cache with its two clocks; time moves only when a test says so.
struct DiscoveryWorld {
    static let startSeconds: UInt64 = 1_700_000_000

    let me: LocalIdentity
    var cache: DiscoveryCache
    /// Seconds since the start.
    var time: UInt64 = 0

    init(_ configuration: DiscoveryConfiguration = DiscoveryConfiguration()) throws {
        self.me = try identity(1)
        self.cache = DiscoveryCache(
            configuration: configuration,
            localAgent: self.me.agentID,
            localMachine: self.me.machineID
        )
    }

    var now: Instant { .epoch + .seconds(Int64(self.time) + 1_000_000) }
    var seconds: UInt64 { Self.startSeconds + self.time }

    mutating func handle(_ event: DiscoveryCache.Event) -> [DiscoveryCache.Action] {
        var actions: [DiscoveryCache.Action] = []
        self.cache.handle(event, now: self.now, wallTime: UnixMillis(seconds: self.seconds), into: &actions)
        return actions
    }

    /// An announcement of `who`, arriving now in an envelope of its own agent unless `sender` says otherwise.
    mutating func announce(
        _ who: LocalIdentity,
        at announcedAt: UInt64? = nil,
        addresses: [String] = ["1.2.3.4:5483"],
        reachability: Reachability = Reachability(),
        includeUser: Bool = false,
        sender: AgentID? = nil,
        decision: TrustDecision = .unknown
    ) throws -> [DiscoveryCache.Action] {
        let announcement = try who.identityAnnouncement(
            addresses: addresses.compactMap { NetworkAddress($0) },
            reachability: reachability,
            announcedAt: announcedAt ?? self.seconds,
            includeUser: includeUser
        )
        return self.handle(.identityAnnounced(announcement, sender: sender ?? who.agentID, decision))
    }
}

/// `victim`'s agent on `attacker`'s machine: what a forger can sign (spec 01 F1).
func forged(
    _ victim: LocalIdentity,
    on attacker: LocalIdentity,
    at announcedAt: UInt64
) throws -> VerifiedIdentityAnnouncement {
    let claim = LocalIdentity(
        machineKey: attacker.machineKey,
        agentKey: victim.agentKey,
        user: victim.user,
        encapsulationKey: attacker.encapsulationKey
    )
    return try claim.identityAnnouncement(
        addresses: [],
        reachability: Reachability(),
        announcedAt: announcedAt,
        includeUser: victim.user != nil
    )
}
