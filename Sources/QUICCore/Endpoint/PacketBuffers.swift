// SPDX-License-Identifier: MIT OR Apache-2.0

/// Storage that packets of all connections of an endpoint use one after the other, so that a packet allocates nothing.
///
/// Whoever needs one takes it out, which leaves an empty array, and puts it back. An array that is shared or gone is only
/// slower: a new one takes its place.
struct PacketBuffers: Sendable {
    /// The frames of the packet being written.
    var payload: [UInt8] = []
    /// The datagram being written; comes back with `Endpoint.recycle`.
    var datagram: [UInt8] = []
    /// The frames of the packet being read.
    var plaintext: [UInt8] = []
    /// The packets an acknowledgement is about.
    var acknowledged: [SentPacket] = []
    /// The packets of the datagram being written.
    var drafts: [PacketDraft] = []

    /// Takes a buffer out of its place.
    static func take<Element>(_ buffer: inout [Element]) -> [Element] {
        var taken: [Element] = []
        swap(&taken, &buffer)
        return taken
    }
}
