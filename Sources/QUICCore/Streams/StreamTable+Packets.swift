// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule

/// What packets do with streams: frames in, frames out, acknowledgement and loss.
extension StreamTable {
    // MARK: - Frames in

    mutating func streamReceived(
        _ frame: StreamFrame,
        into events: inout Deque<ConnectionEvent>
    ) throws(ConnectionFailure) {
        guard try self.resolve(frame.id, isAboutReceiving: true, into: &events),
            let growth = try self.streams[frame.id]?.receive?.receive(frame)
        else { return }
        try self.receiveWindow.received(growth)
        guard let receive = self.streams[frame.id]?.receive else { return }
        if receive.isDiscarding {
            if self.receiveWindow.consumed(growth) { self.queueMaxData() }
            self.dropCompleted(frame.id, into: &events)
        } else if receive.isReadable, !receive.isAnnounced {
            self.streams[frame.id]?.receive?.isAnnounced = true
            events.append(.streamReadable(frame.id))
        }
    }

    mutating func resetReceived(
        _ id: StreamID,
        code: UInt64,
        finalSize: UInt64,
        into events: inout Deque<ConnectionEvent>
    ) throws(ConnectionFailure) {
        guard try self.resolve(id, isAboutReceiving: true, into: &events),
            let receive = self.streams[id]?.receive,
            let (growth, consumed) = try self.streams[id]?.receive?.reset(finalSize: finalSize)
        else { return }
        try self.receiveWindow.received(growth)
        if self.receiveWindow.consumed(consumed) { self.queueMaxData() }
        // Who refused the stream does not want to hear about it again.
        if !receive.isDiscarding { events.append(.streamReset(id, code: code)) }
        self.dropCompleted(id, into: &events)
    }

    mutating func stopSendingReceived(
        _ id: StreamID,
        code: UInt64,
        into events: inout Deque<ConnectionEvent>
    ) throws(ConnectionFailure) {
        guard try self.resolve(id, isAboutReceiving: false, into: &events), let send = self.streams[id]?.send,
            send.resetCode == nil, !send.isComplete
        else { return }
        // RFC 9000 §3.5: the answer is a reset with the same code.
        self.reset(id, code: code, into: &events)
        events.append(.streamStopped(id, code: code))
    }

    mutating func maxStreamDataReceived(
        _ id: StreamID,
        _ limit: UInt64,
        into events: inout Deque<ConnectionEvent>
    ) throws(ConnectionFailure) {
        guard try self.resolve(id, isAboutReceiving: false, into: &events) else { return }
        self.streams[id]?.send?.raiseLimit(limit)
        self.queueForSending(id)
    }

    mutating func maxDataReceived(_ limit: UInt64) { self.sendLimit = max(self.sendLimit, limit) }

    // MARK: - Frames out

    /// Whether anything waits that may be sent now.
    var hasFramesToSend: Bool {
        !self.controls.isEmpty || !self.urgent.isEmpty
            || (!self.sendable.isEmpty && self.sentByteCount < self.sendLimit)
    }

    /// Fills a packet: control frames, then lost bytes, then new bytes; streams take turns packet by packet.
    mutating func writeFrames(into draft: inout PacketDraft, byteCountMax: Int) {
        while let control = self.controls.first {
            guard byteCountMax - draft.byteCount >= PacketDraft.controlFrameByteCountMax else { return }
            self.controls.removeFirst()
            if let (frame, content) = self.dequeue(control) { draft.append(frame, content) }
        }
        while let id = self.urgent.popFirst() {
            self.streams[id]?.send?.isUrgentlyQueued = false
            let isFull = !self.writeStreamFrame(id, credit: 0, into: &draft, byteCountMax: byteCountMax)
            self.queueForSending(id)
            if isFull { return }
        }
        while self.sentByteCount < self.sendLimit, let id = self.sendable.popFirst() {
            self.streams[id]?.send?.isQueued = false
            let credit = self.sendLimit - self.sentByteCount
            let isFull = !self.writeStreamFrame(id, credit: credit, into: &draft, byteCountMax: byteCountMax)
            self.queueForSending(id)
            if isFull { return }
        }
    }

    /// Writes one frame; `false` when there was no room for one that is worth it.
    private mutating func writeStreamFrame(
        _ id: StreamID,
        credit: UInt64,
        into draft: inout PacketDraft,
        byteCountMax: Int
    ) -> Bool {
        let room = byteCountMax - draft.byteCount
        guard room >= PacketDraft.streamFrameByteCountMin else { return false }
        guard
            let written = self.streams[id]?.send?.writeFrame(
                id: id,
                room: room,
                credit: credit,
                into: &draft.payload
            )
        else { return true }
        draft.contents.append(written.content)
        draft.isAckEliciting = true
        self.sentByteCount += written.newByteCount
        return true
    }

    // MARK: - Acknowledgement and loss

    /// A packet that carried a frame of ours about streams arrived.
    mutating func acknowledged(_ frame: SentFrame, into events: inout Deque<ConnectionEvent>) {
        switch frame {
        case .stream(let id, let range, let isFinished):
            guard let released = self.streams[id]?.send?.acknowledge(range, isFinished: isFinished) else { return }
            self.release(byteCount: released, into: &events)
            if self.streams[id]?.send?.isComplete == true { self.dropCompleted(id, into: &events) }
        case .resetStream(let id):
            self.streams[id]?.send?.resetAcknowledged()
            self.dropCompleted(id, into: &events)
        case .stopSending(let id): self.streams[id]?.receive?.stopCode = nil
        default: break
        }
    }

    /// A packet that carried a frame of ours about streams was lost.
    mutating func lost(_ frame: SentFrame) {
        switch frame {
        case .stream(let id, let range, let isFinished):
            self.streams[id]?.send?.lose(range, isFinished: isFinished)
            self.queueForSending(id)
        case .resetStream(let id):
            if let send = self.streams[id]?.send, send.resetCode != nil, !send.isComplete {
                self.controls.append(.reset(id))
            }
        case .stopSending(let id): if self.streams[id]?.receive?.stopCode != nil { self.queueStopSending(id) }
        case .maxStreamData(let id): self.queueMaxStreamData(id)
        case .maxStreams(let direction): self.queueMaxStreams(direction)
        case .maxData: self.queueMaxData()
        default: break
        }
    }
}
