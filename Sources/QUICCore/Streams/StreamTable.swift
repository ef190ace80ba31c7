// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule

/// All streams of one connection: who may open, send and receive how much, and what waits to be sent (RFC 9000 §2–4).
///
/// Bounds: streams by the limits of both sides; received bytes by the connection window; bytes kept for sending by
/// `heldByteCountMax`; every queue holds a stream at most once.
struct StreamTable: Sendable {
    /// Both halves of a stream; a half that is over or never existed is `nil`.
    ///
    /// They are on the heap, with the semantics of a value: a dictionary moves its values out and back to change them,
    /// and looking at a field copies them, which cost more than the rest of the work on a small message.
    struct Stream: Sendable {
        /// Sendable, although mutable: only `Stream` touches it, and changes it only while nobody shares it.
        private final class Storage: @unchecked Sendable {
            var send: SendStream?
            var receive: ReceiveStream?

            init(send: SendStream?, receive: ReceiveStream?) {
                self.send = send
                self.receive = receive
            }
        }

        private var storage: Storage

        init(send: SendStream? = nil, receive: ReceiveStream? = nil) {
            self.storage = Storage(send: send, receive: receive)
        }

        private mutating func makeUnique() {
            guard !isKnownUniquelyReferenced(&self.storage) else { return }
            self.storage = Storage(send: self.storage.send, receive: self.storage.receive)
        }

        var send: SendStream? {
            _read { yield self.storage.send }
            _modify {
                self.makeUnique()
                yield &self.storage.send
            }
        }

        var receive: ReceiveStream? {
            _read { yield self.storage.receive }
            _modify {
                self.makeUnique()
                yield &self.storage.receive
            }
        }
    }

    /// Frames about one stream that wait to be sent.
    enum Control: Equatable, Sendable {
        case reset(StreamID)
        case stopSending(StreamID)
        case maxStreamData(StreamID)
        case maxStreams(StreamDirection)
        case maxData
        case dataBlocked
        case streamDataBlocked(StreamID)
        case streamsBlocked(StreamDirection)
    }

    /// Bytes kept until the peer acknowledges them; writers wait beyond (spec 02 §8).
    static let heldByteCountMax = 10_000_000
    /// A waiting writer is woken when this much room is there.
    private static let wakeByteCount = 64 << 10

    private let role: TLSRole
    private let limits: TransportParameters
    private var peerLimits: TransportParameters?
    var streams: [StreamID: Stream] = [:]
    private var localCredit = PerDirection(bidirectional: LocalStreamCredit(), unidirectional: LocalStreamCredit())
    var peerCredit: PerDirection<PeerStreamCredit>

    var receiveWindow: ConnectionReceiveWindow
    /// Bytes the peer allows us to send in total, and how many of them were sent.
    var sendLimit: UInt64 = 0
    var sentByteCount: UInt64 = 0
    var heldByteCount = 0

    /// Streams with new bytes under their own credit.
    var sendable: Deque<StreamID> = []
    /// Streams with something that needs no credit.
    var urgent: Deque<StreamID> = []
    var controls: Deque<Control> = []
    private var isMaxDataQueued = false
    private var areMaxStreamsQueued = PerDirection(bidirectional: false, unidirectional: false)
    /// The connection limit the peer was last told to be in our way.
    private var reportedSendLimit: UInt64?
    /// Streams whose writer waits for room, longest first.
    private var blockedWriters: Deque<StreamID> = []

    /// Starts without streams.
    ///
    /// - Parameters:
    ///   - role: Our side.
    ///   - limits: What we allow the peer.
    init(role: TLSRole, limits: TransportParameters) {
        self.role = role
        self.limits = limits
        self.peerCredit = PerDirection(
            bidirectional: PeerStreamCredit(window: limits.initialMaxStreamsBidi),
            unidirectional: PeerStreamCredit(window: limits.initialMaxStreamsUni)
        )
        self.receiveWindow = ConnectionReceiveWindow(window: limits.initialMaxData)
    }

    /// The peer's transport parameters: what it allows us.
    mutating func applyPeerLimits(_ parameters: TransportParameters) {
        self.peerLimits = parameters
        self.sendLimit = parameters.initialMaxData
        _ = self.localCredit[.bidirectional].raise(to: parameters.initialMaxStreamsBidi)
        _ = self.localCredit[.unidirectional].raise(to: parameters.initialMaxStreamsUni)
    }

