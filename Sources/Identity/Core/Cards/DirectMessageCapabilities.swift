// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import CryptoSuite

/// How an agent takes direct messages: part of cards and of capability adverts (spec 08 §4.1).
package struct DirectMessageCapabilities: Hashable, Sendable {
    /// Newest protocol version the agent speaks.
    package var protocolVersionMax: UInt16
    /// Whether messages may be sent through pub/sub.
    package var hasGossipInbox: Bool
    /// The key encapsulation mechanism, `ML-KEM-768`.
    package var keyEncapsulationAlgorithm: String
    /// Largest envelope the agent accepts, bytes.
    package var envelopeByteCountMax: UInt64
    /// The encapsulation key: 1184 bytes, or none yet.
    package var keyEncapsulationPublicKey: [UInt8]

    /// The only algorithm of this protocol version.
    package static let algorithm = "ML-KEM-768"
    /// Envelope bytes this implementation accepts.
    package static let standardEnvelopeByteCountMax: UInt64 = 65_536

    /// Creates the capabilities; the defaults are what this implementation speaks.
    package init(
        protocolVersionMax: UInt16 = 1,
        hasGossipInbox: Bool,
        keyEncapsulationAlgorithm: String = Self.algorithm,
        envelopeByteCountMax: UInt64 = Self.standardEnvelopeByteCountMax,
        keyEncapsulationPublicKey: [UInt8]
    ) {
        self.protocolVersionMax = protocolVersionMax
        self.hasGossipInbox = hasGossipInbox
        self.keyEncapsulationAlgorithm = keyEncapsulationAlgorithm
        self.envelopeByteCountMax = envelopeByteCountMax
        self.keyEncapsulationPublicKey = keyEncapsulationPublicKey
    }

    /// Whether a sender may encrypt to this agent through pub/sub (spec 08 §4.6).
    package var isUsable: Bool {
        self.hasGossipInbox && self.protocolVersionMax >= 1
            && self.keyEncapsulationAlgorithm == Self.algorithm
            && self.keyEncapsulationPublicKey.count == MLKEM768Sizes.publicKey
    }

    /// Appends the bincode form that card signatures cover (spec 01 §17).
    func encodeBincode(into writer: inout ByteWriter) {
        writer.writeLittleEndian(self.protocolVersionMax)
        writer.writeUInt8(self.hasGossipInbox ? 1 : 0)
        writer.writeBincodeString(self.keyEncapsulationAlgorithm)
        writer.writeLittleEndian(self.envelopeByteCountMax)
        writer.writeBincodeBytes(self.keyEncapsulationPublicKey)
    }
}
