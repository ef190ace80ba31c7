// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import Primitives

/// A control message with its list of ids decoded and bounded (spec 04 §5.2, §20 F-12).
enum ControlMessage: Equatable, Sendable {
    /// IHAVE.
    case announcement([MessageID])
    /// IHAVE that asks to stop pushing (see ``PubSubMessage``).
    case prune([MessageID])
    /// IHAVE that asks to push (see ``PubSubMessage``).
    case graft([MessageID])
    /// IWANT.
    case request([MessageID])
    /// ANTI_ENTROPY, what the sender has.
    case digest([MessageID])
    /// ANTI_ENTROPY, what the sender has and we lacked.
    case response([MessageID])

    /// Decodes the payload of a control message; any other kind is a programmer fault of the caller.
    init(_ header: MessageHeader, payload: [UInt8]) throws(DecodeError) {
        switch header.kind {
        case .iHave:
            let ids = try MessageIDList(payload: payload, countMax: MessageIDList.announcedCountMax).ids
            switch header.hop {
            case MessageHeader.pruneHop: self = .prune(ids)
            case MessageHeader.graftHop: self = .graft(ids)
            default: self = .announcement(ids)
            }
        case .iWant:
            self = .request(try MessageIDList(payload: payload, countMax: MessageIDList.requestedCountMax).ids)
        case .antiEntropy:
            switch try AntiEntropyPayload(payload: payload) {
            case .digest(let list): self = .digest(list.ids)
            case .response(let list): self = .response(list.ids)
            }
        case .eager, .ping, .ack, .find, .presence, .shuffle:
            throw .invalid(field: "control message kind")
        }
    }

    var ids: [MessageID] {
        switch self {
        case .announcement(let ids), .prune(let ids), .graft(let ids), .request(let ids), .digest(let ids),
            .response(let ids):
            ids
        }
    }
}
