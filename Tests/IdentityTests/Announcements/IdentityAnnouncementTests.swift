// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Identity
import Primitives
import Testing

@Suite struct IdentityAnnouncementTests {
    private func announcement(withUser: Bool = false) throws -> VerifiedIdentityAnnouncement {
        let identity = try Fixtures.identity(1, withUser: withUser)
        return try identity.identityAnnouncement(
            addresses: [Fixtures.address("1.2.3.4:5483"), Fixtures.address("[2001:db8::1]:5483")],
            reachability: Reachability(natType: "Full Cone", canReceiveDirect: false, reachableVia: [id(5)]),
            announcedAt: 1_700_000_000,
            includeUser: withUser
        )
    }

    @Test func spec01_check13_theLayoutVectorReproduces() throws {
        let fields = IdentityAnnouncement(
            agentID: id(1),
            machineID: id(2),
            machinePublicKey: [0xAA, 0xBB],
            addresses: [try Fixtures.address("203.0.113.9:5483"), try Fixtures.address("[2001:db8::9]:5483")],
            announcedAt: 1_700_000_000,
            reachability: Reachability(
                natType: "Full Cone",
                canReceiveDirect: true,
                isRelay: false,
                reachableVia: [id(5)]
            )
        )
        let ids = String(repeating: "01", count: 32) + String(repeating: "02", count: 32)
        let expected =
            ids + "00000200000000000000aabb0200000000000000" + "00000000cb0071096b15"
            + "0100000020010db80000000000000000000000096b15"
            + "00f1536500000000010900000000000000" + "46756c6c20436f6e65" + "0101010000"
            + "0100000000000000" + String(repeating: "05", count: 32) + "0000000000000000"
        #expect(fields.signedBytes.count == 195)
        #expect(fields.signedBytes.hex == expected)
    }

    @Test func spec01_check13_theSmallestFormsHaveTheirSizesAndRoundTrip() throws {
        let identity = try Fixtures.identity(1)
        let smallest = try identity.identityAnnouncement(addresses: [], reachability: Reachability(), announcedAt: 1)
        #expect(smallest.encoded.count == 5_379)
        #expect(try UnverifiedIdentityAnnouncement(decoding: smallest.encoded).verified() == smallest)
        let machine = try identity.machineAnnouncement(addresses: [], reachability: Reachability(), announcedAt: 1)
        #expect(machine.encoded.count == 5_345)
        #expect(try UnverifiedMachineAnnouncement(decoding: machine.encoded).verified() == machine)
        let full = try self.announcement(withUser: true)
        #expect(full.encoded.count == 5_379 + 10 + 22 + 8 + 9 + 1 + 32 + 32 + 7_245)
        #expect(try UnverifiedIdentityAnnouncement(decoding: full.encoded).verified() == full)
    }

    @Test func spec01_check16_theDefaultNamesNobodyAndCountsTime() throws {
        let fields = try self.announcement().fields
        #expect(fields.userID == nil && fields.certificate == nil && fields.announcedAt > 0)
        let disclosed = try self.announcement(withUser: true).fields
        #expect(disclosed.userID == (try Fixtures.identity(1, withUser: true)).userID)
    }

