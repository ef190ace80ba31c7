// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule
internal import Node
package import Primitives
package import QUICCore

/// Turns QUIC connections into peers, and streams into messages (spec 02 §9, §10, §4.8).
///
/// It owns the table of links on the endpoint's thread: who is connected over which connection, which messages are
/// on their way in and out, which dials and probes wait. Everything an outsider wants is a `PeerCommand`; everything it
/// learns is a `PeerOutput`.
package struct PeerExchange: EndpointApplication {
    let configuration: PeerExchangeConfiguration
    let localPeer: PeerID
    var random: any SecureRandom
    /// One link per connection of the endpoint, so bounded by the endpoint's cap.
    var links: [ConnectionHandle: PeerLink] = [:]
    /// The active link of each connected peer.
    var peers: [PeerID: ConnectionHandle] = [:]
    var outputs: Deque<PeerOutput> = []
    var lastGeneration: UInt64 = 0
    var isShutDown = false
    /// Whether somebody takes messages.
    var isDelivering = true

    /// Counters since creation.
    package internal(set) var statistics = PeerExchangeStatistics()

    /// Creates an exchange without links.
    package init(localPeer: PeerID, configuration: PeerExchangeConfiguration, random: any SecureRandom) {
        self.localPeer = localPeer
        self.configuration = configuration
        self.random = random
    }

    /// Links of any state, for those who look for leaks.
    package var linkCount: Int { self.links.count }

    package mutating func nextOutput() -> PeerOutput? { self.outputs.popFirst() }

    package var nextDeadline: Instant? {
        var earliest: Instant?
        for link in self.links.values {
            if case .superseded(_, let closeAt) = link.state { earliest = min(closeAt, earliest ?? closeAt) }
            if let sendDeadline = link.sendDeadline { earliest = min(sendDeadline, earliest ?? sendDeadline) }
            for probe in link.probes.values { earliest = min(probe.deadline, earliest ?? probe.deadline) }
            for waiter in link.acknowledgements.values {
                earliest = min(waiter.deadline, earliest ?? waiter.deadline)
            }
        }
        return earliest
    }

    package mutating func handle(
        _ event: ConnectionEvent,
        of handle: ConnectionHandle,
        endpoint: inout Endpoint,
        now: Instant
    ) {
        switch event {
        case .handshakeCompleted(let peerPublicKey):
            self.handshakeCompleted(handle, peerPublicKey: peerPublicKey, endpoint: &endpoint, now: now)
        case .streamOpened(let stream): self.streamOpened(stream, of: handle, endpoint: &endpoint)
        case .streamReadable(let stream): self.streamReadable(stream, of: handle, endpoint: &endpoint, now: now)
        case .streamReset(let stream, _):
            self.statistics.resetStreamsDropped += 1
            self.dropAssembly(stream, of: handle)
        case .streamWritable(let stream): self.continueWriting(stream, of: handle, endpoint: &endpoint)
        case .streamsAvailable: self.startWriting(handle, endpoint: &endpoint)
        case .streamStopped(let stream, _): self.writeStopped(stream, of: handle, endpoint: &endpoint)
        case .closed(let end): self.connectionClosed(handle, end: end, endpoint: &endpoint)
        case .drained: self.links[handle] = nil
        case .pathChanged(let address): self.pathChanged(handle, to: address, endpoint: &endpoint, now: now)
        case .cryptoRequested, .streamFinished, .observedAddress,
            .datagramsReadable:
            break
        }
        self.assertInvariants(endpoint)
    }

    package mutating func handle(_ command: PeerCommand, endpoint: inout Endpoint, now: Instant) {
        switch command {
        case .dial(let request, let address, let expected):
            self.dial(request, address, expecting: expected, endpoint: &endpoint, now: now)
        case .send(let request, let bytes, let peer, let limit):
            self.send(request, bytes, to: peer, within: limit, endpoint: &endpoint, now: now)
        case .sendAcknowledged(let request, let bytes, let peer, let timeout):
            self.sendAcknowledged(request, bytes, to: peer, timeout: timeout, endpoint: &endpoint, now: now)
        case .probe(let request, let peer, let timeout):
            self.probe(request, peer, timeout: timeout, endpoint: &endpoint, now: now)
        case .snapshot(let request):
            self.outputs.append(.snapshot(request, self.connectedPeers(endpoint, now: now)))
        case .disconnect(let peer, let code):
            if let handle = self.peers[peer] { self.close(handle, code, endpoint: &endpoint, now: now) }
        case .stopDelivery: self.isDelivering = false
        case .shutDown(let request):
            self.isShutDown = true
            for handle in self.links.keys.sorted() { self.close(handle, .shutdown, endpoint: &endpoint, now: now) }
            self.outputs.append(.shutDownCompleted(request))
        }
        self.assertInvariants(endpoint)
    }

    package mutating func handleTimeout(endpoint: inout Endpoint, now: Instant) {
        for handle in self.links.keys.sorted() {
            if case .superseded(_, let closeAt)? = self.links[handle]?.state, closeAt <= now {
                self.close(handle, .superseded, endpoint: &endpoint, now: now)
            }
            self.expireSends(of: handle, endpoint: &endpoint, now: now)
            self.expireProbes(of: handle, now: now)
            self.expireAcknowledgements(of: handle, now: now)
        }
        self.assertInvariants(endpoint)
    }

    /// The active links, sorted by peer.
    func connectedPeers(_ endpoint: Endpoint, now: Instant) -> [ConnectedPeer] {
        self.peers.keys.sorted().compactMap { self.connectedPeer($0, endpoint, now: now) }
    }

    func connectedPeer(_ peer: PeerID, _ endpoint: Endpoint, now: Instant) -> ConnectedPeer? {
        guard let handle = self.peers[peer], let link = self.links[handle] else { return nil }
        let connection = endpoint[handle]
        return ConnectedPeer(
            id: peer,
            address: link.address,
            isOutbound: link.isOutbound,
            generation: link.generation,
            smoothedRoundTrip: connection?.smoothedRoundTrip ?? .zero,
            sinceReceived: (connection?.lastReceivedAt).map { now - $0 },
            sinceSent: (connection?.lastSentAt).map { now - $0 }
        )
    }

    /// An active link is in the peer table, and the table holds nothing else (asserted after every input).
    private func assertInvariants(_ endpoint: Endpoint) {
        assert(
            self.peers.allSatisfy { self.links[$0.value]?.activePeer == $0.key },
            "the peer table points at a link that is not active"
        )
        assert(
            endpoint.hasEvents || self.peers.values.allSatisfy { endpoint[$0]?.isEstablished ?? false },
            "an active link has no live connection"
        )
        assert(
            self.links.values.allSatisfy { $0.assembledByteCount >= 0 && $0.queuedByteCount >= 0 },
            "byte counts of a link went negative"
        )
    }
}
