// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Foundation
import Primitives
import TestVectors
import Testing

@testable import Identity

/// No mutation of something signed is accepted (issue 4).
///
/// A signature check costs most of a millisecond here, so each kind is tested twice. 100,000 mutations are decoded: each
/// is refused, or what the check would look at (signed bytes, key, signature) differs from the original, which makes
/// accepting it the same as forging ML-DSA-65. And of those that decode, hundreds go through the real check; as many as
/// `X0X_MUTATIONS` says, if it is set.
@Suite struct AnnouncementMutationTests {
    private let identity: LocalIdentity
    private let other: LocalIdentity

    init() throws {
        self.identity = try Fixtures.identity(1, withUser: true)
        self.other = try Fixtures.identity(100, withUser: true)
    }

    private static let mutationCount = 100_000
    private static let signatureCheckCount =
        ProcessInfo.processInfo.environment["X0X_MUTATIONS"].flatMap { Int($0) } ?? 800

    @Test func noneOf100000MutationsOfAnIdentityAnnouncementKeepsWhatIsSigned() throws {
        func encoded(_ who: LocalIdentity) throws -> [UInt8] {
            try who.identityAnnouncement(
                addresses: [Fixtures.address("1.2.3.4:5483"), Fixtures.address("[2001:db8::1]:5483")],
                reachability: Reachability(natType: "Full Cone", canReceiveDirect: false, reachableVia: [id(5)]),
                announcedAt: 1_700_000_000,
                includeUser: true
            ).encoded
        }
        let mutator = AnnouncementMutator(try encoded(self.identity), donor: try encoded(self.other), name: "identity")
        try Self.expectNoneAccepted(mutator, IdentityAnnouncement.self, original: encoded(self.identity))
    }

    @Test func noneOf100000MutationsOfAMachineAnnouncementKeepsWhatIsSigned() throws {
        func encoded(_ who: LocalIdentity) throws -> [UInt8] {
            try who.machineAnnouncement(
                addresses: [Fixtures.address("1.2.3.4:5483")],
                reachability: Reachability(isRelay: true, relayCandidates: [id(5), id(6)]),
                announcedAt: 1_700_000_000
            ).encoded
        }
        let original = try encoded(self.identity)
        let mutator = AnnouncementMutator(original, donor: try encoded(self.other), name: "machine")
        try Self.expectNoneAccepted(mutator, MachineAnnouncement.self, original: original)
    }

    @Test func noneOf100000MutationsOfAUserAnnouncementKeepsWhatIsSigned() throws {
        func encoded(_ who: LocalIdentity) throws -> [UInt8] {
            let user = try #require(who.user)
            let announcement = try user.key.announcement(of: [user.certificate], announcedAt: 1_700_000_000)
            return try #require(announcement).encoded
        }
        let original = try encoded(self.identity)
        let mutator = AnnouncementMutator(original, donor: try encoded(self.other), name: "user")
        try Self.expectNoneAccepted(mutator, UserAnnouncement.self, original: original)
    }

    @Test func noneOf100000MutationsOfACertificateKeepsWhatIsSigned() throws {
        let original = try #require(self.identity.user).certificate
        let donor = try #require(self.other.user).certificate.encoded
        var mutator = AnnouncementMutator(original.encoded, donor: donor, name: "certificate")
        var tally = AnnouncementMutationTally()
        for number in 0..<Self.mutationCount {
            let mutated = mutator.next()
            guard let decoded = try? AgentCertificate.Unverified(decoding: mutated) else {
                tally.undecodable += 1
                continue
            }
            let isChanged =
                decoded.signedBytes != original.fields.signedBytes || decoded.signature != original.fields.signature
            if !isChanged { tally.accepted += 1 }
            guard number < Self.signatureCheckCount else {
                tally.changedWhatIsSigned += 1
                continue
            }
            if (try? decoded.verified()) == nil { tally.refusedByVerification += 1 } else { tally.accepted += 1 }
        }
        Self.expectSound(tally)
    }

    private static func expectNoneAccepted<Fields: AnnouncementFields>(
        _ source: AnnouncementMutator,
        _: Fields.Type,
        original bytes: [UInt8]
    ) throws {
        let original = try UnverifiedAnnouncement<Fields>(decoding: bytes)
        var mutator = source
        var tally = AnnouncementMutationTally()
        for number in 0..<self.mutationCount {
            let mutated = mutator.next()
            guard let decoded = try? UnverifiedAnnouncement<Fields>(decoding: mutated) else {
                tally.undecodable += 1
                continue
            }
            // The key is part of the signed bytes.
            let isChanged = decoded.signedBytes != original.signedBytes || decoded.signature != original.signature
            if !isChanged { tally.accepted += 1 }
            guard number < self.signatureCheckCount else {
                tally.changedWhatIsSigned += 1
                continue
            }
            if (try? decoded.verified()) == nil { tally.refusedByVerification += 1 } else { tally.accepted += 1 }
        }
        self.expectSound(tally)
    }

    private static func expectSound(_ tally: AnnouncementMutationTally) {
        #expect(tally.accepted == 0, "\(tally), \(TestSeed.note)")
        // Every way to be refused was really taken.
        #expect(tally.undecodable > 10_000, "\(tally)")
        #expect(tally.changedWhatIsSigned + tally.refusedByVerification > 10_000, "\(tally)")
        #expect(tally.refusedByVerification > 200, "\(tally)")
    }
}
