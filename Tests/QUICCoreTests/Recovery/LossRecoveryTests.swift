// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Primitives
import Testing

@testable import QUICCore

/// Recovery with a script's clock: instants are milliseconds after a start of one second.
struct RecoveryScript {
    var recovery: LossRecovery
    private(set) var numbers: [UInt64] = []

    init(role: TLSRole = .client, skipKey: SecretBytes? = nil, isConfirmed: Bool = true) {
        self.recovery = LossRecovery(role: role, datagramByteCount: 1_200, skipKey: skipKey, now: Self.at(0))
        if isConfirmed { self.recovery.handshakeConfirmed() }
    }

    static func at(_ milliseconds: Int64) -> Instant { .epoch + .seconds(1) + .milliseconds(milliseconds) }

    /// Sends one ack-eliciting packet of 1,200 bytes and returns its number.
    @discardableResult
    mutating func send(
        at milliseconds: Int64,
        in space: PacketNumberSpace = .application,
        frames: SentFrameList = [.ping]
    ) -> UInt64 {
        let number = self.recovery.takePacketNumber(in: space)
        let packet = SentPacket(
            packetNumber: number,
            sentAt: Self.at(milliseconds),
            byteCount: 1_200,
            isAckEliciting: true,
            isInFlight: true,
            frames: frames
        )
        self.recovery.packetSent(packet, in: space)
        return number
    }

    mutating func acknowledge(
        _ ranges: ClosedRange<UInt64>...,
        at milliseconds: Int64,
        in space: PacketNumberSpace = .application
    ) throws(ConnectionFailure) -> (acknowledged: [UInt64], lost: [UInt64]) {
        let ack = AckFrame(ranges: ranges, delay: 0)
        let outcome = try self.recovery.ackReceived(ack, in: space, now: Self.at(milliseconds))
        return (outcome.acknowledged.map(\.packetNumber), outcome.lost.map(\.packetNumber))
    }

    mutating func timeout(at milliseconds: Int64) -> RecoveryTimeout {
        self.recovery.handleTimeout(now: Self.at(milliseconds))
    }
}

@Suite struct LossRecoveryTests {
    private typealias Script = RecoveryScript

