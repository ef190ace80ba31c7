// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule
internal import Node
internal import Primitives
internal import QUICCore

/// Messages: one unidirectional stream each, read concurrently, so that a bad stream costs that stream only.
extension PeerExchange {
    /// Bytes taken from a stream per read.
    private static let readByteCount = 64 << 10

    // MARK: - Inbound

    mutating func streamOpened(_ stream: StreamID, of handle: ConnectionHandle, endpoint: inout Endpoint) {
        guard stream.direction == .bidirectional else { return }
        // Relay requests use these later (spec 02 §9.2); nothing reads them yet.
        self.statistics.bidirectionalStreamsRefused += 1
        endpoint.update(handle) { connection in
            connection.stopSending(stream, code: 0)
            connection.resetStream(stream, code: 0)
        }
    }

    mutating func streamReadable(
        _ stream: StreamID,
        of handle: ConnectionHandle,
        endpoint: inout Endpoint,
        now: Instant
    ) {
        guard stream.direction == .unidirectional, self.links[handle] != nil else { return }
        while case (let bytes, let isFinished)?? = endpoint.update(
            handle,
            { $0.read(stream, maxByteCount: Self.readByteCount) }
        ) {
            guard self.append(bytes, to: stream, of: handle) else {
                self.dropAssembly(stream, of: handle)
                endpoint.update(handle) { $0.stopSending(stream, code: 0) }
                return
            }
            if isFinished {
                let message = self.links[handle]?.assemblies[stream] ?? []
                self.dropAssembly(stream, of: handle)
                self.received(message, on: handle, endpoint: &endpoint, now: now)
                return
            }
            if bytes.count < Self.readByteCount { return }
        }
    }

    /// Adds bytes to an unfinished message; `false` when the message or the link would pass a limit.
    private mutating func append(_ bytes: [UInt8], to stream: StreamID, of handle: ConnectionHandle) -> Bool {
        // No copy of the link is held here: it would make the append below copy the whole message.
        guard let linkByteCount = self.links[handle]?.assembledByteCount else { return false }
        let assembled = self.links[handle]?.assemblies[stream]?.count ?? 0
        guard assembled + bytes.count <= MessageLimits.messageByteCountMax else {
            self.statistics.oversizeStreamsDropped += 1
            return false
        }
        guard linkByteCount + bytes.count <= self.configuration.assemblyByteCountMax else {
            self.statistics.assemblyBudgetDrops += 1
            return false
        }
        self.links[handle]?.assemblies[stream, default: []].append(contentsOf: bytes)
        self.links[handle]?.assembledByteCount += bytes.count
        return true
    }

    mutating func dropAssembly(_ stream: StreamID, of handle: ConnectionHandle) {
        guard let byteCount = self.links[handle]?.assemblies.removeValue(forKey: stream)?.count else { return }
        self.links[handle]?.assembledByteCount -= byteCount
    }

    private mutating func received(
        _ message: [UInt8],
        on handle: ConnectionHandle,
        endpoint: inout Endpoint,
        now: Instant
    ) {
        // A superseded link still delivers what it was receiving.
        let peer: PeerID
        switch self.links[handle]?.state {
        case .active(let active): peer = active
        case .superseded(let superseded, _): peer = superseded
        case .handshaking, .closed, nil: return
        }
        switch StreamMessage(classifying: message) {
        case .empty: break
        case .coordinatorControl, .legacyFrames: self.statistics.ignoredControlMessages += 1
        case .acknowledgement(let tag, let kind, let value):
            self.answered(tag, kind: kind, value: value, on: handle, now: now)
        case .probe(let tag):
            self.enqueueControl(StreamMessage.encodeAcceptance(tag: tag), on: handle, endpoint: &endpoint)
        case .acknowledgedPayload(let tag, let payload):
            let isAccepted = self.deliver(payload, from: peer)
            let answer =
                isAccepted
                ? StreamMessage.encodeAcceptance(tag: tag) : StreamMessage.encodeRejectionWithoutConsumer(tag: tag)
            self.enqueueControl(answer, on: handle, endpoint: &endpoint)
        case .payload(let payload): _ = self.deliver(payload, from: peer)
        }
    }

    /// Hands a payload up; `false` when nobody takes it.
    private mutating func deliver(_ payload: [UInt8], from peer: PeerID) -> Bool {
        guard self.isDelivering else {
            self.statistics.undeliveredMessages += 1
            return false
        }
        self.statistics.messagesReceived += 1
        self.outputs.append(.message(payload, from: peer))
        return true
    }

    // MARK: - Outbound

    mutating func send(
        _ request: RequestID,
        _ bytes: [UInt8],
        to peer: PeerID,
        within limit: Nanoseconds?,
        endpoint: inout Endpoint,
        now: Instant
    ) {
        guard bytes.count <= MessageLimits.messageByteCountMax else {
            let error = TransportError.messageTooLarge(
                byteCount: bytes.count,
                limit: MessageLimits.messageByteCountMax
            )
            self.outputs.append(.sendCompleted(request, .failure(error)))
            return
        }
        // Here and below no link is copied out: changing the original would then copy its queues.
        guard let handle = self.peers[peer], let queuedMessageCount = self.links[handle]?.queuedMessageCount,
            let queuedByteCount = self.links[handle]?.queuedByteCount
        else {
            self.outputs.append(.sendCompleted(request, .failure(self.isShutDown ? .shutDown : .notConnected)))
            return
        }
        guard queuedMessageCount < self.configuration.queuedMessageCountMax,
            queuedByteCount + bytes.count <= self.configuration.queuedByteCountMax
        else {
            self.statistics.sendQueueOverflows += 1
            self.outputs.append(.sendCompleted(request, .failure(.overloaded)))
            return
        }
        let deadline = limit.map { now + $0 }
        self.links[handle]?.queue.append(PeerLink.Outgoing(request: request, bytes: bytes, deadline: deadline))
        self.links[handle]?.queuedByteCount += bytes.count
        self.startWriting(handle, endpoint: &endpoint)
        // Nearly always the transport has taken the message by now.
        if self.links[handle]?.queuedMessageCount ?? 0 > 0 { self.links[handle]?.expectSend(by: deadline) }
    }

