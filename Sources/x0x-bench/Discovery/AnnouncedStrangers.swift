// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Identity
import Primitives

/// Announcements of agents nobody heard of before, each signed by a machine of its own.
struct AnnouncedStrangers: Sendable {
    /// The messages as on the wire.
    private(set) var messages: [[UInt8]] = []
    /// Seconds of processor time for one machine key and one signature.
    private(set) var secondsEach = 0.0

    /// Makes `count` of them; `address` is what each names, and `nil` names none.
    init(count: Int, announcedAt: UInt64, address: NetworkAddress?) throws {
        let start = ProcessMeter.cpuSeconds
        self.messages.reserveCapacity(count)
        for number in 0..<count {
            let machine = try MachineKey()
            let fields = IdentityAnnouncement(
                // Only the machine signs an announcement: any agent id will do (spec 01 §4.2).
                agentID: AgentID(
                    words: Words32(UInt64(number) &* 0x9E37_79B9_7F4A_7C15, announcedAt, 2, UInt64(number))
                ),
                machineID: machine.id,
                machinePublicKey: machine.publicKey.bytes,
                addresses: address.map { [$0] } ?? [],
                announcedAt: announcedAt
            )
            self.messages.append(try Self.encoded(fields, signedBy: machine))
        }
        self.secondsEach = (ProcessMeter.cpuSeconds - start) / Double(max(1, count))
    }

    private static func encoded(_ fields: IdentityAnnouncement, signedBy machine: MachineKey) throws -> [UInt8] {
        let signature = try machine.signature(for: fields.signedBytes)
        var writer = ByteWriter(reservedByteCount: 6_144)
        fields.encodeFieldsBefore(into: &writer)
        writer.writeBincodeBytes(signature)
        fields.encodeFieldsAfter(into: &writer)
        return writer.bytes
    }
}
