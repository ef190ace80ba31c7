// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule
internal import Node
internal import Primitives
internal import QUICCore

/// How long a peer may take to grant room for a message.
///
/// Measured here and not by whoever sends: between the two lie queues and threads of our own, whose delay says nothing about
/// the peer.
extension PeerExchange {
    /// Gives up the messages whose limit has passed.
    mutating func expireSends(of handle: ConnectionHandle, endpoint: inout Endpoint, now: Instant) {
        guard let deadline = self.links[handle]?.sendDeadline, deadline <= now else { return }
        // A late timer means that this side was busy: acknowledgements may lie unread in the socket.
        let ownDelay = now - deadline >= self.configuration.ownDelayMin ? now - deadline : .zero
        self.links[handle]?.sendDeadline = nil
        self.expireQueue(of: handle, ownDelay: ownDelay, now: now)
        self.expireWriting(of: handle, ownDelay: ownDelay, endpoint: &endpoint, now: now)
    }

    /// Messages the peer granted no stream for.
    private mutating func expireQueue(of handle: ConnectionHandle, ownDelay: Nanoseconds, now: Instant) {
        guard let queue = self.links[handle]?.queue else { return }
        self.links[handle]?.queue = []
        for var outgoing in queue {
            if Self.isOver(&outgoing, ownDelay: ownDelay, now: now) {
                self.links[handle]?.queuedByteCount -= outgoing.bytes.count
                self.timedOut(outgoing)
            } else {
                self.links[handle]?.expectSend(by: outgoing.deadline)
                self.links[handle]?.queue.append(outgoing)
            }
        }
    }

    /// Messages of which the transport has taken a part: the rest is taken back, so that it costs no room.
    private mutating func expireWriting(
        of handle: ConnectionHandle,
        ownDelay: Nanoseconds,
        endpoint: inout Endpoint,
        now: Instant
    ) {
        for (stream, var outgoing) in (self.links[handle]?.writing ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard Self.isOver(&outgoing, ownDelay: ownDelay, now: now) else {
                self.links[handle]?.expectSend(by: outgoing.deadline)
                self.links[handle]?.writing[stream] = outgoing
                continue
            }
            self.links[handle]?.writing[stream] = nil
            self.links[handle]?.queuedByteCount -= outgoing.bytes.count
            endpoint.update(handle) { $0.resetStream(stream, code: 0) }
            self.timedOut(outgoing)
        }
    }

    private mutating func timedOut(_ outgoing: PeerLink.Outgoing) {
        self.statistics.sendTimeouts += 1
        if let request = outgoing.request { self.outputs.append(.sendCompleted(request, .failure(.timedOut))) }
    }

    /// Whether a message is given up now; one that fell due while this side was busy gets that time, once.
    private static func isOver(_ outgoing: inout PeerLink.Outgoing, ownDelay: Nanoseconds, now: Instant) -> Bool {
        guard let deadline = outgoing.deadline, deadline <= now else { return false }
        guard ownDelay > .zero, !outgoing.isExtended else { return true }
        outgoing.isExtended = true
        outgoing.deadline = now + ownDelay
        return false
    }
}