    /// Number of streams with state.
    var count: Int { self.streams.count }

    // MARK: - Opening and ending

    /// Opens a stream, or returns `nil` until a `streamsAvailable` event.
    ///
    /// The bytes of a prioritized stream go out before those of others, and it takes them all: for short answers only.
    mutating func open(_ direction: StreamDirection, isPrioritized: Bool = false) -> StreamID? {
        guard let peerLimits else { return nil }
        guard let index = self.localCredit[direction].open() else {
            if self.localCredit[direction].takeBlockedReport() { self.controls.append(.streamsBlocked(direction)) }
            return nil
        }
        let id = StreamID(index: index, opener: self.role, direction: direction)
        self.streams[id] =
            switch direction {
            case .unidirectional: Stream(send: SendStream(maxData: peerLimits.initialMaxStreamDataUni))
            case .bidirectional:
                Stream(
                    send: SendStream(maxData: peerLimits.initialMaxStreamDataBidiRemote),
                    receive: ReceiveStream(window: self.limits.initialMaxStreamDataBidiLocal)
                )
            }
        if isPrioritized { self.streams[id]?.send?.isPrioritized = true }
        return id
    }

    /// MAX_STREAMS arrived; returns whether the application waits for it.
    mutating func maxStreamsReceived(_ direction: StreamDirection, _ limit: UInt64) -> Bool {
        self.localCredit[direction].raise(to: limit)
    }

    /// Makes sure that the stream of a frame exists if it should.
    ///
    /// - Parameters:
    ///   - id: The stream in the frame.
    ///   - isAboutReceiving: Whether the frame is about our receiving side.
    ///   - events: Where the opening of a new stream is reported.
    /// - Returns: Whether there is a live stream; an ended one is not an error.
    /// - Throws: STREAM_STATE_ERROR or STREAM_LIMIT_ERROR (RFC 9000 §19.4–19.14).
    mutating func resolve(
        _ id: StreamID,
        isAboutReceiving: Bool,
        into events: inout Deque<ConnectionEvent>
    ) throws(ConnectionFailure) -> Bool {
        let isLocal = id.opener == self.role
        guard id.direction == .bidirectional || isLocal != isAboutReceiving else {
            throw ConnectionFailure(.streamStateError, "a frame for the wrong side of a unidirectional stream")
        }
        if self.streams[id] != nil { return true }
        if isLocal {
            guard id.index < self.localCredit[id.direction].openedCount else {
                throw ConnectionFailure(.streamStateError, "a frame for a stream we have not opened")
            }
            return false
        }
        guard id.index < self.peerCredit[id.direction].limit else {
            throw ConnectionFailure(.streamLimitError, "more streams than allowed")
        }
        guard !self.peerCredit[id.direction].hasEnded(id.index) else { return false }
        self.streams[id] =
            switch id.direction {
            case .unidirectional: Stream(receive: ReceiveStream(window: self.limits.initialMaxStreamDataUni))
            case .bidirectional:
                Stream(
                    send: SendStream(maxData: self.peerLimits?.initialMaxStreamDataBidiLocal ?? 0),
                    receive: ReceiveStream(window: self.limits.initialMaxStreamDataBidiRemote)
                )
            }
        events.append(.streamOpened(id))
        return true
    }

    /// Forgets halves that are over, and the stream with them.
    mutating func dropCompleted(_ id: StreamID, into events: inout Deque<ConnectionEvent>) {
        guard self.streams[id] != nil else { return }
        if self.streams[id]?.send?.isComplete == true {
            if self.streams[id]?.send?.resetCode == nil { events.append(.streamFinished(id)) }
            self.streams[id]?.send = nil
        }
        if self.streams[id]?.receive?.isComplete == true { self.streams[id]?.receive = nil }
        guard self.streams[id]?.send == nil, self.streams[id]?.receive == nil else { return }
        self.streams[id] = nil
        if id.opener != self.role, self.peerCredit[id.direction].end(id.index) { self.queueMaxStreams(id.direction) }
    }

    // MARK: - Queues

    mutating func queueMaxData() {
        guard !self.isMaxDataQueued else { return }
        self.isMaxDataQueued = true
        self.controls.append(.maxData)
    }

    mutating func queueMaxStreams(_ direction: StreamDirection) {
        guard !self.areMaxStreamsQueued[direction] else { return }
        self.areMaxStreamsQueued[direction] = true
        self.controls.append(.maxStreams(direction))
    }

