// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite
internal import DequeModule
internal import Node
internal import Primitives
internal import QUICCore

/// Dialling, authentication of peers, duplicate connections, the end of links.
extension PeerExchange {
    mutating func dial(
        _ request: RequestID,
        _ address: NetworkAddress,
        expecting expected: PeerID?,
        endpoint: inout Endpoint,
        now: Instant
    ) {
        if let refusal = self.refusal(ofDialling: address, expecting: expected) {
            self.outputs.append(.dialCompleted(request, .failure(refusal)))
            return
        }
        if let expected, self.peers[expected] != nil {
            self.outputs.append(.dialCompleted(request, .success(expected)))
            return
        }
        if let handle = self.handshakingLink(to: address, expecting: expected) {
            self.links[handle]?.dialRequests.append(request)
            return
        }
        guard let handle = try? endpoint.connect(to: address, serverName: "peer", now: now) else {
            self.outputs.append(.dialCompleted(request, .failure(.overloaded)))
            return
        }
        self.lastGeneration += 1
        var link = PeerLink(
            address: address,
            isOutbound: true,
            generation: self.lastGeneration,
            expectedPeer: expected
        )
        link.dialRequests = [request]
        self.links[handle] = link
    }

    private mutating func refusal(ofDialling address: NetworkAddress, expecting expected: PeerID?) -> TransportError? {
        if self.isShutDown { return .shutDown }
        if expected == self.localPeer { return .wrongPeer(self.localPeer) }
        guard address.port > 0, !address.isUnspecified, address.isLoopback || !self.configuration.loopbackOnly else {
            self.statistics.addressesRefused += 1
            return .addressNotAllowed
        }
        let waiting = self.links.values.reduce(0) { $0 + $1.dialRequests.count }
        return waiting < self.configuration.pendingDialCountMax ? nil : .overloaded
    }

    private func handshakingLink(to address: NetworkAddress, expecting expected: PeerID?) -> ConnectionHandle? {
        self.links.keys.sorted().first { handle in
            guard let link = self.links[handle], case .handshaking = link.state else { return false }
            return link.isOutbound && link.address == address && link.expectedPeer == expected
        }
    }

    mutating func handshakeCompleted(
        _ handle: ConnectionHandle,
        peerPublicKey: [UInt8],
        endpoint: inout Endpoint,
        now: Instant
    ) {
        guard let connection = endpoint[handle] else { return }
        let peer = PeerID(publicKeyBytes: peerPublicKey)
        if self.links[handle] == nil {
            self.lastGeneration += 1
            self.links[handle] = PeerLink(
                address: connection.remoteAddress,
                isOutbound: false,
                generation: self.lastGeneration,
                expectedPeer: nil
            )
        }
        guard let link = self.links[handle] else { return }
        let isAllowed = link.address.isLoopback || !self.configuration.loopbackOnly
        guard isAllowed, !self.isShutDown, peer != self.localPeer, link.expectedPeer ?? peer == peer else {
            // Closed before any message can be delivered (spec 02 §15, check 37).
            self.statistics.wrongPeersClosed += 1
            self.completeDials(of: handle, .failure(.wrongPeer(peer)))
            self.close(handle, .banned, endpoint: &endpoint, now: now)
            return
        }
        let exporterValue = connection.exportKeyingMaterial(
            label: DuplicateConnectionRule.exporterLabel,
            context: DuplicateConnectionRule.exporterContext,
            byteCount: DuplicateConnectionRule.exporterByteCount
        )
        let candidate = DuplicateConnectionRule.Candidate(
            initiator: link.isOutbound ? self.localPeer : peer,
            exporterValue: exporterValue?.exposedBytes() ?? []
        )
        self.links[handle]?.candidate = candidate
        self.settle(handle, peer: peer, candidate: candidate, endpoint: &endpoint, now: now)
    }

    /// Makes the link the peer's active one, unless a better connection exists.
    private mutating func settle(
        _ handle: ConnectionHandle,
        peer: PeerID,
        candidate: DuplicateConnectionRule.Candidate,
        endpoint: inout Endpoint,
        now: Instant
    ) {
        if let established = self.peers[peer], let other = self.links[established]?.candidate {
            self.statistics.supersededConnections += 1
            let closeAt = now + self.configuration.supersededGrace
            guard DuplicateConnectionRule.replaces(newer: candidate, established: other) else {
                self.links[handle]?.state = .superseded(peer, closeAt: closeAt)
                self.completeDials(of: handle, .success(peer))
                return
            }
            self.links[established]?.state = .superseded(peer, closeAt: closeAt)
            self.moveQueue(from: established, to: handle)
        }
        self.links[handle]?.state = .active(peer)
        self.peers[peer] = handle
        if let connected = self.connectedPeer(peer, endpoint, now: now) {
            self.outputs.append(.event(.connected(connected)))
        }
        self.completeDials(of: handle, .success(peer))
        self.startWriting(handle, endpoint: &endpoint)
    }

