// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding
package import Primitives

/// Building the version 2 envelope of one publish (spec 04 §6.1).
package enum EnvelopeSigning {
    private static let domain = Array("x0x-msg-v2".utf8)

    /// What the agent signs: domain, sender, topic and payload without lengths.
    ///
    /// The missing lengths would let bytes move between topic and payload; the topic binding check closes that.
    package static func signedBytes(sender: AgentID, topic: String, payload: [UInt8]) -> [UInt8] {
        var writer = ByteWriter(reservedByteCount: 42 + topic.utf8.count + payload.count)
        writer.writeBytes(self.domain)
        sender.encode(into: &writer)
        writer.writeBytes(topic.utf8)
        writer.writeBytes(payload)
        return writer.bytes
    }

    /// The envelope bytes; 5300 bytes and the topic more than the payload.
    ///
    /// - Parameters:
    ///   - sender: The agent.
    ///   - publicKey: Its public key.
    ///   - signature: Over ``signedBytes(sender:topic:payload:)``; must be hedged, or two equal publishes are one message.
    ///   - topic: At most 65,535 bytes.
    ///   - payload: Application bytes, may be empty.
    /// - Returns: The payload of the gossip message.
    /// - Throws: `overLimit` when a field does not fit its u16 length.
    package static func envelope(
        sender: AgentID,
        publicKey: [UInt8],
        signature: [UInt8],
        topic: String,
        payload: [UInt8]
    ) throws(DecodeError) -> [UInt8] {
        guard let topicByteCount = UInt16(exactly: topic.utf8.count) else {
            throw .overLimit(field: "topic", limit: UnverifiedEnvelope.topicByteCountMax)
        }
        guard let keyByteCount = UInt16(exactly: publicKey.count),
            let signatureByteCount = UInt16(exactly: signature.count)
        else { throw .overLimit(field: "key material", limit: Int(UInt16.max)) }
        var writer = ByteWriter(
            reservedByteCount: 39 + publicKey.count + signature.count + Int(topicByteCount) + payload.count
        )
        writer.writeUInt8(UnverifiedEnvelope.versionByte)
        sender.encode(into: &writer)
        writer.writeBigEndian(keyByteCount)
        writer.writeBytes(publicKey)
        writer.writeBigEndian(signatureByteCount)
        writer.writeBytes(signature)
        writer.writeBigEndian(topicByteCount)
        writer.writeBytes(topic.utf8)
        writer.writeBytes(payload)
        return writer.bytes
    }
}