    mutating func queueMaxStreamData(_ id: StreamID) {
        guard self.streams[id]?.receive?.isCreditQueued == false else { return }
        self.streams[id]?.receive?.isCreditQueued = true
        self.controls.append(.maxStreamData(id))
    }

    mutating func queueStopSending(_ id: StreamID) {
        guard self.streams[id]?.receive?.isStopQueued == false else { return }
        self.streams[id]?.receive?.isStopQueued = true
        self.controls.append(.stopSending(id))
    }

    /// Tells the peer, once per limit, that the connection's credit is used up (RFC 9000 §4.1).
    mutating func reportDataBlocked() {
        guard self.sentByteCount >= self.sendLimit, !self.sendable.isEmpty, self.reportedSendLimit != self.sendLimit
        else { return }
        self.reportedSendLimit = self.sendLimit
        self.controls.append(.dataBlocked)
    }

    /// Takes the next control frame off the queue; one that has become pointless gives `nil`.
    mutating func dequeue(_ control: Control) -> (frame: Frame, content: SentFrame)? {
        switch control {
        case .maxData:
            self.isMaxDataQueued = false
            return (.maxData(self.receiveWindow.limit), .maxData)
        case .maxStreams(let direction):
            self.areMaxStreamsQueued[direction] = false
            return (.maxStreams(direction, self.peerCredit[direction].limit), .maxStreams(direction))
        case .maxStreamData(let id):
            self.streams[id]?.receive?.isCreditQueued = false
            guard let limit = self.streams[id]?.receive?.maxData, self.streams[id]?.receive?.finalSize == nil
            else { return nil }
            return (.maxStreamData(id, limit), .maxStreamData(id))
        case .stopSending(let id):
            self.streams[id]?.receive?.isStopQueued = false
            guard let receive = self.streams[id]?.receive, receive.finalSize == nil, let code = receive.stopCode
            else { return nil }
            return (.stopSending(id, code: code), .stopSending(id))
        case .reset(let id):
            guard let send = self.streams[id]?.send, let code = send.resetCode else { return nil }
            return (.resetStream(id, code: code, finalSize: send.sentOffset), .resetStream(id))
        case .dataBlocked:
            guard self.sentByteCount >= self.sendLimit else { return nil }
            return (.dataBlocked(limit: self.sendLimit), .dataBlocked)
        case .streamDataBlocked(let id):
            guard let limit = self.streams[id]?.send?.blockedAt else { return nil }
            return (.streamDataBlocked(id, limit: limit), .streamDataBlocked(id))
        case .streamsBlocked(let direction):
            guard let limit = self.localCredit[direction].blockedAt else { return nil }
            return (.streamsBlocked(direction, limit: limit), .streamsBlocked(direction))
        }
    }

    /// Puts a stream into the queues it belongs to.
    mutating func queueForSending(_ id: StreamID) {
        guard let queues = self.streams[id]?.send?.claimQueues() else { return }
        if queues.urgent { self.urgent.append(id) }
        if queues.sendable {
            if self.streams[id]?.send?.isPrioritized == true {
                self.sendable.prepend(id)
            } else {
                self.sendable.append(id)
            }
        }
    }

    // MARK: - Room for writers

    /// Room for bytes to be sent.
    var freeByteCount: Int { max(0, Self.heldByteCountMax - self.heldByteCount) }

    mutating func blockWriter(_ id: StreamID) {
        guard self.streams[id]?.send?.isWriterBlocked == false else { return }
        self.streams[id]?.send?.isWriterBlocked = true
        self.blockedWriters.append(id)
    }

    /// Wakes the writer that has waited longest, if there is room; it wakes the next one by writing all it has.
    mutating func wakeWriter(into events: inout Deque<ConnectionEvent>) {
        guard self.freeByteCount >= Self.wakeByteCount else { return }
        while let id = self.blockedWriters.popFirst() {
            guard self.streams[id]?.send?.isWriterBlocked == true else { continue }
            self.streams[id]?.send?.isWriterBlocked = false
            events.append(.streamWritable(id))
            return
        }
    }

    /// Bytes are no longer kept.
    mutating func release(byteCount: Int, into events: inout Deque<ConnectionEvent>) {
        self.heldByteCount -= byteCount
        if byteCount > 0 { self.wakeWriter(into: &events) }
    }
}
