// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule

/// What packets do with streams: frames in, frames out, acknowledgement and loss.
extension StreamTable {
    // MARK: - Frames in

    mutating func streamReceived(
        _ frame: StreamFrame,
        into events: inout Deque<ConnectionEvent>
    ) throws(ConnectionFailure) {
        guard let place = try self.resolve(frame.id, isAboutReceiving: true, into: &events),
            let arrival = try self.streams.owned(place).receive?.receive(frame)
        else { return }
        try self.receiveWindow.received(arrival.growth)
        if arrival.isDiscarded {
            if self.receiveWindow.consumed(arrival.growth) { self.queueMaxData() }
            self.dropCompleted(frame.id, into: &events)
        } else if arrival.isNews {
            events.append(.streamReadable(frame.id))
        }
    }

    mutating func resetReceived(
        _ id: StreamID,
        code: UInt64,
        finalSize: UInt64,
        into events: inout Deque<ConnectionEvent>
    ) throws(ConnectionFailure) {
        guard let place = try self.resolve(id, isAboutReceiving: true, into: &events),
            let wasDiscarding = self.streams[place].receive?.isDiscarding,
            let (growth, consumed) = try self.streams.owned(place).receive?.reset(finalSize: finalSize)
        else { return }
        try self.receiveWindow.received(growth)
        if self.receiveWindow.consumed(consumed) { self.queueMaxData() }
        // Who refused the stream does not want to hear about it again.
        if !wasDiscarding { events.append(.streamReset(id, code: code)) }
        self.dropCompleted(id, into: &events)
    }

    mutating func stopSendingReceived(
        _ id: StreamID,
        code: UInt64,
        into events: inout Deque<ConnectionEvent>
    ) throws(ConnectionFailure) {
        guard let place = try self.resolve(id, isAboutReceiving: false, into: &events),
            self.streams[place].send?.isComplete == false, self.streams[place].send?.resetCode == nil
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
        guard let place = try self.resolve(id, isAboutReceiving: false, into: &events) else { return }
        self.streams.owned(place).send?.raiseLimit(limit)
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
        while byteCountMax - draft.byteCount >= PacketDraft.streamFrameByteCountMin {
            let credit = self.sendLimit - self.sentByteCount
            let isFromUrgentQueue = !self.urgent.isEmpty
            guard let id = self.urgent.popFirst() ?? (credit > 0 ? self.sendable.popFirst() : nil) else {
                self.reportDataBlocked()
                return
            }
            guard let place = self.streams.place(of: id),
                let contribution = self.streams.owned(place).send?.contribute(
                    id: id,
                    isFromUrgentQueue: isFromUrgentQueue,
                    room: byteCountMax - draft.byteCount,
                    credit: credit,
                    into: &draft.payload
                )
            else { continue }
            if contribution.isUrgent { self.urgent.append(id) }
            if contribution.hasMore { self.sendable.append(id) }
            if contribution.isBlocked { self.controls.append(.streamDataBlocked(id)) }
            guard let content = contribution.content else { continue }
            draft.contents.append(content)
            draft.isAckEliciting = true
            self.sentByteCount += contribution.newByteCount
        }
    }

    // MARK: - Acknowledgement and loss

    /// A packet that carried a frame of ours about streams arrived.
    mutating func acknowledged(_ frame: SentFrame, into events: inout Deque<ConnectionEvent>) {
        switch frame {
        case .stream(let id, let range, let isFinished):
            guard let place = self.streams.place(of: id),
                let released = self.streams.owned(place).send?.acknowledge(range, isFinished: isFinished)
            else { return }
            self.release(byteCount: released, into: &events)
            if self.streams[place].send?.isComplete == true { self.dropCompleted(id, into: &events) }
        case .resetStream(let id):
            guard let place = self.streams.place(of: id) else { return }
            self.streams.owned(place).send?.resetAcknowledged()
            self.dropCompleted(id, into: &events)
        case .stopSending(let id):
            guard let place = self.streams.place(of: id) else { return }
            self.streams.owned(place).receive?.stopCode = nil
        default: break
        }
    }

    /// A packet that carried a frame of ours about streams was lost.
    mutating func lost(_ frame: SentFrame) {
        switch frame {
        case .stream(let id, let range, let isFinished):
            guard let place = self.streams.place(of: id) else { return }
            self.streams.owned(place).send?.lose(range, isFinished: isFinished)
            self.queueForSending(id)
        case .resetStream(let id):
            guard let place = self.streams.place(of: id) else { return }
            if self.streams[place].send?.isComplete == false, self.streams[place].send?.resetCode != nil {
                self.controls.append(.reset(id))
            }
        case .stopSending(let id):
            guard let place = self.streams.place(of: id) else { return }
            if self.streams[place].receive?.stopCode != nil { self.queueStopSending(id) }
        case .maxStreamData(let id): self.queueMaxStreamData(id)
        case .maxStreams(let direction): self.queueMaxStreams(direction)
        case .maxData: self.queueMaxData()
        case .dataBlocked: self.controls.append(.dataBlocked)
        case .streamDataBlocked(let id): self.controls.append(.streamDataBlocked(id))
        case .streamsBlocked(let direction): self.controls.append(.streamsBlocked(direction))
        default: break
        }
    }
}