    @Test func anAckOfASkippedOrFutureNumberIsAProtocolViolation() throws {
        var script = Script(skipKey: SecretBytes([UInt8](repeating: 7, count: 32)))
        let sent = (0..<200).map { script.send(at: $0) }
        let skipped = Set(0...sent[199]).subtracting(sent)
        #expect(skipped.count >= 2, "one number of 0…63, one of 64…127")
        for number in skipped {
            #expect(throws: ConnectionFailure.self) { try script.acknowledge(number...number, at: 300) }
        }
        let failure = #expect(throws: ConnectionFailure.self) {
            try script.acknowledge(sent[199]...sent[199] + 1, at: 300)
        }
        #expect(failure?.code == .protocolViolation)
        #expect(script.recovery.bytesInFlight == 200 * 1_200, "a refused ACK changes nothing")
        let outcome = try script.acknowledge(sent[199]...sent[199], at: 300)
        #expect(outcome.acknowledged == [sent[199]])
    }

    @Test func oneNumberIsSkippedPerPowerOfTwoAndTheKeyDecidesWhich() {
        func skips(_ byte: UInt8) -> [UInt64] {
            var sequence = PacketNumberSequence(skipKey: SecretBytes([UInt8](repeating: byte, count: 32)))
            let taken = Set((0..<5_000).map { _ in sequence.take() })
            return (0..<sequence.next).filter { !taken.contains($0) }
        }
        for byte in 0..<20 as Range<UInt8> {
            let numbers = skips(byte)
            #expect((0...63).contains(numbers[0]))
            for (index, number) in numbers.dropFirst().enumerated() {
                #expect((UInt64(64) << UInt64(index)..<UInt64(128) << UInt64(index)).contains(number))
            }
        }
        #expect(skips(1) != skips(2))
    }

    @Test func aPacketThreeBehindAnAcknowledgedOneIsLost() throws {
        var script = Script()
        for _ in 0..<5 { script.send(at: 0) }
        var outcome = try script.acknowledge(2...2, at: 10)
        #expect(outcome == ([2], []))
        outcome = try script.acknowledge(3...3, at: 10)
        #expect(outcome == ([3], [0]))
        #expect(script.recovery.bytesInFlight == 2 * 1_200)
        #expect(script.recovery.lostPacketCount == 1)
        outcome = try script.acknowledge(0...0, at: 11)
        #expect(outcome == ([], []), "a late acknowledgement of a lost packet is old news")
    }

    @Test func aPacketNineEighthsOfARoundTripOldIsLost() throws {
        var script = Script()
        script.send(at: 0, frames: [.maxData])
        script.send(at: 0)
        let outcome = try script.acknowledge(1...1, at: 80)
        #expect(outcome == ([1], []))
        #expect(script.recovery.nextDeadline == Script.at(90))
        #expect(script.timeout(at: 89) == .nothing)
        guard case .lost(let packets, in: .application) = script.timeout(at: 90) else {
            Issue.record("nothing was lost")
            return
        }
        #expect(packets.map(\.frames) == [[.maxData]])
        #expect(script.recovery.bytesInFlight == 0 && script.recovery.nextDeadline == nil)
    }

    @Test func probesBackOffAndRepeatTheOldestFrames() throws {
        var script = Script()
        script.send(at: -100)
        _ = try script.acknowledge(0...0, at: 0)
        // Round trip 100 ms, variation 50 ms, so the probe timeout is 100 + 200 + 25 ms.
        script.send(at: 0, frames: [.maxData])
        script.send(at: 0, frames: [.handshakeDone])
        script.send(at: 0, frames: [.observedAddress])
        #expect(script.recovery.nextDeadline == Script.at(325))
        #expect(script.timeout(at: 324) == .nothing)
        let probe = RecoveryTimeout.probe(.application, packetCount: 2, frames: [.maxData, .handshakeDone])
        #expect(script.timeout(at: 325) == probe)
        #expect(script.recovery.nextDeadline == Script.at(325 + 650))
        #expect(script.recovery.bytesInFlight == 3 * 1_200, "a probe declares nothing lost")
        #expect(script.timeout(at: 975) == probe)
        #expect(script.recovery.nextDeadline == Script.at(975 + 1_300))
        let outcome = try script.acknowledge(1...3, at: 1_000)
        #expect(outcome.acknowledged == [1, 2, 3])
        #expect(script.recovery.nextDeadline == nil)
        #expect(script.recovery.probeTimeoutCount == 0)
    }

    @Test func aClientProbesEvenWithNothingInFlightUntilTheServerCanAnswer() throws {
        var script = Script(isConfirmed: false)
        script.send(at: 0, in: .initial)
        _ = try script.acknowledge(0...0, at: 100, in: .initial)
        // 100 + 4 × 50 ms from the acknowledgement.
        #expect(script.recovery.nextDeadline == Script.at(400))
        #expect(script.timeout(at: 400) == .probe(.initial, packetCount: 1, frames: []))
        script.recovery.keysInstalled(.handshake)
        #expect(script.timeout(at: 1_000) == .probe(.handshake, packetCount: 1, frames: []))
        script.recovery.discard(.initial, now: Script.at(1_000))
        script.send(at: 1_000, in: .handshake)
        _ = try script.acknowledge(0...0, at: 1_100, in: .handshake)
        #expect(script.recovery.nextDeadline == nil)
    }

    @Test func aServerWithNothingInFlightWaits() {
        var script = Script(role: .server, isConfirmed: false)
        #expect(script.recovery.nextDeadline == nil)
        script.send(at: 0, in: .initial)
        #expect(script.recovery.nextDeadline == Script.at(999))
        script.recovery.isAmplificationBlocked = true
        #expect(script.recovery.nextDeadline == nil, "nothing could be sent")
    }

    @Test func applicationPacketsAreProbedOnlyAfterConfirmation() {
        var script = Script(role: .server, isConfirmed: false)
        script.send(at: 0)
        #expect(script.recovery.nextDeadline == nil)
        script.recovery.handshakeConfirmed()
        #expect(script.recovery.nextDeadline == Script.at(1_024))
    }

    @Test func discardingASpaceForgetsItsPackets() {
        var script = Script(isConfirmed: false)
        script.send(at: 0, in: .initial)
        script.send(at: 0, in: .handshake)
        script.recovery.discard(.initial, now: Script.at(5))
        #expect(script.recovery.bytesInFlight == 1_200)
    }

    @Test func pureAcknowledgementsLeaveNoTrace() throws {
        var script = Script()
        let number = script.recovery.takePacketNumber(in: .application)
        let packet = SentPacket(
            packetNumber: number,
            sentAt: Script.at(0),
            byteCount: 40,
            isAckEliciting: false,
            isInFlight: false,
            frames: [.ack(largest: 3)]
        )
        script.recovery.packetSent(packet, in: .application)
        #expect(script.recovery.bytesInFlight == 0 && script.recovery.nextDeadline == nil)
        let outcome = try script.acknowledge(0...0, at: 1)
        #expect(outcome == ([], []))
        #expect(script.recovery.largestAcknowledged(in: .application) == 0)
    }

    @Test func lossOfEverythingForThreeProbeTimeoutsIsPersistentCongestion() throws {
        func window(sendAt instants: [Int64], acknowledgingInBetween: Bool) throws -> Int {
            var script = Script()
            script.send(at: 0)
            _ = try script.acknowledge(0...0, at: 100)
            for instant in instants { script.send(at: instant) }
            if acknowledgingInBetween { _ = try script.acknowledge(2...2, at: 200) }
            for _ in 0..<3 { script.send(at: 5_000) }
            let last = UInt64(instants.count) + 3
            _ = try script.acknowledge(last...last, at: 5_100)
            return script.recovery.congestion.window
        }
        // With the last sample the probe timeout is 100 + 4 × 37.5 + 25 ms; three of them are 825 ms. The window falls
        // to two datagrams and grows by the acknowledged one.
        #expect(try window(sendAt: [150, 151, 976], acknowledgingInBetween: false) == 3 * 1_200)
        #expect(try window(sendAt: [150, 151, 975], acknowledgingInBetween: false) > 3 * 1_200)
        #expect(try window(sendAt: [150, 151, 976], acknowledgingInBetween: true) > 3 * 1_200)
    }

    @Test func theWindowBlocksAndAcknowledgementsOpenIt() throws {
        var script = Script()
        for _ in 0..<10 {
            #expect(script.recovery.sendPermission(now: Script.at(0)) == .allowed)
            script.send(at: 0)
        }
        #expect(script.recovery.sendPermission(now: Script.at(0)) == .blocked)
        _ = try script.acknowledge(0...4, at: 50)
        guard case .paced(let deadline) = script.recovery.sendPermission(now: Script.at(0)) else {
            Issue.record("the burst is used up, the pacer should hold back")
            return
        }
        #expect(script.recovery.nextDeadline.map { $0 <= deadline } == true)
        #expect(script.recovery.sendPermission(now: Script.at(60)) == .allowed)
    }

    /// Random loss, reordering and timers: bytes in flight always equal what is neither acknowledged nor lost.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func bytesInFlightAreConsistent(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var script = Script(skipKey: SecretBytes([UInt8](repeating: UInt8(seed), count: 32)))
        var outstanding: Set<UInt64> = []
        for step in 0..<3_000 as Range<Int64> {
            switch UInt8.random(in: 0..<10, using: &random) {
            case 0...5: outstanding.insert(script.send(at: step))
            case 6...8:
                guard let number = outstanding.min(by: { _, _ in Bool.random(using: &random) }) else { continue }
                let outcome = try script.acknowledge(number...number, at: step)
                #expect(outcome.acknowledged == [number])
                outstanding.subtract(outcome.acknowledged)
                #expect(outstanding.isSuperset(of: outcome.lost))
                outstanding.subtract(outcome.lost)
            default:
                if case .lost(let packets, _) = script.timeout(at: step) {
                    outstanding.subtract(packets.map(\.packetNumber))
                }
            }
            #expect(script.recovery.bytesInFlight == outstanding.count * 1_200)
        }
    }
}
