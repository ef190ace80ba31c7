// SPDX-License-Identifier: MIT OR Apache-2.0

package import CryptoSuite
package import Primitives

/// Why the node may not announce as asked; the texts are part of the API (spec 01 §5.6).
package enum DisclosureError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The user identity was asked for without the human's consent.
    case consentMissing
    /// The user identity was asked for, but there is none.
    case noUserIdentity
    /// A certificate belongs to somebody else.
    case differentUser

    package var description: String {
        switch self {
        case .consentMissing: "disclosing the user identity needs explicit human consent"
        case .noUserIdentity: "no user identity is configured"
        case .differentUser: "the certificate belongs to a different user"
        }
    }
}

extension LocalIdentity {
    /// Whether an announcement may name the user (spec 01 §5.6).
    package func checkDisclosure(includeUser: Bool, humanConsent: Bool) throws(DisclosureError) {
        guard includeUser else { return }
        guard humanConsent else { throw .consentMissing }
        guard self.user != nil else { throw .noUserIdentity }
    }

    /// Signs what this agent and machine announce (spec 01 §5); lists are cut to their caps.
    ///
    /// `addresses` are already filtered by the node's ``AddressPolicy``, `announcedAt` is Unix seconds, `includeUser`
    /// was checked by ``checkDisclosure(includeUser:humanConsent:)``.
    package func identityAnnouncement(
        addresses: [NetworkAddress],
        reachability: Reachability,
        announcedAt: UInt64,
        includeUser: Bool = false
    ) throws(CryptoSuiteError) -> VerifiedIdentityAnnouncement {
        let disclosed = includeUser ? self.user : nil
        let fields = IdentityAnnouncement(
            agentID: self.agentID,
            machineID: self.machineID,
            userID: disclosed?.key.id,
            certificate: disclosed?.certificate.fields,
            machinePublicKey: self.machineKey.publicKey.bytes,
            addresses: Array(addresses.prefix(AnnouncementLimits.addressCountMax)),
            announcedAt: announcedAt,
            reachability: reachability.withinLimits
        )
        return try VerifiedIdentityAnnouncement(signing: fields, with: self.machineKey)
    }

    /// Signs what this machine announces; same arguments as the identity announcement of the same moment.
    package func machineAnnouncement(
        addresses: [NetworkAddress],
        reachability: Reachability,
        announcedAt: UInt64
    ) throws(CryptoSuiteError) -> VerifiedMachineAnnouncement {
        let fields = MachineAnnouncement(
            machineID: self.machineID,
            machinePublicKey: self.machineKey.publicKey.bytes,
            addresses: Array(addresses.prefix(AnnouncementLimits.addressCountMax)),
            announcedAt: announcedAt,
            reachability: reachability.withinLimits
        )
        return try VerifiedMachineAnnouncement(signing: fields, with: self.machineKey)
    }
}

extension UserKey {
    /// Signs a list of own certificates for everybody to see (spec 01 §4.4).
    package func announcement(
        of certificates: [AgentCertificate],
        announcedAt: UInt64
    ) throws(DisclosureError) -> VerifiedUserAnnouncement? {
        guard certificates.allSatisfy({ $0.userID == self.id }) else { throw .differentUser }
        let fields = UserAnnouncement(
            userID: self.id,
            userPublicKey: self.publicKey.bytes,
            certificates: certificates.prefix(AnnouncementLimits.certificateCountMax).map(\.fields),
            announcedAt: announcedAt
        )
        return try? VerifiedUserAnnouncement(signing: fields, with: self)
    }
}

extension Reachability {
    /// Lists and texts cut to what receivers accept, hints sorted (spec 01 §5.2).
    fileprivate var withinLimits: Reachability {
        var copy = self
        if let natType, natType.utf8.count > AnnouncementLimits.natTypeByteCountMax { copy.natType = nil }
        copy.reachableVia = Array(self.reachableVia.prefix(AnnouncementLimits.hintCountMax)).sorted()
        copy.relayCandidates = Array(self.relayCandidates.prefix(AnnouncementLimits.hintCountMax)).sorted()
        return copy
    }
}