    /// Queues a small answer ahead of messages; over the cap it is dropped, as the peer will ask again.
    mutating func enqueueControl(_ bytes: [UInt8], on handle: ConnectionHandle, endpoint: inout Endpoint) {
        guard let queuedMessageCount = self.links[handle]?.queuedMessageCount,
            queuedMessageCount < self.configuration.queuedMessageCountMax
        else {
            self.statistics.sendQueueOverflows += 1
            return
        }
        self.links[handle]?.queue.prepend(PeerLink.Outgoing(request: nil, bytes: bytes, isControl: true))
        self.links[handle]?.queuedByteCount += bytes.count
        self.startWriting(handle, endpoint: &endpoint)
    }

    /// Gives queued messages a stream each, as far as the peer's stream credit goes.
    mutating func startWriting(_ handle: ConnectionHandle, endpoint: inout Endpoint) {
        while let isControl = self.links[handle]?.queue.first?.isControl {
            guard
                case let stream?? = endpoint.update(
                    handle,
                    { $0.openStream(.unidirectional, isPrioritized: isControl) }
                ),
                let outgoing = self.links[handle]?.queue.popFirst()
            else { return }
            self.links[handle]?.writing[stream] = outgoing
            self.continueWriting(stream, of: handle, endpoint: &endpoint)
        }
    }

    mutating func continueWriting(_ stream: StreamID, of handle: ConnectionHandle, endpoint: inout Endpoint) {
        guard let outgoing = self.links[handle]?.writing[stream] else { return }
        let rest = outgoing.bytes[outgoing.writtenByteCount...]
        let accepted = endpoint.update(handle) { $0.write(stream, rest, finish: true) } ?? 0
        guard accepted == rest.count else {
            self.links[handle]?.writing[stream]?.writtenByteCount += accepted
            return
        }
        self.statistics.messagesSent += 1
        self.finishWriting(stream, of: handle, .success(()))
    }

    /// The peer refused the rest of a message; only that message is lost.
    mutating func writeStopped(_ stream: StreamID, of handle: ConnectionHandle, endpoint: inout Endpoint) {
        self.finishWriting(stream, of: handle, .failure(.closed(.reset)))
        self.startWriting(handle, endpoint: &endpoint)
    }

    mutating func finishWriting(
        _ stream: StreamID,
        of handle: ConnectionHandle,
        _ result: Result<Void, TransportError>
    ) {
        guard let outgoing = self.links[handle]?.writing.removeValue(forKey: stream) else { return }
        self.links[handle]?.queuedByteCount -= outgoing.bytes.count
        if let request = outgoing.request { self.outputs.append(.sendCompleted(request, result)) }
        if let tag = outgoing.tag, case .failure(let error) = result {
            self.completeAcknowledgement(tag, on: handle, .failure(AcknowledgementError(error)))
        }
    }

    // MARK: - Probes

    mutating func probe(
        _ request: RequestID,
        _ peer: PeerID,
        timeout: Nanoseconds,
        endpoint: inout Endpoint,
        now: Instant
    ) {
        guard let handle = self.peers[peer], let probeCount = self.links[handle]?.probes.count else {
            self.outputs.append(.probeCompleted(request, .failure(.notConnected)))
            return
        }
        guard probeCount < self.configuration.pendingProbeCountMax else {
            self.outputs.append(.probeCompleted(request, .failure(.overloaded)))
            return
        }
        let tag = self.freshTag(on: handle)
        self.links[handle]?.probes[tag] = PeerLink.PendingProbe(
            request: request,
            sentAt: now,
            deadline: now + timeout
        )
        self.enqueueControl(StreamMessage.encodeProbe(tag: tag), on: handle, endpoint: &endpoint)
    }

    /// An answer arrived: the tag says to what.
    private mutating func answered(
        _ tag: [UInt8],
        kind: UInt8,
        value: UInt8,
        on handle: ConnectionHandle,
        now: Instant
    ) {
        if let probe = self.links[handle]?.probes.removeValue(forKey: tag) {
            self.outputs.append(.probeCompleted(probe.request, .success(now - probe.sentAt)))
        } else if self.links[handle]?.acknowledgements[tag] != nil {
            let result = AcknowledgementError.result(kind: kind, value: value)
            self.completeAcknowledgement(tag, on: handle, result)
        } else {
            self.statistics.lateAcknowledgements += 1
        }
    }

    mutating func expireProbes(of handle: ConnectionHandle, now: Instant) {
        for (tag, probe) in self.links[handle]?.probes ?? [:] where probe.deadline <= now {
            self.links[handle]?.probes[tag] = nil
            self.outputs.append(.probeCompleted(probe.request, .failure(.timedOut)))
        }
    }
}
