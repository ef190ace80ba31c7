// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import GossipCore
import Identity
import Presence
import Primitives
import Testing

@Suite struct RendezvousTests {
    private static let validUntil = UnixMillis(milliseconds: 1_700_000_000_000)
    private static let before = UnixMillis(milliseconds: 1_699_999_000_000)

    private static func summary(_ addresses: [String] = ["1.2.3.4:5483"]) throws -> ProviderSummary {
        ProviderSummary(
            target: try #require(AgentID(bytes: [UInt8](repeating: 0x2A, count: 32))),
            provider: try #require(PeerID(bytes: [UInt8](repeating: 0x11, count: 32))),
            addresses: addresses.compactMap { NetworkAddress($0) },
            expires: self.validUntil
        )
    }

    @Test func spec05_check22_theVectorIsReproduced() throws {
        let summary = try Self.summary()
        #expect(summary.extensions?.hex == "010000000000000000000000010203046b15")
        let signed =
            "a9617601667461726765749820" + String(repeating: "182a", count: 32) + "6870726f76696465729820"
            + String(repeating: "11", count: 32) + "6363617081684944454e5449545969686176655f726f6f74f4"
            + "6c6d616e69666573745f766572f66773756d6d617279f6636578701b0000018bcfe56800"
            + "6a657874656e73696f6e7352010000000000000000000000010203046b15"
        #expect(summary.signedBytes.hex == signed && summary.signedBytes.count == 211)
    }

    @Test func spec05_check21_shardsAreThoseOfTheVectorsAndSpreadEvenly() throws {
        for (byte, shard) in [(0x00, 61660), (0x2A, 31048), (0xFF, 57388)] as [(UInt8, UInt16)] {
            let id = try #require(AgentID(bytes: [UInt8](repeating: byte, count: 32)))
            #expect(AnnouncementTopic.shard(of: id) == shard)
        }
        let target = try Self.summary().target
        #expect(AnnouncementTopic.rendezvousShard(of: target) == "x0x.rendezvous.shard.31048")
        var random = SplitMix64(seed: 5)
        var counts: [UInt16: Int] = [:]
        for _ in 0..<10_000 {
            let id = AgentID(words: Words32(random.next(), random.next(), random.next(), random.next()))
            counts[AnnouncementTopic.shard(of: id), default: 0] += 1
        }
        #expect((counts.values.max() ?? 0) <= 6)
    }

    @Test func spec05_check22_aChangedFieldBreaksTheSignature() throws {
        let key = try MLDSA65PrivateKey()
        func isValid(_ summary: ProviderSummary) -> Bool {
            let check = summary.signatureCheck(machinePublicKey: key.publicKey.bytes)
            return key.publicKey.isValid(signature: check.signature, for: check.message)
        }
        var summary = try Self.summary(["1.2.3.4:5483", "[2001:4860::1]:9000"])
        summary.signature = try key.signature(for: summary.signedBytes)
        #expect(isValid(summary))
        #expect(isValid(try ProviderSummary(decoding: summary.encoded)))
        let changes: [(inout ProviderSummary) -> Void] = [
            { $0.target = .zero }, { $0.provider = .zero }, { $0.capabilities = [] }, { $0.hasRoot = true },
            { $0.manifestVersion = 1 }, { $0.summary = .init() }, { $0.expires += 1 }, { $0.extensions = nil },
            { $0.extensions?[9] ^= 1 }, { $0.signature[100] ^= 1 },
        ]
        for (index, change) in changes.enumerated() {
            var changed = summary
            change(&changed)
            #expect(!isValid(changed), "change \(index)")
        }
    }

    @Test func spec05_check22_recordsRoundTripAndDamageIsAnError() throws {
        var full = try Self.summary(["1.2.3.4:5483", "[2001:4860::1]:9000"])
        full.manifestVersion = 70_000
        full.summary = .init(bloom: [1, 2], iblt: nil)
        full.signature = [UInt8](repeating: 5, count: 40)
        #expect(full.addresses.map(\.description) == ["1.2.3.4:5483", "[2001:4860::1]:9000"])
        for summary in [full, try Self.summary([])] {
            let bytes = summary.encoded
            #expect(try ProviderSummary(decoding: bytes) == summary)
            for count in 0..<bytes.count {
                #expect(throws: DecodeError.self) { try ProviderSummary(decoding: Array(bytes.prefix(count))) }
            }
            #expect(throws: DecodeError.self) { try ProviderSummary(decoding: bytes + [0]) }
            for index in bytes.indices {
                for flip in [0x01, 0x20, 0x80, 0xFF] as [UInt8] {
                    var damaged = bytes
                    damaged[index] ^= flip
                    _ = (try? ProviderSummary(decoding: damaged))?.addresses
                }
            }
        }
    }

    @Test func aBrokenAddressListIsNoList() throws {
        var summary = try Self.summary()
        for extensions in [[], [1], [UInt8](repeating: 255, count: 30), (summary.extensions ?? []) + [0]] {
            summary.extensions = extensions
            #expect(summary.addresses.isEmpty)
        }
    }

    @Test func spec05_check22_expiredAndEndlessRecordsAreRejectedAndPrivateAddressesFiltered() throws {
        var cache = RendezvousCache(policy: .publicOnly, countMax: 4)
        let summary = try Self.summary(["10.0.0.1:5483", "127.0.0.1:1", "1.2.3.4:5483"])
        func take(
            _ summary: ProviderSummary,
            _ isVerified: Bool = false,
            at time: UnixMillis
        ) -> RendezvousCache.Outcome {
            cache.take(summary, isVerified: isVerified, now: .epoch, wallTime: time)
        }
        #expect(take(summary, at: Self.validUntil) == .implausibleExpiry)
        var endless = summary
        endless.expires = Self.before.milliseconds + 86_400_001
        #expect(take(endless, at: Self.before) == .implausibleExpiry)
        #expect(take(try Self.summary(["192.168.0.1:5483"]), at: Self.before) == .noAddresses)
        #expect(take(summary, at: Self.before) == .stored)
        let target = summary.target
        #expect(
            cache.addresses(of: target, now: .epoch, wallTime: Self.before)?.map(\.description) == ["1.2.3.4:5483"]
        )
        #expect(cache.addresses(of: target, now: .epoch, wallTime: Self.validUntil) == nil)
        // A checked record displaces an unchecked one, never the other way round.
        #expect(take(try Self.summary(["5.6.7.8:1000"]), true, at: Self.before) == .stored)
        var later = summary
        later.expires += 1000
        #expect(take(later, at: Self.before) == .notBetter)
        #expect(take(later, true, at: Self.before) == .stored)
    }

    @Test func theCacheIsBounded() throws {
        var cache = RendezvousCache(policy: .publicOnly, countMax: 8)
        for number in 0..<100 as Range<UInt64> {
            var summary = try Self.summary()
            summary.target = AgentID(words: Words32(number, 0, 0, 0))
            #expect(cache.take(summary, isVerified: false, now: .epoch, wallTime: Self.before) == .stored)
        }
        #expect(cache.count == 8)
    }
}
