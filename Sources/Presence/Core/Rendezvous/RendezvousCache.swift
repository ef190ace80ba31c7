// SPDX-License-Identifier: MIT OR Apache-2.0

package import Identity
package import Primitives

/// Rendezvous records that passed by, for whoever asks later (P-8): the best one of each agent, bounded.
///
/// A record is a hint about addresses. It never says which machine an agent runs on: the transport proves that. A record
/// signed by a machine key that discovery knows for the agent displaces one that nobody could check; never the other way
/// round while the first is valid.
package struct RendezvousCache: Sendable {
    /// What came of a record.
    package enum Outcome: Hashable, Sendable {
        case stored
        /// `exp` has passed, or lies farther ahead than ``RendezvousLimits/validityMax``.
        case implausibleExpiry
        /// No address the policy allows.
        case noAddresses
        /// What is stored is better or newer.
        case notBetter
    }

    private struct Entry: Sendable {
        let addresses: [NetworkAddress]
        let expires: UInt64
        let isVerified: Bool
    }

    private let policy: AddressPolicy
    private var entries: ExpiringCache<AgentID, Entry>

    /// Creates an empty cache.
    package init(policy: AddressPolicy, countMax: Int = 4096) {
        self.policy = policy
        self.entries = ExpiringCache(capacity: countMax, lifetime: RendezvousLimits.validityMax)
    }

    /// Agents with a record.
    package var count: Int { self.entries.count }

    /// Takes in a record whose envelope was verified; `isVerified`: its signature too, with the agent's machine key.
    package mutating func take(
        _ summary: ProviderSummary,
        isVerified: Bool,
        now: Instant,
        wallTime: UnixMillis
    ) -> Outcome {
        let latest = wallTime.milliseconds + UInt64(RendezvousLimits.validityMax.milliseconds)
        guard !summary.isExpired(at: wallTime), summary.expires <= latest else { return .implausibleExpiry }
        // On this side too: originals publish their private addresses (P-9).
        let addresses = self.policy.filter(summary.addresses, limit: AnnouncementLimits.addressCountMax)
        guard !addresses.isEmpty else { return .noAddresses }
        if let existing = self.entries.value(for: summary.target, now: now), existing.expires > wallTime.milliseconds {
            if existing.isVerified, !isVerified { return .notBetter }
            if existing.isVerified == isVerified, existing.expires >= summary.expires { return .notBetter }
        }
        let entry = Entry(addresses: addresses, expires: summary.expires, isVerified: isVerified)
        self.entries.insert(entry, for: summary.target, now: now)
        return .stored
    }

    /// The addresses of an agent, if a record of it is valid.
    package func addresses(of agent: AgentID, now: Instant, wallTime: UnixMillis) -> [NetworkAddress]? {
        guard let entry = self.entries.value(for: agent, now: now), entry.expires > wallTime.milliseconds else {
            return nil
        }
        return entry.addresses
    }

    /// Forgets an agent, such as one that was blocked.
    package mutating func remove(_ agent: AgentID) { self.entries.remove(agent) }
}
