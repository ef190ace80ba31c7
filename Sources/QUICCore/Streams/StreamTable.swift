// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule

/// All streams of one connection: who may open, send and receive how much, and what waits to be sent (RFC 9000 §2–4).
///
/// Bounds: streams by the limits of both sides; received bytes by the connection window; bytes kept for sending by
/// `heldByteCountMax`; every queue holds a stream at most once.
struct StreamTable: Sendable {
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
    var streams = StreamMap()
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
        var send: SendStream
        var receive: ReceiveStream?
        switch direction {
        case .unidirectional: send = SendStream(maxData: peerLimits.initialMaxStreamDataUni)
        case .bidirectional:
            send = SendStream(maxData: peerLimits.initialMaxStreamDataBidiRemote)
            receive = ReceiveStream(window: self.limits.initialMaxStreamDataBidiLocal)
        }
        send.isPrioritized = isPrioritized
        self.streams.insert(StreamHalves(send: send, receive: receive), for: id)
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
    /// - Returns: Where the stream is; `nil` for one that has ended, which is not an error.
    /// - Throws: STREAM_STATE_ERROR or STREAM_LIMIT_ERROR (RFC 9000 §19.4–19.14).
    mutating func resolve(
        _ id: StreamID,
        isAboutReceiving: Bool,
        into events: inout Deque<ConnectionEvent>
    ) throws(ConnectionFailure) -> Int? {
        let isLocal = id.opener == self.role
        guard id.direction == .bidirectional || isLocal != isAboutReceiving else {
            throw ConnectionFailure(.streamStateError, "a frame for the wrong side of a unidirectional stream")
        }
        if let place = self.streams.place(of: id) { return place }
        if isLocal {
            guard id.index < self.localCredit[id.direction].openedCount else {
                throw ConnectionFailure(.streamStateError, "a frame for a stream we have not opened")
            }
            return nil
        }
        guard id.index < self.peerCredit[id.direction].limit else {
            throw ConnectionFailure(.streamLimitError, "more streams than allowed")
        }
        guard !self.peerCredit[id.direction].hasEnded(id.index) else { return nil }
        let stream =
            switch id.direction {
            case .unidirectional: StreamHalves(receive: ReceiveStream(window: self.limits.initialMaxStreamDataUni))
            case .bidirectional:
                StreamHalves(
                    send: SendStream(maxData: self.peerLimits?.initialMaxStreamDataBidiLocal ?? 0),
                    receive: ReceiveStream(window: self.limits.initialMaxStreamDataBidiRemote)
                )
            }
        events.append(.streamOpened(id))
        return self.streams.insert(stream, for: id)
    }

    /// Forgets halves that are over, and the stream with them.
    mutating func dropCompleted(_ id: StreamID, into events: inout Deque<ConnectionEvent>) {
        guard let place = self.streams.place(of: id) else { return }
        if self.streams[place].send?.isComplete == true {
            if self.streams[place].send?.resetCode == nil { events.append(.streamFinished(id)) }
            self.streams.owned(place).send = nil
        }
        if self.streams[place].receive?.isComplete == true { self.streams.owned(place).receive = nil }
        guard self.streams[place].send == nil, self.streams[place].receive == nil else { return }
        self.streams.remove(id)
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
        guard let place = self.streams.place(of: id), self.streams[place].receive?.isCreditQueued == false else {
            return
        }
        self.streams.owned(place).receive?.isCreditQueued = true
        self.controls.append(.maxStreamData(id))
    }

    mutating func queueStopSending(_ id: StreamID) {
        guard let place = self.streams.place(of: id), self.streams[place].receive?.isStopQueued == false else { return }
        self.streams.owned(place).receive?.isStopQueued = true
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
            guard let place = self.streams.place(of: id) else { return nil }
            self.streams.owned(place).receive?.isCreditQueued = false
            guard let limit = self.streams[place].receive?.maxData, self.streams[place].receive?.finalSize == nil
            else { return nil }
            return (.maxStreamData(id, limit), .maxStreamData(id))
        case .stopSending(let id):
            guard let place = self.streams.place(of: id) else { return nil }
            self.streams.owned(place).receive?.isStopQueued = false
            guard self.streams[place].receive?.finalSize == nil, let code = self.streams[place].receive?.stopCode
            else { return nil }
            return (.stopSending(id, code: code), .stopSending(id))
        case .reset(let id):
            guard let place = self.streams.place(of: id), let code = self.streams[place].send?.resetCode,
                let finalSize = self.streams[place].send?.sentOffset
            else { return nil }
            return (.resetStream(id, code: code, finalSize: finalSize), .resetStream(id))
        case .dataBlocked:
            guard self.sentByteCount >= self.sendLimit else { return nil }
            return (.dataBlocked(limit: self.sendLimit), .dataBlocked)
        case .streamDataBlocked(let id):
            guard let place = self.streams.place(of: id), let limit = self.streams[place].send?.blockedAt
            else { return nil }
            return (.streamDataBlocked(id, limit: limit), .streamDataBlocked(id))
        case .streamsBlocked(let direction):
            guard let limit = self.localCredit[direction].blockedAt else { return nil }
            return (.streamsBlocked(direction, limit: limit), .streamsBlocked(direction))
        }
    }

    /// Puts a stream into the queues it belongs to.
    mutating func queueForSending(_ id: StreamID) {
        guard let place = self.streams.place(of: id), let queues = self.streams.owned(place).send?.claimQueues()
        else { return }
        if queues.urgent { self.urgent.append(id) }
        if queues.sendable {
            if self.streams[place].send?.isPrioritized == true {
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
        guard let place = self.streams.place(of: id), self.streams[place].send?.isWriterBlocked == false
        else { return }
        self.streams.owned(place).send?.isWriterBlocked = true
        self.blockedWriters.append(id)
    }

    /// Wakes the writer that has waited longest, if there is room; it wakes the next one by writing all it has.
    mutating func wakeWriter(into events: inout Deque<ConnectionEvent>) {
        guard self.freeByteCount >= Self.wakeByteCount else { return }
        while let id = self.blockedWriters.popFirst() {
            guard let place = self.streams.place(of: id), self.streams[place].send?.isWriterBlocked == true
            else { continue }
            self.streams.owned(place).send?.isWriterBlocked = false
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
