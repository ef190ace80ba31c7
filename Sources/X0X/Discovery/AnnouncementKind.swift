// SPDX-License-Identifier: MIT OR Apache-2.0

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

    /// Decodes and checks every signature; `nil` for anything that is not a valid announcement.
    func verifiedAnnouncement(_ payload: [UInt8]) -> VerifiedContent? {
        // Why a stranger's bytes are no announcement is of no interest to anybody.
        switch self {
        case .identity:
            (try? UnverifiedIdentityAnnouncement(decoding: payload)).flatMap { try? $0.verified() }.map {
                .identity($0)
            }
        case .machine:
            (try? UnverifiedMachineAnnouncement(decoding: payload)).flatMap { try? $0.verified() }.map { .machine($0) }
        case .user:
            (try? UnverifiedUserAnnouncement(decoding: payload)).flatMap { try? $0.verified() }.map { .user($0) }
        }
    }
}

/// An announcement whose signatures are good.
enum VerifiedContent: Sendable {
    case identity(VerifiedIdentityAnnouncement)
    case machine(VerifiedMachineAnnouncement)
    case user(VerifiedUserAnnouncement)
}