    /// Messages without a stream follow the peer to its new link; those being written finish where they are.
    private mutating func moveQueue(from old: ConnectionHandle, to new: ConnectionHandle) {
        guard let queue = self.links[old]?.queue else { return }
        let byteCount = queue.reduce(0) { $0 + $1.bytes.count }
        self.links[old]?.queue = []
        self.links[old]?.queuedByteCount -= byteCount
        self.links[new]?.queue.append(contentsOf: queue)
        self.links[new]?.queuedByteCount += byteCount
        self.links[new]?.expectSend(by: queue.compactMap(\.deadline).min())
        // Their senders wait for an answer on the new connection.
        for tag in queue.compactMap(\.tag) {
            let waiter = self.links[old]?.acknowledgements.removeValue(forKey: tag)
            self.links[new]?.acknowledgements[tag] = waiter
        }
    }

    private mutating func completeDials(of handle: ConnectionHandle, _ result: Result<PeerID, TransportError>) {
        for request in self.links[handle]?.dialRequests ?? [] {
            self.outputs.append(.dialCompleted(request, result))
        }
        self.links[handle]?.dialRequests = []
    }

    /// The peer has moved and proved its new address; a place that may not be talked to ends the connection.
    mutating func pathChanged(
        _ handle: ConnectionHandle,
        to address: NetworkAddress,
        endpoint: inout Endpoint,
        now: Instant
    ) {
        self.links[handle]?.address = address
        guard self.configuration.loopbackOnly, !address.isLoopback else { return }
        self.statistics.addressesRefused += 1
        self.close(handle, .lifecycleCleanup, endpoint: &endpoint, now: now)
    }

    /// Closes a connection from this side; the transport reports the end as an event.
    mutating func close(_ handle: ConnectionHandle, _ code: CloseCode, endpoint: inout Endpoint, now: Instant) {
        endpoint.update(handle) { $0.close(code: code.rawValue, reason: code.reasonPhrase, now: now) }
    }

    mutating func connectionClosed(_ handle: ConnectionHandle, end: ConnectionEnd, endpoint: inout Endpoint) {
        guard let link = self.links[handle] else {
            // An inbound connection that never finished its handshake.
            self.statistics.failedHandshakes += 1
            return
        }
        let reason = CloseReason(end)
        if case .handshaking = link.state { self.statistics.failedHandshakes += 1 }
        self.links[handle]?.state = .closed
        if case .superseded(let peer, _) = link.state { self.resendWriting(of: handle, to: peer, endpoint: &endpoint) }
        self.completeDials(of: handle, .failure(reason == .timedOut ? .timedOut : .closed(reason)))
        self.failOutgoing(of: handle, .closed(reason))
        if let peer = link.activePeer {
            self.peers[peer] = nil
            self.outputs.append(.event(.disconnected(peer, generation: link.generation, reason: reason)))
        }
    }

    /// What the lesser of two connections has not taken whole goes over the better one; the peer has not seen its end, so
    /// it has not got it.
    private mutating func resendWriting(of old: ConnectionHandle, to peer: PeerID, endpoint: inout Endpoint) {
        guard let handle = self.peers[peer], let writing = self.links[old]?.writing, !writing.isEmpty else { return }
        self.links[old]?.writing = [:]
        for (_, var outgoing) in writing.sorted(by: { $0.key < $1.key }) {
            self.links[old]?.queuedByteCount -= outgoing.bytes.count
            outgoing.writtenByteCount = 0
            self.links[handle]?.queue.append(outgoing)
            self.links[handle]?.queuedByteCount += outgoing.bytes.count
            self.links[handle]?.expectSend(by: outgoing.deadline)
            if let tag = outgoing.tag {
                let waiter = self.links[old]?.acknowledgements.removeValue(forKey: tag)
                self.links[handle]?.acknowledgements[tag] = waiter
            }
            self.statistics.resentMessages += 1
        }
        self.startWriting(handle, endpoint: &endpoint)
    }

    /// Everything that waits on this link ends with `error`.
    private mutating func failOutgoing(of handle: ConnectionHandle, _ error: TransportError) {
        guard let link = self.links[handle] else { return }
        for outgoing in Array(link.queue) + link.writing.sorted(by: { $0.key < $1.key }).map(\.value) {
            if let request = outgoing.request { self.outputs.append(.sendCompleted(request, .failure(error))) }
        }
        for probe in link.probes.values.sorted(by: { $0.sentAt < $1.sentAt }) {
            self.outputs.append(.probeCompleted(probe.request, .failure(error)))
        }
        for tag in link.acknowledgements.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            self.completeAcknowledgement(tag, on: handle, .failure(AcknowledgementError(error)))
        }
        self.links[handle]?.queue = []
        self.links[handle]?.writing = [:]
        self.links[handle]?.queuedByteCount = 0
        self.links[handle]?.probes = [:]
        self.links[handle]?.assemblies = [:]
        self.links[handle]?.assembledByteCount = 0
    }
}
