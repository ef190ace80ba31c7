// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Node
internal import Primitives
internal import QUICCore

/// Messages whose arrival the peer confirms, sender side (spec 02 §9.3).
extension PeerExchange {
    mutating func sendAcknowledged(
        _ request: RequestID,
        _ payload: [UInt8],
        to peer: PeerID,
        timeout: Nanoseconds,
        endpoint: inout Endpoint,
        now: Instant
    ) {
        if let refusal = self.refusal(ofSending: payload, to: peer, endpoint: endpoint) {
            self.outputs.append(.acknowledgedSendCompleted(request, .failure(refusal)))
            return
        }
        guard let handle = self.peers[peer] else { return }
        let tag = self.freshTag(on: handle)
        self.links[handle]?.acknowledgements[tag] = PeerLink.PendingAcknowledgement(
            request: request,
            deadline: now + timeout
        )
        let bytes = StreamMessage.encodeAcknowledgedPayload(tag: tag, payload: payload)
        self.links[handle]?.queue.append(PeerLink.Outgoing(request: nil, bytes: bytes, tag: tag))
        self.links[handle]?.queuedByteCount += bytes.count
        self.startWriting(handle, endpoint: &endpoint)
    }

    /// Why a message cannot be sent now; `nil` when it can.
    private mutating func refusal(
        ofSending payload: [UInt8],
        to peer: PeerID,
        endpoint: Endpoint
    ) -> AcknowledgementError? {
        guard let handle = self.peers[peer], let link = self.links[handle], let connection = endpoint[handle] else {
            return .transport(self.isShutDown ? .shutDown : .notConnected)
        }
        guard connection.peerAcknowledgesMessages else { return .notSupported }
        let limit = MessageLimits.messageByteCountMax - StreamMessage.envelopeByteCount
        guard payload.count <= limit else {
            return .transport(.messageTooLarge(byteCount: payload.count, limit: limit))
        }
        guard link.acknowledgements.count < self.configuration.pendingAcknowledgementCountMax,
            link.queuedMessageCount < self.configuration.queuedMessageCountMax,
            link.queuedByteCount + payload.count + StreamMessage.envelopeByteCount
                <= self.configuration.queuedByteCountMax
        else {
            self.statistics.sendQueueOverflows += 1
            return .transport(.overloaded)
        }
        return nil
    }

    /// A tag that nothing else on the link waits under.
    mutating func freshTag(on handle: ConnectionHandle) -> [UInt8] {
        while true {
            let tag = self.random.bytes(StreamMessage.tagByteCount)
            if self.links[handle]?.probes[tag] == nil, self.links[handle]?.acknowledgements[tag] == nil { return tag }
        }
    }

    /// Ends the wait under a tag, if somebody still waits.
    mutating func completeAcknowledgement(
        _ tag: [UInt8],
        on handle: ConnectionHandle,
        _ result: Result<Void, AcknowledgementError>
    ) {
        guard let waiter = self.links[handle]?.acknowledgements.removeValue(forKey: tag) else { return }
        self.outputs.append(.acknowledgedSendCompleted(waiter.request, result))
    }

    mutating func expireAcknowledgements(of handle: ConnectionHandle, now: Instant) {
        let expired = self.links[handle]?.acknowledgements.filter { $0.value.deadline <= now } ?? [:]
        for tag in expired.sorted(by: { $0.value.request.number < $1.value.request.number }).map(\.key) {
            self.completeAcknowledgement(tag, on: handle, .failure(.timedOut))
        }
    }
}
