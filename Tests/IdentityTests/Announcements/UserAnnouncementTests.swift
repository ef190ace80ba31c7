// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Identity
import Primitives
import Testing

@Suite struct UserAnnouncementTests {
    private let user: UserKey
    private let certificates: [AgentCertificate]

    init() throws {
        let user = try UserKey(seed: Fixtures.countingSeed)
        self.user = user
        self.certificates = try [10, 11].map { byte in
            try AgentCertificate(issuedBy: user, for: AgentKey(seed: Fixtures.seed(byte)).publicKey, at: 5)
        }
    }

    @Test func spec01_check18_twoCertificatesSignAndVerify() throws {
        let announcement = try #require(try self.user.announcement(of: self.certificates, announcedAt: 9))
        let verified = try UnverifiedUserAnnouncement(decoding: announcement.encoded).verified()
        #expect(verified == announcement)
        #expect(verified.fields.agentIDs == self.certificates.map(\.agentID))
        let single = try #require(try self.user.announcement(of: [self.certificates[0]], announcedAt: 9))
        #expect(single.encoded.count == 32 + 1_960 + 3_317 + 8 + 7_245 + 8)
        #expect(single.encoded.count == 12_570)
    }

    @Test func spec01_check18_aForeignCertificateIsRefused() throws {
        let stranger = try UserKey(seed: Fixtures.seed(50))
        #expect(throws: DisclosureError.differentUser) {
            try stranger.announcement(of: self.certificates, announcedAt: 9)
        }
        #expect(DisclosureError.differentUser.description.contains("different user"))
        let foreign = try AgentCertificate(
            issuedBy: stranger,
            for: AgentKey(seed: Fixtures.seed(10)).publicKey,
            at: 5
        )
        var fields = try #require(try self.user.announcement(of: self.certificates, announcedAt: 9)).fields
        fields.certificates.append(foreign.fields)
        #expect(throws: IdentityError.verification("a certificate is from a different user")) {
            try UnverifiedUserAnnouncement(decoding: self.encode(fields)).verified()
        }
    }

    @Test func spec01_check18_aSwappedKeyFails() throws {
        var fields = try #require(try self.user.announcement(of: self.certificates, announcedAt: 9)).fields
        fields.userPublicKey = try UserKey(seed: Fixtures.seed(50)).publicKey.bytes
        #expect(throws: IdentityError.verification("user_id does not belong to user_public_key")) {
            try UnverifiedUserAnnouncement(decoding: self.encode(fields)).verified()
        }
    }

    @Test func nineCertificatesAreTooMany() throws {
        var fields = try #require(try self.user.announcement(of: [self.certificates[0]], announcedAt: 9)).fields
        fields.certificates = Array(repeating: fields.certificates[0], count: 8)
        _ = try UnverifiedUserAnnouncement(decoding: self.encode(fields)).verified()
        fields.certificates = Array(repeating: fields.certificates[0], count: 9)
        #expect(throws: DecodeError.self) { try UnverifiedUserAnnouncement(decoding: self.encode(fields)) }
    }

    private func encode(_ fields: UserAnnouncement) throws -> [UInt8] {
        var writer = ByteWriter()
        fields.encodeFieldsBefore(into: &writer)
        writer.writeBincodeBytes(try self.user.signature(for: fields.signedBytes))
        fields.encodeFieldsAfter(into: &writer)
        return writer.bytes
    }
}
