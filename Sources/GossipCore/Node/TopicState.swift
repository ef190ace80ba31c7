// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// Everything a node keeps about one topic besides its cached messages.
struct TopicState: Sendable {
    /// An id to be announced, and who is known to have the message.
    struct Announcement: Sendable {
        let id: MessageID
        let holders: [PeerID]
    }

    var tree: TopicTree
    var isSubscribed = false
    var lastActivity: Instant
    /// Ids for the next IHAVE; at most `MessageIDList.announcedCountMax`, the oldest give way.
    var announcements: [Announcement] = []
    /// Eager peers that missed a push and must hear the next IHAVE; connected peers, so bounded.
    var owed: [PeerID] = []
    /// Who announced the last messages before the parent brought them, and how many in a row.
    var faster: (peer: PeerID, count: Int)?
    /// When a peer was last asked to push because it was faster than the parent.
    var optimizedAt: Instant?
    /// Whether the topic is in `dirtyTopics`.
    var isQueuedForFlush = false

    init(tree: TopicTree, now: Instant) {
        self.tree = tree
        self.lastActivity = now
    }

    /// Queues an id for the next IHAVE.
    mutating func announce(_ id: MessageID, holders: [PeerID]) {
        if self.announcements.count >= MessageIDList.announcedCountMax { self.announcements.removeFirst() }
        self.announcements.append(Announcement(id: id, holders: holders))
    }

    /// Makes sure that a peer hears of a message that could not be pushed to it.
    mutating func owe(_ id: MessageID, to peer: PeerID) {
        if !self.owed.contains(peer) { self.owed.append(peer) }
        if !self.announcements.contains(where: { $0.id == id }) { self.announce(id, holders: []) }
    }
}
