// SPDX-License-Identifier: MIT OR Apache-2.0

import BLAKE3
import ByteCoding
import CryptoSuite
import GossipCore
import Presence
import Primitives

/// A cheap stand-in for ML-DSA-65: anybody can forge it, nobody can by accident.
enum TestSignature {
    static let scheme = SignatureScheme(publicKeyByteCount: 32, signatureByteCount: 32)

    static func sign(_ message: [UInt8], publicKey: [UInt8]) -> [UInt8] {
        HashAlgorithm.sha256.hash(publicKey + message)
    }

    static func isValid(_ check: SignatureCheck) -> Bool {
        self.sign(check.message, publicKey: check.publicKey) == check.signature
    }
}

func testKey(_ number: UInt64) -> [UInt8] { BLAKE3Hash.hash(Array("machine \(number)".utf8)) }
func testPeer(_ number: UInt64) -> PeerID { PeerID(publicKeyBytes: testKey(number)) }

extension PresenceConfiguration {
    static func test(interval: Nanoseconds = .seconds(30)) -> PresenceConfiguration {
        var configuration = PresenceConfiguration(beaconInterval: interval)
        configuration.scheme = TestSignature.scheme
        return configuration
    }
}

extension PresenceRecord {
    /// A record of machine `number` signed by its own key, or by `signer`.
    static func test(
        _ number: UInt64,
        since: UInt64,
        lifetime: UInt64 = 90,
        sequence: UInt64 = 1,
        hints: [String] = ["1.2.3.4:5483"],
        signer: UInt64? = nil
    ) -> PresenceRecord {
        var record = PresenceRecord(
            tag: PresenceRecord.tag(of: testPeer(number), at: UnixMillis(seconds: since)),
            addressHints: hints,
            since: since,
            expires: since + lifetime,
            sequence: sequence
        )
        record.signerPublicKey = testKey(signer ?? number)
        record.signature = TestSignature.sign(record.signedBytes, publicKey: record.signerPublicKey)
        return record
    }
}

/// One presence node under a script: the clock stands still unless moved, signatures are answered at once unless held back.
struct TestNode {
    static let wallStart: UInt64 = 1_700_000_000

    let number: UInt64
    private(set) var node: PresenceNode
    var seconds: Double = 1000
    var standings: [PeerID: PeerStanding] = [:]
    var holdsVerifications = false
    private(set) var heldVerifications: [(PresenceRequestID, [SignatureCheck])] = []

    init(_ number: UInt64, configuration: PresenceConfiguration = .test()) {
        self.number = number
        self.node = PresenceNode(
            configuration: configuration,
            localPeer: testPeer(number),
            publicKey: testKey(number),
            seed: number,
            now: .epoch + .seconds(1000)
        )
    }

    var now: Instant { .epoch + Nanoseconds(Int64(self.seconds * 1e9)) }
    var wallTime: UnixMillis {
        UnixMillis(milliseconds: Self.wallStart * 1000 + UInt64((self.seconds - 1000) * 1000))
    }
    private var moment: PresenceMoment {
        let standings = self.standings
        return PresenceMoment(now: self.now, wallTime: self.wallTime) { standings[$0] ?? .stranger }
    }

    mutating func run(_ event: PresenceNodeEvent) -> [PresenceAction] {
        var actions: [PresenceAction] = []
        self.node.handle(event, at: self.moment, into: &actions)
        return self.settle(actions)
    }

    mutating func timeout() -> [PresenceAction] {
        var actions: [PresenceAction] = []
        self.node.handleTimeout(at: self.moment, into: &actions)
        return self.settle(actions)
    }

    mutating func startBeaconing() throws -> [PresenceAction] {
        try self.node.startBeaconing(now: self.now)
        return self.timeout()
    }

    mutating func stopBeaconing() { self.node.stopBeaconing() }

    mutating func beacon(_ record: PresenceRecord, of sender: PeerID, from peer: PeerID) -> [PresenceAction] {
        let message = PresenceMessage.beacon(topic: PresenceLimits.topic, sender: sender, record)
        return self.run(.messageReceived(message.transportBytes, from: peer))
    }

    /// A beacon of another machine, bound and direct.
    mutating func hear(_ number: UInt64, sequence: UInt64 = 1, lifetime: UInt64 = 90) -> [PresenceAction] {
        let record = PresenceRecord.test(
            number,
            since: self.wallTime.seconds,
            lifetime: lifetime,
            sequence: sequence
        )
        return self.beacon(record, of: testPeer(number), from: testPeer(number))
    }

    mutating func releaseVerifications() -> [PresenceAction] {
        let held = self.heldVerifications
        self.heldVerifications = []
        return held.flatMap { self.run(.verified($0.0, $0.1.map(TestSignature.isValid))) }
    }

    /// Answers what a shell would answer at once; the rest is returned.
    private mutating func settle(_ actions: [PresenceAction]) -> [PresenceAction] {
        var rest: [PresenceAction] = []
        for action in actions {
            switch action {
            case .verify(let id, let checks):
                if self.holdsVerifications {
                    self.heldVerifications.append((id, checks))
                } else {
                    rest += self.run(.verified(id, checks.map(TestSignature.isValid)))
                }
            case .collectHints:
                let hints = [NetworkAddress("1.2.3.\(self.number % 250):5483")].compactMap(\.self)
                rest += self.run(.hintsCollected(hints))
            case .sign(let id, let bytes):
                rest += self.run(.signed(id, signature: TestSignature.sign(bytes, publicKey: testKey(self.number))))
            default: rest.append(action)
            }
        }
        return rest
    }
}

extension [PresenceAction] {
    var drops: [PresenceDropReason] { self.compactMap { if case .drop(let reason) = $0 { reason } else { nil } } }
    var alive: [PeerID] { self.compactMap { if case .alive(let peer, _) = $0 { peer } else { nil } } }

    var sends: [(id: PresenceRequestID, peer: PeerID, bytes: [UInt8])] {
        self.compactMap { if case .send(let id, let peer, let bytes) = $0 { (id, peer, bytes) } else { nil } }
    }

    var sentMessages: [(peer: PeerID, message: PresenceMessage)] {
        self.sends.compactMap { send in
            (try? PresenceMessage(transportBytes: send.bytes)).map { (send.peer, $0) }
        }
    }

    var beacons: [(topic: TopicID, sender: PeerID, record: PresenceRecord)] {
        self.sentMessages.compactMap {
            if case .beacon(let topic, let sender, let record) = $0.message { (topic, sender, record) } else { nil }
        }
    }

    var queries: [(peer: PeerID, query: PresenceQuery)] {
        self.sentMessages.compactMap { if case .query(let query) = $0.message { ($0.peer, query) } else { nil } }
    }

    var responses: [(peer: PeerID, response: PresenceQueryResponse)] {
        self.sentMessages.compactMap {
            if case .queryResponse(let response) = $0.message { ($0.peer, response) } else { nil }
        }
    }

    var finished: [PresenceQueryResponse.Entry]? {
        for case .queryFinished(_, let entries) in self { return entries }
        return nil
    }
}
