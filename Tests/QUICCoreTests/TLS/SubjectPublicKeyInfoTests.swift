// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Testing

@testable import QUICCore

func sha256(_ bytes: [UInt8]) -> [UInt8] { HashAlgorithm.sha256.hash(bytes) }

@Suite struct SubjectPublicKeyInfoTests {
    private static let key: [UInt8] = (0..<1_952).map { UInt8($0 % 256) }

    @Test func spec02_check1_theEncodingIsReproduced() {
        let encoded = SubjectPublicKeyInfo(publicKey: Self.key).encoded
        #expect(encoded.count == 1_974)
        #expect(SubjectPublicKeyInfo.prefix.hex == "308207b2300b0609608648016503040312038207a100")
        #expect(sha256(encoded).hex == "8378eefb86a7ae09491f838f772409c07dbf1d47b95a37d75582a86ac1742155")
        #expect(SubjectPublicKeyInfo(parsing: encoded)?.publicKey == Self.key)
    }

    /// PeerId = SHA-256 over the prefix string and the raw key (spec 02 §4.11); the derivation itself is elsewhere.
    @Test func spec02_check1_thePeerIdentifierIsOverTheRawKey() {
        func peerID(_ key: [UInt8]) -> String { sha256(Array("AUTONOMI_PEER_ID_V2:".utf8) + key).hex }
        #expect(peerID(Self.key) == "7241ff27d2b68665e7edb3d3b12afe998ef7a631dca4140be93954556816cc87")
        #expect(
            peerID([UInt8](repeating: 0, count: 1_952))
                == "64750714b20ec2838270ed9a1d0b69954997eea2d290385f0786855425fa8f8e"
        )
    }

    @Test func onlyTheExactPrefixAndLengthAreAccepted() {
        let encoded = SubjectPublicKeyInfo(publicKey: Self.key).encoded
        for index in 0..<22 {
            for bit in 0..<8 {
                var changed = encoded
                changed[index] ^= 1 << UInt8(bit)
                #expect(SubjectPublicKeyInfo(parsing: changed) == nil)
            }
        }
        #expect(SubjectPublicKeyInfo(parsing: encoded + [0]) == nil)
        for count in 0..<1_974 {
            #expect(SubjectPublicKeyInfo(parsing: Array(encoded.prefix(count))) == nil)
        }
    }
}
