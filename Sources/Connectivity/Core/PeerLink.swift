// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule
internal import Node
internal import Primitives
internal import QUICCore

/// One connection as the exchange sees it.
struct PeerLink: Sendable {
    /// Where a link is in its life.
    enum State: Sendable {
        /// The handshake is going on; messages are not possible yet.
        case handshaking
        /// Messages flow; this is the link of its peer.
        case active(PeerID)
        /// A better connection took over; this one finishes its writes and is then closed.
        case superseded(PeerID, closeAt: Instant)
        /// Closed by either side; only the transport still knows it.
        case closed
    }

    /// A message on its way out.
    struct Outgoing: Sendable {
        /// Who waits for it to be queued in the transport; answers to probes have nobody.
        let request: RequestID?
        let bytes: [UInt8]
        /// The tag of an acknowledged message, under which its sender waits.
        var tag: [UInt8]?
        /// Whether it is a short answer that goes before messages.
        var isControl = false
        var writtenByteCount = 0
        /// When the message is given up; `nil` for one that waits as long as its connection lives.
        var deadline: Instant?
        /// Whether a delay of our own has been taken off already.
        var isExtended = false
    }

    /// An acknowledged message waiting for its answer.
    struct PendingAcknowledgement: Sendable {
        let request: RequestID
        let deadline: Instant
    }

    /// A probe waiting for its answer.
    struct PendingProbe: Sendable {
        let request: RequestID
        let sentAt: Instant
        let deadline: Instant
    }

    var state: State = .handshaking
    /// Where the peer is now.
    var address: NetworkAddress
    let isOutbound: Bool
    let generation: UInt64
    /// Who must answer, when this side dialled somebody in particular.
    let expectedPeer: PeerID?
    /// Dial requests that wait for this connection; at most `pendingDialCountMax` over all links.
    var dialRequests: [RequestID] = []
    var candidate: DuplicateConnectionRule.Candidate?

    /// Unfinished inbound messages; together at most `assemblyByteCountMax` bytes.
    var assemblies: [StreamID: [UInt8]] = [:]
    var assembledByteCount = 0

    /// Messages without a stream yet; bounded by `queuedMessageCountMax` and `queuedByteCountMax`.
    var queue: Deque<Outgoing> = []
    /// Messages with a stream that has not accepted all their bytes.
    var writing: [StreamID: Outgoing] = [:]
    var queuedByteCount = 0
    /// Not later than the first deadline of a message in `queue` or `writing`.
    var sendDeadline: Instant?

    /// Probes by tag; at most `pendingProbeCountMax`.
    var probes: [[UInt8]: PendingProbe] = [:]
    /// Acknowledged messages by tag; at most `pendingAcknowledgementCountMax`.
    var acknowledgements: [[UInt8]: PendingAcknowledgement] = [:]

    var activePeer: PeerID? {
        if case .active(let peer) = self.state { peer } else { nil }
    }

    var queuedMessageCount: Int { self.queue.count + self.writing.count }

    /// Wants a look at the messages on their way out at `deadline`.
    mutating func expectSend(by deadline: Instant?) {
        guard let deadline else { return }
        self.sendDeadline = min(deadline, self.sendDeadline ?? deadline)
    }
}
