// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Foundation
import Primitives
import Testing

@testable import QUICCore

/// Seeded mutations of every flight: never a trap, never a completed handshake whose authenticated bytes were changed.
@Suite struct TLSMutationTests {
    enum Flight: CaseIterable, Sendable {
        case clientHello
        case serverHello
        case serverHandshake
        case clientHandshake
    }

    /// A handshake stopped in front of each flight.
    struct Checkpoint {
        var clientHello: [UInt8] = []
        var serverHello: [UInt8] = []
        var serverHandshake: [UInt8] = []
        var clientHandshake: [UInt8] = []
        var serverAtStart: TLSTestEndpoint
        var clientBeforeServerHello: TLSTestEndpoint
        var clientBeforeHandshake: TLSTestEndpoint
        var serverBeforeHandshake: TLSTestEndpoint

        init(idealCrypto: Bool) {
            var pair = TLSTestPair()
            if idealCrypto {
                pair.client.performer = { IdealCrypto.perform($0, publicKey: TestIdentity.client.publicKey.bytes) }
                pair.server.performer = { IdealCrypto.perform($0, publicKey: TestIdentity.server.publicKey.bytes) }
            }
            self.serverAtStart = pair.server
            pair.client.handle(.start)
            self.clientHello = pair.client.takeOutbox().flatMap(\.bytes)
            self.clientBeforeServerHello = pair.client
            pair.server.handle(.cryptoDataReceived(.initial, self.clientHello))
            let flight = pair.server.takeOutbox()
            self.serverHello = flight.filter { $0.level == .initial }.flatMap(\.bytes)
            self.serverHandshake = flight.filter { $0.level == .handshake }.flatMap(\.bytes)
            self.serverBeforeHandshake = pair.server
            pair.client.handle(.cryptoDataReceived(.initial, self.serverHello))
            self.clientBeforeHandshake = pair.client
            pair.client.handle(.cryptoDataReceived(.handshake, self.serverHandshake))
            self.clientHandshake = pair.client.takeOutbox().flatMap(\.bytes)
        }

        func bytes(of flight: Flight) -> [UInt8] {
            switch flight {
            case .clientHello: self.clientHello
            case .serverHello: self.serverHello
            case .serverHandshake: self.serverHandshake
            case .clientHandshake: self.clientHandshake
            }
        }

        /// Delivers `bytes` in place of `flight`, lets the rest run, and tells whether anybody completed.
        func completes(_ flight: Flight, replacedBy bytes: [UInt8]) -> Bool {
            switch flight {
            case .clientHello:
                var server = self.serverAtStart
                var client = self.clientBeforeServerHello
                server.handle(.cryptoDataReceived(.initial, bytes))
                for (level, bytes) in server.takeOutbox() {
                    client.handle(.cryptoDataReceived(level, bytes))
                }
                return client.isCompleted || server.isCompleted
            case .serverHello:
                var client = self.clientBeforeServerHello
                client.handle(.cryptoDataReceived(.initial, bytes))
                client.handle(.cryptoDataReceived(.handshake, self.serverHandshake))
                return client.isCompleted
            case .serverHandshake:
                var client = self.clientBeforeHandshake
                client.handle(.cryptoDataReceived(.handshake, bytes))
                return client.isCompleted
            case .clientHandshake:
                var server = self.serverBeforeHandshake
                server.handle(.cryptoDataReceived(.handshake, bytes))
                return server.isCompleted
            }
        }
    }

    private static var seed: UInt64 {
        ProcessInfo.processInfo.environment["TEST_SEED"].flatMap { UInt64($0) } ?? 0x7453_1337
    }

    private static func run(_ flight: Flight, count: Int, idealCrypto: Bool) {
        let checkpoint = Checkpoint(idealCrypto: idealCrypto)
        let original = checkpoint.bytes(of: flight)
        #expect(checkpoint.completes(flight, replacedBy: original), "the unchanged flight completes")
        var random = SplitMix64(seed: self.seed)
        var failures = 0
        for _ in 0..<count {
            let mutated = self.mutation(of: original, using: &random)
            if mutated != original, checkpoint.completes(flight, replacedBy: mutated) {
                failures += 1
            }
        }
        #expect(failures == 0, "TEST_SEED=\(self.seed)")
    }

    private static func mutation(of original: [UInt8], using random: inout SplitMix64) -> [UInt8] {
        var bytes = original
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
        case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
        case 2: bytes.remove(at: index)
        case 3: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 4:  // the head of the flight holds most lengths
            bytes[min(index, Int.random(in: 0..<80, using: &random))] =
                [0, 1, 0x7F, 0xFF].randomElement(using: &random) ?? 0
        case 5:
            let end = min(bytes.count, index + Int.random(in: 1...40, using: &random))
            bytes.insert(contentsOf: bytes[index..<end], at: index)
        default: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
        return bytes
    }

    /// An ideal signature and key exchange, so that many handshakes are cheap.
    @Test(arguments: Flight.allCases)
    func mutatedFlightsNeverComplete(flight: Flight) { Self.run(flight, count: 2_000, idealCrypto: true) }

    @Test(arguments: Flight.allCases)
    func mutatedFlightsNeverCompleteWithRealCryptography(flight: Flight) {
        Self.run(flight, count: 60, idealCrypto: false)
    }

    /// Every truncation of the first flights waits or fails, and never completes.
    @Test func truncatedFlightsNeverComplete() {
        let checkpoint = Checkpoint(idealCrypto: true)
        for flight in [Flight.clientHello, .serverHello] {
            let original = checkpoint.bytes(of: flight)
            for count in 0..<original.count {
                #expect(!checkpoint.completes(flight, replacedBy: Array(original.prefix(count))))
            }
        }
    }
}

/// Functions with the promises of the real algorithms and none of their cost: hashes in the role of signatures and shares.
enum IdealCrypto {
    static func perform(_ request: TLSCryptoRequest, publicKey: [UInt8]) -> TLSCryptoResult {
        switch request.operation {
        case .generateKeyShare(let group):
            guard let key = try? group.generateKey() else { return .failed }
            return .keyShareGenerated(key)
        case .respondToKeyShare(let group, let clientShare):
            let share = self.expand(sha256(clientShare), byteCount: group.serverShareByteCount)
            return .keyShareAnswered(serverShare: share, sharedSecret: self.secret(clientShare, share))
        case .completeKeyShare(let key, let serverShare):
            return .keyShareCompleted(self.secret(key.share, serverShare))
        case .sign(let message):
            return .signed(self.signature(publicKey, message))
        case .verify(let key, let signature, let message):
            return .verified(signature == self.signature(key, message))
        case .verifyCertificate: return .failed
        }
    }

    private static func signature(_ publicKey: [UInt8], _ message: [UInt8]) -> [UInt8] {
        self.expand(sha256(publicKey + message), byteCount: MLDSA65Sizes.signature)
    }

    private static func secret(_ clientShare: [UInt8], _ serverShare: [UInt8]) -> SecretBytes {
        SecretBytes(self.expand(sha256(clientShare + serverShare), byteCount: 64))
    }

    private static func expand(_ seed: [UInt8], byteCount: Int) -> [UInt8] {
        HashAlgorithm.sha256.expand(SecretBytes(seed), info: [], byteCount: byteCount).exposedBytes()
    }
}
