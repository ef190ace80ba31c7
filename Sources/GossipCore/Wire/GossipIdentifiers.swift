// SPDX-License-Identifier: MIT OR Apache-2.0

internal import BLAKE3
internal import ByteCoding
package import Primitives

/// BLAKE3 of a pub/sub payload as carried: the whole publish envelope (spec 04 §2).
package struct PayloadHash: Identifier32 {
    package let words: Words32
    package static let displayName = "PayloadHash"
    package init(words: Words32) { self.words = words }

    /// Hashes a payload.
    package init(hashing payload: [UInt8]) { self = digest(of: payload) }
}

extension TopicID {
    /// The id of a topic: BLAKE3 of the UTF-8 bytes of its name, nothing else (spec 04 §2).
    package init(name: String) { self = digest(of: Array(name.utf8)) }
}

extension MessageID {
    /// The id a publisher gives to a message (spec 04 §2).
    ///
    /// Receivers cannot recompute it, because the second is not transmitted.
    ///
    /// - Parameters:
    ///   - topic: Where the message is published.
    ///   - publishedAt: Wall-clock time of the publisher; whole seconds count.
    ///   - publisher: The transport identity of the publisher.
    ///   - payloadHash: Hash of the envelope.
    package init(topic: TopicID, publishedAt: UnixMillis, publisher: PeerID, payloadHash: PayloadHash) {
        var writer = ByteWriter(reservedByteCount: 104)
        topic.encode(into: &writer)
        writer.writeLittleEndian(publishedAt.seconds)
        publisher.encode(into: &writer)
        payloadHash.encode(into: &writer)
        self = digest(of: writer.bytes)
    }
}

private func digest<ID: Identifier32>(of bytes: [UInt8]) -> ID {
    let digest = BLAKE3Hash.hash(bytes)
    guard let id = ID(bytes: digest) else { preconditionFailure("BLAKE3 has 32 bytes, not \(digest.count)") }
    return id
}
