// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding
package import CryptoSuite
package import Primitives

/// "This machine is reachable here" (spec 01 §4.3); 5345 bytes in its smallest form, signed by the machine key.
package struct MachineAnnouncement: AnnouncementFields {
    /// The machine.
    package var machineID: MachineID
    /// The machine's key, 1952 bytes.
    package var machinePublicKey: [UInt8]
    /// Where to dial; at most ``AnnouncementLimits/addressCountMax``.
    package var addresses: [NetworkAddress]
    /// Unix seconds.
    package var announcedAt: UInt64
    /// How the machine can be reached.
    package var reachability: Reachability

    /// Creates the fields as they are.
    package init(
        machineID: MachineID,
        machinePublicKey: [UInt8],
        addresses: [NetworkAddress],
        announcedAt: UInt64,
        reachability: Reachability = Reachability()
    ) {
        self.machineID = machineID
        self.machinePublicKey = machinePublicKey
        self.addresses = addresses
        self.announcedAt = announcedAt
        self.reachability = reachability
    }

    package init(
        from reader: inout ByteReader,
        signature: (inout ByteReader) throws(DecodeError) -> Void
    ) throws(DecodeError) {
        self.machineID = try MachineID(from: &reader)
        self.machinePublicKey = try reader.readPublicKey(field: "machine_public_key")
        try signature(&reader)
        let limit = AnnouncementLimits.addressCountMax
        self.addresses = try reader.readSocketAddresses(field: "addresses", limit: limit)
        self.announcedAt = try reader.readLittleEndian()
        self.reachability = try Reachability(from: &reader)
    }

    package func encodeFieldsBefore(into writer: inout ByteWriter) {
        self.machineID.encode(into: &writer)
        writer.writeBincodeBytes(self.machinePublicKey)
    }

    package func encodeFieldsAfter(into writer: inout ByteWriter) {
        writer.writeSocketAddresses(self.addresses)
        writer.writeLittleEndian(self.announcedAt)
        self.reachability.encode(into: &writer)
    }

    package var signerPublicKey: [UInt8] { self.machinePublicKey }

    package func checkSigner(_ key: MLDSA65PublicKey) throws(IdentityError) {
        guard MachineID(key) == self.machineID else {
            throw .verification("machine_id does not belong to machine_public_key")
        }
    }

    package func checkContents() {}
}

package typealias UnverifiedMachineAnnouncement = UnverifiedAnnouncement<MachineAnnouncement>
package typealias VerifiedMachineAnnouncement = VerifiedAnnouncement<MachineAnnouncement>
