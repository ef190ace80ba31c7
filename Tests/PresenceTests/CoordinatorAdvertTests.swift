// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import GossipCore
import Presence
import Primitives
import Testing

/// Coordinator adverts (spec 05 §12, check 24).
@Suite struct CoordinatorAdvertTests {
    private static let now = UnixMillis(milliseconds: 1_700_000_000_000)

    private static func advert(_ number: UInt64 = 1, score: Int64 = 0) -> CoordinatorAdvert {
        CoordinatorAdvert(
            peer: PeerID(words: Words32(number, 2, 3, 4)),
            hints: [
                .init(address: NetworkAddress(ipv4: 0x0102_0304, port: 5483), observedAt: 1_699_999_999_000),
                .init(address: NetworkAddress(ipv6High: 0x2001_0DB8_0000_0001, low: 5, port: 9000), observedAt: 0),
            ],
            natClass: .endpointIndependent,
            notBefore: Self.now.milliseconds - 1000,
            notAfter: Self.now.milliseconds + 1000,
            score: score
        )
    }

    @Test func spec05_check24_advertsRoundTripAndDamageIsAnError() throws {
        var full = Self.advert(score: -70_000)
        full.roles.relay = true
        full.transportHints = [
            .init(transportType: "quic", endpoint: "1.2.3.4:5483", isAvailable: true),
            .init(transportType: "ble", endpoint: nil, isAvailable: false),
        ]
        full.signature = [UInt8](repeating: 5, count: 40)
        for advert in [full, Self.advert(score: .max), Self.advert(score: .min)] {
            let bytes = advert.encoded
            #expect(try CoordinatorAdvert(decoding: bytes) == advert)
            for count in 0..<bytes.count {
                #expect(throws: DecodeError.self) { try CoordinatorAdvert(decoding: Array(bytes.prefix(count))) }
            }
            #expect(throws: DecodeError.self) { try CoordinatorAdvert(decoding: bytes + [0]) }
            for index in bytes.indices {
                for flip in [0x01, 0x20, 0x80, 0xFF] as [UInt8] {
                    var damaged = bytes
                    damaged[index] ^= flip
                    // An error or another advert, never a trap.
                    _ = try? CoordinatorAdvert(decoding: damaged)
                }
            }
        }
    }

    /// Originals of an earlier version leave the further transports out.
    @Test func transportHintsMayBeAbsent() throws {
        let advert = Self.advert()
        var bytes = advert.encoded
        bytes[0] -= 1
        let key = [0x6F] + Array("transport_hints".utf8) + [0x80]
        let start = try #require(bytes.indices.first { bytes[$0...].starts(with: key) })
        bytes.removeSubrange(start..<start + key.count)
        #expect(try CoordinatorAdvert(decoding: bytes) == advert)
    }

    @Test func spec05_check24_theSignatureIsTheMachines() throws {
        let key = try MLDSA65PrivateKey()
        var advert = Self.advert()
        advert.peer = PeerID(publicKeyBytes: key.publicKey.bytes)
        advert.signature = try key.signature(for: advert.signedBytes)
        let check = try #require(advert.signatureCheck(publicKey: key.publicKey.bytes))
        #expect(key.publicKey.isValid(signature: check.signature, for: check.message))
        advert.score += 1
        let changed = try #require(advert.signatureCheck(publicKey: key.publicKey.bytes))
        #expect(!key.publicKey.isValid(signature: changed.signature, for: changed.message))
        #expect(advert.signatureCheck(publicKey: try MLDSA65PrivateKey().publicKey.bytes) == nil)
    }

    @Test func spec05_check24_validAdvertsAreKeptAndExpiredOnesRefused() {
        var adverts = CoordinatorAdverts(countMax: 2)
        func insert(_ advert: CoordinatorAdvert) -> Bool { adverts.insert(advert, now: Self.now) }
        #expect(insert(Self.advert()))
        #expect(adverts.count == 1)
        #expect(adverts.advert(of: Self.advert().peer, now: Self.now) == Self.advert())
        var early = Self.advert(2)
        early.notBefore = Self.now.milliseconds + 1
        #expect(insert(early) == false)
        var late = Self.advert(2)
        late.notAfter = Self.now.milliseconds - 1
        #expect(insert(late) == false)
        var older = Self.advert()
        older.notBefore -= 1
        #expect(insert(older) == false, "the newer one stays")
        // The best first; at the cap the one that ends first makes room.
        var long = Self.advert(2, score: 9)
        long.notAfter += 1
        #expect(insert(long))
        #expect(adverts.helpers(now: Self.now).map(\.score) == [9, 0])
        #expect(insert(Self.advert(3, score: 5)))
        #expect(adverts.count == 2)
        #expect(adverts.helpers(now: Self.now).map(\.score) == [9, 5])
        #expect(adverts.helpers(now: UnixMillis(milliseconds: Self.now.milliseconds + 1001)).map(\.score) == [9])
    }
}
