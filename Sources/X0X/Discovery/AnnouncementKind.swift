// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Discovery
internal import Identity

/// The three kinds of announcement, told apart by their topic.
enum AnnouncementKind: Sendable {
    case identity
    case machine
    case user

    /// The kind a topic carries; `nil` for a topic that carries none.
    init?(topic: String) {
        if topic == AnnouncementTopic.identity || topic.hasPrefix("x0x.identity.shard.v2.") {
            self = .identity
        } else if topic == AnnouncementTopic.machine || topic.hasPrefix("x0x.machine.shard.v2.") {
            self = .machine
        } else if topic == AnnouncementTopic.user || topic.hasPrefix("x0x.user.shard.v2.") {
            self = .user
        } else {
            return nil
        }
    }

    /// Decodes and checks every signature; one or more ML-DSA-65 checks, so not for an event loop.
    ///
    /// - Throws: Why the bytes are no announcement to believe: unreadable, of a later release, or wrongly signed.
    func verifiedAnnouncement(_ payload: [UInt8]) throws(DiscoveryCache.DropReason) -> VerifiedContent {
        switch self {
        case .identity: .identity(try Self.verified(payload))
        case .machine: .machine(try Self.verified(payload))
        case .user: .user(try Self.verified(payload))
        }
    }

    private static func verified<Fields: AnnouncementFields>(
        _ payload: [UInt8]
    ) throws(DiscoveryCache.DropReason) -> VerifiedAnnouncement<Fields> {
        let announcement: UnverifiedAnnouncement<Fields>
        do {
            announcement = try UnverifiedAnnouncement(decoding: payload)
        } catch {
            throw NewerAnnouncement.isRecognised(in: payload) ? .newerFormat : .unreadable
        }
        do {
            return try announcement.verified()
        } catch {
            throw .badSignature
        }
    }
}

/// An announcement whose signatures are good.
enum VerifiedContent: Sendable {
    case identity(VerifiedIdentityAnnouncement)
    case machine(VerifiedMachineAnnouncement)
    case user(VerifiedUserAnnouncement)
}
