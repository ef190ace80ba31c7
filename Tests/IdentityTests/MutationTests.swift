// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Foundation
import Identity
import Primitives
import Synchronization
import Testing

/// No changed card, certificate, key file or backup is accepted as something else.
///
/// Each change is random in place and kind: bytes replaced, bits flipped, a part cut out, doubled or moved. The number per
/// statement is `X0X_MUTATIONS`, else what a debug build does in seconds; 100,000 each have been run.
@Suite(.timeLimit(.minutes(10))) struct MutationTests {
    private static func count(default count: Int) -> Int {
        ProcessInfo.processInfo.environment["X0X_MUTATIONS"].flatMap { Int($0) } ?? count
    }

    @Test func noChangedCertificateIsAccepted() throws {
        let user = try UserKey(seed: Fixtures.seed(1))
        let certificate = try AgentCertificate(
            issuedBy: user,
            for: AgentKey(seed: Fixtures.seed(2)).publicKey,
            at: 1_700_000_000
        )
        Self.mutate(certificate.encoded, count: Self.count(default: 4_000), seed: 1) { bytes in
            guard let fields = try? AgentCertificate.Unverified(decoding: bytes) else { return true }
            return (try? fields.verified()) == nil
        }
        #expect(try AgentCertificate.Unverified(decoding: certificate.encoded).verified() == certificate)
    }

    @Test func noChangedKeyFileIsAccepted() throws {
        let key = try AgentKey(seed: Fixtures.seed(3))
        let file = KeyFile.encode(key).exposedBytes()
        Self.mutate(file, count: Self.count(default: 20_000), seed: 2) { bytes in
            (try? KeyFile.decodeSigningKey(bytes, as: AgentKey.self)) == nil
        }
        #expect(try KeyFile.decodeSigningKey(file, as: AgentKey.self).id == key.id)
    }

    /// With a cheap key derivation, which depends on all that scrypt depends on.
    @Test func noChangedBackupIsAccepted() throws {
        let key = try AgentKey(seed: Fixtures.seed(4))
        let passphrase = SecretBytes(Array("a passphrase".utf8))
        var random = SystemSecureRandom()
        let file = try KeyBackup.seal(key, passphrase: passphrase, random: &random, derive: cheapKey)
        Self.mutate(file, count: Self.count(default: 20_000), seed: 3) { bytes in
            (try? KeyBackup.open(bytes, passphrase: passphrase, as: AgentKey.self, derive: cheapKey)) == nil
        }
        #expect(try KeyBackup.open(file, passphrase: passphrase, as: AgentKey.self, derive: cheapKey).id == key.id)
    }

    /// A changed text may still be the same card (hexadecimal case, unknown members, white space): then it says the same.
    ///
    /// Whatever says something else is refused, or is a card without signature, which is shown as such.
    @Test func noChangedCardIsTakenForTheAgentsOwn() throws {
        let agent = try AgentKey(seed: Fixtures.seed(5))
        let card = try AgentCard(
            displayName: "Ann",
            agentID: agent.id,
            machineID: id(2),
            addresses: [Fixtures.address("192.0.2.7:5483")],
            groups: [AgentCard.Group(name: "g", inviteLink: "x0x://invite/abc")],
            createdAt: 1_700_000_000
        ).signed(by: agent)
        let isHarmless: @Sendable ([UInt8]) -> Bool = { bytes in
            guard let text = String(validating: bytes, as: UTF8.self), let read = try? AgentCard(json: text) else {
                return true
            }
            return read == card || (try? read.authenticity()) == .unsigned
        }
        Self.mutate(Array(card.json.utf8), count: Self.count(default: 4_000), seed: 4, check: isHarmless)
        #expect(try AgentCard(json: card.json).authenticity() == .signedByAgent)
    }

    /// Applies `count` changes on all cores; records the first ones that `check` does not like.
    private static func mutate(
        _ original: [UInt8],
        count: Int,
        seed: UInt64,
        check: @Sendable ([UInt8]) -> Bool
    ) {
        let accepted = Mutex<[String]>([])
        let lanes = ProcessInfo.processInfo.activeProcessorCount
        DispatchQueue.concurrentPerform(iterations: lanes) { lane in
            var random = SplitMix64(seed: seed << 8 | UInt64(lane))
            for number in 0..<(count + lanes - 1) / lanes {
                let changed = Self.changed(original, &random)
                guard changed != original, !check(changed) else { continue }
                accepted.withLock { $0.append("lane \(lane), change \(number)") }
            }
        }
        #expect(accepted.withLock(\.self).prefix(5).isEmpty, "accepted: \(accepted.withLock(\.self).count)")
    }

    private static func changed(_ original: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = original
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 1...8, using: &random))
        switch Int.random(in: 0..<8, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1:
            for index in place..<end { bytes[index] = UInt8.random(in: 0...255, using: &random) }
        case 2: bytes.removeSubrange(place..<end)
        case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 4: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &random))
        case 5: bytes.append(UInt8.random(in: 0...255, using: &random))
        default: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
        return bytes
    }
}
