// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding
package import Primitives

/// A message of the membership stream as it travels; nothing in it is signed (spec 04 §10.1).
///
/// On its transport stream: one byte `00`, protocol (0 HyParView, 1 SWIM), variant, fields; all postcard. Bytes after the
/// value are tolerated (spec 04 §4).
package enum MembershipMessage: Equatable, Sendable {
    /// How urgently somebody wants to be a neighbour.
    package enum Priority: UInt8, Sendable {
        /// The asker has no neighbour left: must be accepted.
        case high = 0
        /// Accepted while there is room.
        case low = 1
    }

    case join(sender: PeerID, timeToLive: UInt64)
    case forwardJoin(sender: PeerID, newPeer: PeerID, timeToLive: UInt64)
    case neighbor(sender: PeerID, priority: Priority)
    case neighborReply(isAccepted: Bool)
    case shuffle(sender: PeerID, peers: [PeerID], timeToLive: UInt64)
    case shuffleReply(peers: [PeerID])
    case disconnect
    case ping
    case ack
    case pingRequest(target: PeerID, requester: PeerID)
    case ackResponse(target: PeerID, requester: PeerID)

    /// First byte of the transport message (spec 04 §3.1).
    package static let streamType: UInt8 = 0x00
    /// Ids accepted in a shuffle; the original sends 7, and answers with its passive view of at most 128.
    package static let peerCountMax = 128

    /// Decodes a transport message, its type byte included.
    package init(decodingTransportMessage bytes: [UInt8]) throws(DecodeError) {
        var reader = ByteReader(bytes.span)
        guard try reader.readUInt8() == Self.streamType else { throw .invalid(field: "stream type") }
        try self.init(from: &reader)
    }

    /// The transport message, its type byte included.
    package var transportMessage: [UInt8] {
        var writer = ByteWriter(reservedByteCount: 96)
        writer.writeUInt8(Self.streamType)
        self.encode(into: &writer)
        return writer.bytes
    }
}

extension MembershipMessage: ByteEncodable, ByteDecodable {
    package init(from reader: inout ByteReader) throws(DecodeError) {
        switch try reader.readPostcardVarint(UInt32.self) {
        case 0: self = try Self.readHyParView(from: &reader)
        case 1: self = try Self.readSWIM(from: &reader)
        default: throw .invalid(field: "membership protocol")
        }
    }

    private static func readHyParView(from reader: inout ByteReader) throws(DecodeError) -> Self {
        switch try reader.readPostcardVarint(UInt32.self) {
        case 0:
            return .join(sender: try PeerID(from: &reader), timeToLive: try reader.readPostcardVarint(UInt64.self))
        case 1:
            return .forwardJoin(
                sender: try PeerID(from: &reader),
                newPeer: try PeerID(from: &reader),
                timeToLive: try reader.readPostcardVarint(UInt64.self)
            )
        case 2:
            let sender = try PeerID(from: &reader)
            let index = try reader.readPostcardVarint(UInt32.self)
            guard let value = UInt8(exactly: index), let priority = Priority(rawValue: value)
            else { throw .invalid(field: "neighbor priority") }
            return .neighbor(sender: sender, priority: priority)
        case 3: return .neighborReply(isAccepted: try reader.readStrictBool(field: "accepted"))
        case 4:
            return .shuffle(
                sender: try PeerID(from: &reader),
                peers: try Self.readPeers(from: &reader),
                timeToLive: try reader.readPostcardVarint(UInt64.self)
            )
        case 5: return .shuffleReply(peers: try Self.readPeers(from: &reader))
        case 6: return .disconnect
        default: throw .invalid(field: "HyParView variant")
        }
    }

    private static func readSWIM(from reader: inout ByteReader) throws(DecodeError) -> Self {
        switch try reader.readPostcardVarint(UInt32.self) {
        case 0: return .ping
        case 1: return .ack
        case 2: return .pingRequest(target: try PeerID(from: &reader), requester: try PeerID(from: &reader))
        case 3: return .ackResponse(target: try PeerID(from: &reader), requester: try PeerID(from: &reader))
        default: throw .invalid(field: "SWIM variant")
        }
    }

    private static func readPeers(from reader: inout ByteReader) throws(DecodeError) -> [PeerID] {
        let count = try reader.readPostcardCount(
            field: "shuffled peers",
            limit: Self.peerCountMax,
            elementByteCountMin: PeerID.byteCount
        )
        var peers: [PeerID] = []
        peers.reserveCapacity(count)
        for _ in 0..<count { peers.append(try PeerID(from: &reader)) }
        return peers
    }

    package func encode(into writer: inout ByteWriter) {
        writer.writeUInt8(self.isSWIM ? 1 : 0)
        writer.writeUInt8(self.variant)
        switch self {
        case .join(let sender, let timeToLive):
            sender.encode(into: &writer)
            writer.writePostcardVarint(timeToLive)
        case .forwardJoin(let sender, let newPeer, let timeToLive):
            sender.encode(into: &writer)
            newPeer.encode(into: &writer)
            writer.writePostcardVarint(timeToLive)
        case .neighbor(let sender, let priority):
            sender.encode(into: &writer)
            writer.writeUInt8(priority.rawValue)
        case .neighborReply(let isAccepted): writer.writeBool(isAccepted)
        case .shuffle(let sender, let peers, let timeToLive):
            sender.encode(into: &writer)
            Self.write(peers, into: &writer)
            writer.writePostcardVarint(timeToLive)
        case .shuffleReply(let peers): Self.write(peers, into: &writer)
        case .pingRequest(let target, let requester), .ackResponse(let target, let requester):
            target.encode(into: &writer)
            requester.encode(into: &writer)
        case .disconnect, .ping, .ack: break
        }
    }

    private static func write(_ peers: [PeerID], into writer: inout ByteWriter) {
        writer.writePostcardVarint(UInt64(peers.count))
        for peer in peers { peer.encode(into: &writer) }
    }

    private var isSWIM: Bool {
        switch self {
        case .ping, .ack, .pingRequest, .ackResponse: true
        case .join, .forwardJoin, .neighbor, .neighborReply, .shuffle, .shuffleReply, .disconnect: false
        }
    }

    /// The index within the protocol (spec 04 §10.1).
    private var variant: UInt8 {
        switch self {
        case .join, .ping: 0
        case .forwardJoin, .ack: 1
        case .neighbor, .pingRequest: 2
        case .neighborReply, .ackResponse: 3
        case .shuffle: 4
        case .shuffleReply: 5
        case .disconnect: 6
        }
    }
}
