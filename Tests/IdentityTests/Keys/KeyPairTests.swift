// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Identity
import Primitives
import Testing

@Suite struct KeyPairTests {
    @Test func spec01_check01_theVectorsReproduce() throws {
        let zero = [UInt8](repeating: 0, count: 1_952)
        #expect(AgentID(publicKeyBytes: zero).hex == "64750714b20ec2838270ed9a1d0b69954997eea2d290385f0786855425fa8f8e")
        let key = try MachineKey(seed: Fixtures.countingSeed)
        #expect(
            sha256(key.publicKey.bytes) == "d666806e11cee19a7c989f7445f90dd419cf4d2d51db8c0fdb4c0f0a542238c9"
        )
        #expect(key.id.hex == "654980fe02a7b4e55168e5f4650ecb1c073d4b26acfff790f111313f4a217de7")
        let second = try UserKey(seed: Fixtures.seed(7))
        #expect(second.id.hex == "dd1ba319393aaac46508615e92fd79686d18b9c3152495b35dc9314edd91d9aa")
    }

    @Test func spec01_check01_theIDIsNotThePlainHash() throws {
        let key = try MachineKey(seed: Fixtures.countingSeed)
        #expect(key.id.hex != sha256(key.publicKey.bytes))
    }

    @Test func spec01_check02_generatedIDsAreDifferentAndNotZero() throws {
        let ids = [try MachineKey().id.hex, try AgentKey().id.hex, try UserKey().id.hex]
        #expect(Set(ids).count == 3)
        #expect(!ids.contains(MachineID.zero.hex))
        #expect(ids.allSatisfy { $0.count == 64 })
    }

    @Test func spec01_check11_nothingSecretIsShown() throws {
        let key = try AgentKey(seed: Fixtures.countingSeed)
        #expect("\(key.id)" == "AgentId(0x654980fe02a7b4e5)")
        let seed = Fixtures.countingSeed.exposedBytes().hex
        for text in [
            "\(key)", String(reflecting: key), String(describing: Mirror(reflecting: key).children.map { $0 }),
        ] {
            #expect(text.contains("<REDACTED>") || !text.contains("key"))
            #expect(!text.contains(seed) && !text.contains("privateKey"))
        }
        #expect("\(key)".contains("<REDACTED>"))
        var dumped = ""
        dump(try Fixtures.identity(1, withUser: true), to: &dumped)
        #expect(!dumped.contains("seed"))
    }

    @Test func aSignatureVerifiesUnderThePublicKeyOnly() throws {
        let key = try AgentKey(seed: Fixtures.seed(1))
        let signature = try key.signature(for: [1, 2, 3])
        #expect(key.publicKey.isValid(signature: signature, for: [1, 2, 3]))
        #expect(!key.publicKey.isValid(signature: signature, for: [1, 2, 4]))
        #expect(try !AgentKey(seed: Fixtures.seed(2)).publicKey.isValid(signature: signature, for: [1, 2, 3]))
    }
}
