// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite
internal import Primitives

/// The key phases of 1-RTT packets (RFC 9001 §6): which receive keys fit a packet, and when to move on.
///
/// We follow the peer's updates, and start one ourselves early on purpose, so that peers that cannot follow show it soon
/// (spec 02 §3.4), and again whenever a key is nearly used up.
struct KeyUpdate: Sendable {
    /// The keys a packet was protected with, relative to ours.
    enum Generation: Sendable {
        case previous
        case current
        case next
    }

    /// Packets left under a key when we update it.
    private static let reserve: UInt64 = 10_000
    /// Packets protected with the first key before it is updated on purpose; each connection draws one number.
    static let earlyPacketCounts: ClosedRange<UInt64> = 10...999

    /// The number drawn; `nil` means no early update.
    var earlyPacketCount: UInt64?
    private let suite: CipherSuite?
    private var localSecret: SecretBytes
    private var remoteSecret: SecretBytes
    private var previousReceiveKeys: PacketKeys?
    private var nextReceiveKeys: PacketKeys?
    /// The key phase bit of packets we send.
    private(set) var phase = false
    /// The lowest packet number received in the current phase.
    private var lowestReceived: UInt64?
    /// The first packet number sent in the current phase.
    private var firstSent: UInt64?
    /// Whether the peer may update again: it knows that we have its packets of this phase.
    private var hasAcknowledgedPhase = true
    /// When late packets of the previous phase are given up.
    private(set) var discardDeadline: Instant?
    /// Updates so far, by either side.
    private(set) var updateCount: UInt64 = 0

    /// No 1-RTT keys yet.
    init() {
        self.suite = nil
        self.localSecret = SecretBytes([])
        self.remoteSecret = SecretBytes([])
    }

    /// Starts with the first 1-RTT secrets.
    init(suite: CipherSuite, local: SecretBytes, remote: SecretBytes, keys: ProtectionLevel) {
        self.suite = suite
        self.localSecret = local
        self.remoteSecret = remote
        self.deriveNext(keys)
    }

    private mutating func deriveNext(_ keys: ProtectionLevel) {
        guard let suite else { return }
        let secret = PacketProtectionSecrets.nextTrafficSecret(after: self.remoteSecret, suite: suite)
        // Deriving from a secret of the right length does not fail; without keys the packet is simply not readable.
        self.nextReceiveKeys = try? keys.receiveKeys.nextPhase(trafficSecret: secret, suite: suite)
    }

    /// Which keys a packet needs.
    func generation(phase: Bool, packetNumber: UInt64) -> Generation {
        if phase == self.phase { return .current }
        guard self.previousReceiveKeys != nil else { return .next }
        return self.lowestReceived.map { packetNumber < $0 } ?? true ? .previous : .next
    }

    /// The receive keys of another generation than the current one, if they are at hand.
    func receiveKeys(_ generation: Generation) -> PacketKeys? {
        generation == .previous ? self.previousReceiveKeys : self.nextReceiveKeys
    }

    /// A packet of the current generation was authenticated.
    mutating func received(_ packetNumber: UInt64, closingPeriod: Nanoseconds, now: Instant) {
        if self.lowestReceived == nil, self.previousReceiveKeys != nil { self.discardDeadline = now + closingPeriod }
        self.lowestReceived = min(packetNumber, self.lowestReceived ?? packetNumber)
    }

    /// A packet of the next generation was authenticated: the peer has updated.
    ///
    /// - Throws: KEY_UPDATE_ERROR when it had no right to yet (RFC 9001 §6.2).
    mutating func peerUpdated(_ level: inout ProtectionLevel) throws(ConnectionFailure) {
        guard self.hasAcknowledgedPhase else {
            throw ConnectionFailure(.keyUpdateError, "a second key update before the first was acknowledged")
        }
        try self.advance(&level)
    }

    /// Moves both directions to the next generation.
    mutating func advance(_ level: inout ProtectionLevel) throws(ConnectionFailure) {
        guard let suite, let nextReceiveKeys else {
            throw ConnectionFailure(.internalError, "no keys to update to")
        }
        let local = PacketProtectionSecrets.nextTrafficSecret(after: self.localSecret, suite: suite)
        guard let sendKeys = try? level.sendKeys.nextPhase(trafficSecret: local, suite: suite) else {
            throw ConnectionFailure(.internalError, "packet keys could not be derived")
        }
        self.localSecret = local
        self.remoteSecret = PacketProtectionSecrets.nextTrafficSecret(after: self.remoteSecret, suite: suite)
        self.previousReceiveKeys = level.receiveKeys
        level.replaceKeys(send: sendKeys, receive: nextReceiveKeys)
        self.phase.toggle()
        self.lowestReceived = nil
        self.firstSent = nil
        self.hasAcknowledgedPhase = false
        self.updateCount += 1
        self.deriveNext(level)
    }

    /// Whether we should update now.
    func isDue(_ level: ProtectionLevel, largestAcknowledged: UInt64?) -> Bool {
        let count = level.protectedPacketCount
        let isEarlyDue = self.updateCount == 0 && self.earlyPacketCount.map { count >= $0 } ?? false
        guard isEarlyDue || count >= level.confidentialityLimit - Self.reserve else { return false }
        return self.isConfirmed(largestAcknowledged: largestAcknowledged)
    }

    /// Whether the peer has acknowledged a packet of the current phase, so that an update is allowed (RFC 9001 §6.1).
    func isConfirmed(largestAcknowledged: UInt64?) -> Bool {
        guard let firstSent, let largestAcknowledged else { return false }
        return largestAcknowledged >= firstSent
    }

    /// A packet goes out in the current phase.
    mutating func sent(_ packetNumber: UInt64) {
        if self.firstSent == nil { self.firstSent = packetNumber }
    }

    /// An acknowledgement goes out.
    mutating func acknowledgementSent(largest: UInt64) {
        if let lowestReceived, largest >= lowestReceived { self.hasAcknowledgedPhase = true }
    }

    /// Forgets the previous generation when its time is over.
    mutating func discardPrevious(now: Instant) {
        guard let discardDeadline, discardDeadline <= now else { return }
        self.previousReceiveKeys = nil
        self.discardDeadline = nil
    }
}
