// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding
package import Primitives

/// What a machine says about how it can be reached: the last six fields of its announcements (spec 01 §4.2, §5.2).
///
/// | field | type | bytes |
/// |---|---|---|
/// | nat_type | `Option<String>` | 1, or 9 + text |
/// | can_receive_direct, is_relay, is_coordinator | `Option<bool>` | 1 or 2 each |
/// | reachable_via, relay_candidates | `Vec<[u8; 32]>` | 8 + 32 n each |
package struct Reachability: Hashable, Sendable, ByteEncodable, ByteDecodable {
    /// Free text for people, such as `Full Cone`; nothing decides by it.
    package var natType: String?
    /// Whether strangers can dial the machine.
    package var canReceiveDirect: Bool?
    /// Whether the machine can relay (capability, not activity).
    package var isRelay: Bool?
    /// Whether the machine can coordinate hole punching (capability, not activity).
    package var isCoordinator: Bool?
    /// Machines that can coordinate a connection to this one.
    package var reachableVia: [MachineID]
    /// Machines that can relay to this one.
    package var relayCandidates: [MachineID]

    /// Creates the fields; without arguments the form a node without network sends.
    package init(
        natType: String? = nil,
        canReceiveDirect: Bool? = nil,
        isRelay: Bool? = nil,
        isCoordinator: Bool? = nil,
        reachableVia: [MachineID] = [],
        relayCandidates: [MachineID] = []
    ) {
        self.natType = natType
        self.canReceiveDirect = canReceiveDirect
        self.isRelay = isRelay
        self.isCoordinator = isCoordinator
        self.reachableVia = reachableVia
        self.relayCandidates = relayCandidates
    }

    package init(from reader: inout ByteReader) throws(DecodeError) {
        let natTypeLimit = AnnouncementLimits.natTypeByteCountMax
        self.natType = try reader.readOption(field: "nat_type") { reader throws(DecodeError) in
            try reader.readBincodeString(field: "nat_type", limit: natTypeLimit)
        }
        self.canReceiveDirect = try reader.readOptionalBool(field: "can_receive_direct")
        self.isRelay = try reader.readOptionalBool(field: "is_relay")
        self.isCoordinator = try reader.readOptionalBool(field: "is_coordinator")
        let hintLimit = AnnouncementLimits.hintCountMax
        self.reachableVia = try reader.readIdentifiers(field: "reachable_via", limit: hintLimit)
        self.relayCandidates = try reader.readIdentifiers(field: "relay_candidates", limit: hintLimit)
    }

    package func encode(into writer: inout ByteWriter) {
        writer.writeOption(self.natType) { $1.writeBincodeString($0) }
        writer.writeOption(self.canReceiveDirect) { $1.writeUInt8($0 ? 1 : 0) }
        writer.writeOption(self.isRelay) { $1.writeUInt8($0 ? 1 : 0) }
        writer.writeOption(self.isCoordinator) { $1.writeUInt8($0 ? 1 : 0) }
        writer.writeIdentifiers(self.reachableVia)
        writer.writeIdentifiers(self.relayCandidates)
    }
}

/// Caps on announcements, ours and other people's (spec 01 §6.5).
package enum AnnouncementLimits {
    /// Bytes of a whole announcement.
    package static let byteCountMax = 65_536
    /// Addresses in one announcement.
    package static let addressCountMax = 16
    /// Entries of each hint list.
    package static let hintCountMax = 8
    /// Bytes of the NAT type text.
    package static let natTypeByteCountMax = 64
    /// Certificates in a user announcement: as many as fit ``byteCountMax``.
    package static let certificateCountMax = 8
    /// Seconds an announcement may be ahead of this node's clock.
    package static let clockLeadSecondsMax: UInt64 = 30
}

extension ByteReader {
    fileprivate mutating func readOptionalBool(field: String) throws(DecodeError) -> Bool? {
        try self.readOption(field: field) { reader throws(DecodeError) in try reader.readStrictBool(field: field) }
    }
}