    @Test func spec01_check16_disclosureNeedsConsentAndAUser() throws {
        let stranger = try Fixtures.identity(1)
        let human = try Fixtures.identity(1, withUser: true)
        #expect(throws: DisclosureError.consentMissing) {
            try human.checkDisclosure(includeUser: true, humanConsent: false)
        }
        #expect(throws: DisclosureError.noUserIdentity) {
            try stranger.checkDisclosure(includeUser: true, humanConsent: true)
        }
        #expect(DisclosureError.consentMissing.description.contains("explicit human consent"))
        #expect(DisclosureError.noUserIdentity.description.contains("no user identity is configured"))
        try human.checkDisclosure(includeUser: true, humanConsent: true)
        try stranger.checkDisclosure(includeUser: false, humanConsent: false)
    }

    /// Changes one field behind the signature and encodes again with the old signature.
    @Test func spec01_check14_anyChangedFieldFails() throws {
        let genuine = try self.announcement()
        let changes: [(inout IdentityAnnouncement) throws -> Void] = [
            { $0.addresses[0].port = 1 },
            { $0.addresses.removeLast() },
            { $0.addresses.append(try Fixtures.address("9.9.9.9:9")) },
            { $0.announcedAt += 1 },
            { $0.reachability.natType = "Symmetric" },
            { $0.reachability.canReceiveDirect = true },
            { $0.reachability.isRelay = true },
            { $0.reachability.reachableVia = [id(6)] },
            { $0.reachability.relayCandidates = [id(6)] },
            { $0.agentID = id(9) },
            { $0.machineID = id(9) },
        ]
        for change in changes {
            var fields = genuine.fields
            try change(&fields)
            #expect(throws: (any Error).self) { try Self.verify(fields, signedAs: genuine) }
        }
        _ = try Self.verify(genuine.fields, signedAs: genuine)
    }

    @Test func spec01_check14_anyChangedByteFails() throws {
        let bytes = try self.announcement(withUser: true).encoded
        var random = SplitMix64(seed: 14)
        let sampled = (0..<400).map { _ in Int.random(in: 0..<bytes.count, using: &random) }
        for index in Array(0..<80) + Array(bytes.count - 130..<bytes.count) + sampled {
            var changed = bytes
            changed[index] ^= UInt8(1) << UInt8(random.next() % 8)
            #expect(throws: (any Error).self) { try UnverifiedIdentityAnnouncement(decoding: changed).verified() }
        }
    }

    @Test func spec01_check14_theMachineMustBelongToTheKey() throws {
        let other = try MachineKey(seed: Fixtures.seed(99))
        var fields = try self.announcement().fields
        fields.machinePublicKey = other.publicKey.bytes
        let signature = try other.signature(for: fields.signedBytes)
        #expect(throws: IdentityError.verification("machine_id does not belong to machine_public_key")) {
            try UnverifiedIdentityAnnouncement(decoding: Self.encode(fields, signature: signature)).verified()
        }
    }

    @Test func spec01_check15_userAndCertificateComeTogetherAndMatch() throws {
        let machine = try MachineKey(seed: Fixtures.seed(1))
        func verify(_ change: (inout IdentityAnnouncement) throws -> Void) throws {
            var fields = try self.announcement(withUser: true).fields
            try change(&fields)
            let signature = try machine.signature(for: fields.signedBytes)
            _ = try UnverifiedIdentityAnnouncement(decoding: Self.encode(fields, signature: signature)).verified()
        }
        try verify { _ in }
        #expect(throws: IdentityError.verification("user_id without certificate")) {
            try verify { $0.certificate = nil }
        }
        #expect(throws: IdentityError.verification("a certificate without user_id")) { try verify { $0.userID = nil } }
        #expect(throws: IdentityError.verification("the certificate is for another agent")) {
            try verify { $0.agentID = id(3) }
        }
        #expect(throws: IdentityError.verification("the certificate is from another user")) {
            try verify { $0.userID = id(3) }
        }
        #expect(throws: IdentityError.self) { try verify { $0.certificate?.issuedAt += 1 } }
    }

    @Test func spec01_check17_trailingBytesAndOldFormsAreRefused() throws {
        let identity = try Fixtures.identity(1)
        let machine = try identity.machineAnnouncement(addresses: [], reachability: Reachability(), announcedAt: 1)
        #expect(machine.fields.reachability == Reachability())
        #expect(throws: DecodeError.trailingBytes(count: 4)) {
            try UnverifiedMachineAnnouncement(decoding: machine.encoded + [0, 0, 0, 0])
        }
        let bytes = try self.announcement().encoded
        for count in 0..<bytes.count {
            #expect(throws: DecodeError.self) {
                try UnverifiedIdentityAnnouncement(decoding: Array(bytes.prefix(count)))
            }
        }
        #expect(throws: DecodeError.trailingBytes(count: 1)) {
            try UnverifiedIdentityAnnouncement(decoding: bytes + [0])
        }
    }

    @Test func eachLimitHoldsAtTheLimitAndOnePast() throws {
        let machine = try MachineKey(seed: Fixtures.seed(1))
        func decode(_ change: (inout IdentityAnnouncement) -> Void) throws {
            var fields = try self.announcement().fields
            change(&fields)
            let signature = try machine.signature(for: fields.signedBytes)
            _ = try UnverifiedIdentityAnnouncement(decoding: Self.encode(fields, signature: signature)).verified()
        }
        let address = try Fixtures.address("1.2.3.4:5")
        try decode { $0.addresses = Array(repeating: address, count: 16) }
        #expect(throws: DecodeError.overLimit(field: "addresses", limit: 16)) {
            try decode { $0.addresses = Array(repeating: address, count: 17) }
        }
        try decode { $0.reachability.natType = String(repeating: "n", count: 64) }
        #expect(throws: DecodeError.overLimit(field: "nat_type", limit: 64)) {
            try decode { $0.reachability.natType = String(repeating: "n", count: 65) }
        }
        try decode { $0.reachability.relayCandidates = Array(repeating: id(1), count: 8) }
        #expect(throws: DecodeError.overLimit(field: "relay_candidates", limit: 8)) {
            try decode { $0.reachability.relayCandidates = Array(repeating: id(1), count: 9) }
        }
        #expect(throws: DecodeError.overLimit(field: "announcement", limit: 65_536)) {
            try UnverifiedIdentityAnnouncement(decoding: [UInt8](repeating: 0, count: 65_537))
        }
    }

    /// An IPv4-mapped IPv6 address is one value inside, but the signature is over what was received.
    @Test func aMappedAddressKeepsItsSignature() throws {
        let machine = try MachineKey(seed: Fixtures.seed(1))
        var fields = try self.announcement().fields
        fields.addresses = [try Fixtures.address("1.2.3.4:5483")]
        let canonical = fields.signedBytes.hex
        let mapped = canonical.replacing("00000000010203046b15", with: "0100000000000000000000000000ffff010203046b15")
        let signed = try [UInt8](hex: mapped)
        let signature = try machine.signature(for: signed)
        var before = ByteWriter()
        fields.encodeFieldsBefore(into: &before)
        var message = ByteWriter()
        message.writeBytes(signed.prefix(before.byteCount))
        message.writeBincodeBytes(signature)
        message.writeBytes(signed.dropFirst(before.byteCount))
        let verified = try UnverifiedIdentityAnnouncement(decoding: message.bytes).verified()
        #expect(verified.fields.addresses == fields.addresses)
        #expect(verified.encoded == message.bytes)
    }

    private static func verify(
        _ fields: IdentityAnnouncement,
        signedAs genuine: VerifiedIdentityAnnouncement
    ) throws -> VerifiedIdentityAnnouncement {
        var before = ByteWriter()
        genuine.fields.encodeFieldsBefore(into: &before)
        let signature = Array(genuine.encoded[(before.byteCount + 8)...].prefix(3_309))
        return try UnverifiedIdentityAnnouncement(decoding: self.encode(fields, signature: signature)).verified()
    }

    private static func encode(_ fields: IdentityAnnouncement, signature: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        fields.encodeFieldsBefore(into: &writer)
        writer.writeBincodeBytes(signature)
        fields.encodeFieldsAfter(into: &writer)
        return writer.bytes
    }
}
