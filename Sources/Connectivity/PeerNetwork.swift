// SPDX-License-Identifier: MIT OR Apache-2.0

package import Node
package import Primitives
internal import Synchronization

/// The peers of this node for everybody above: requests go down as commands, answers come back by id.
///
/// A thin shell around `PeerExchange`: it owns no rule, only the callers that wait. The transport is a port: somebody
/// gives it a way to post commands and calls `handle` with every output, on any one thread.
package final class PeerNetwork: PeerTransport {
    package let localPeerID: PeerID
    package let boundAddresses: [NetworkAddress]
    private let post: @Sendable (PeerCommand) -> Bool
    private let onMessage: @Sendable (_ message: [UInt8], _ peer: PeerID) -> Void
    private let onEvent: @Sendable (PeerEvent) -> Void
    private let waiting = Mutex(Waiting())
    /// The generation of every live connection; as many as the exchange admits.
    private let live = Mutex<[PeerID: UInt64]>([:])

    /// Callers that wait for a completion; one entry per running call, so bounded by their callers.
    private struct Waiting {
        var lastRequest: UInt64 = 0
        var dials: [RequestID: CheckedContinuation<Result<PeerID, TransportError>, Never>] = [:]
        var sends: [RequestID: CheckedContinuation<Result<Void, TransportError>, Never>] = [:]
        var acknowledgedSends: [RequestID: CheckedContinuation<Result<Void, AcknowledgementError>, Never>] = [:]
        var probes: [RequestID: CheckedContinuation<Result<Nanoseconds, TransportError>, Never>] = [:]
        var snapshots: [RequestID: CheckedContinuation<[ConnectedPeer], Never>] = [:]
        var shutDowns: [RequestID: CheckedContinuation<Void, Never>] = [:]

        mutating func nextRequest() -> RequestID {
            self.lastRequest += 1
            return RequestID(self.lastRequest)
        }
    }

    /// Joins the exchange behind `post` with the consumers above.
    ///
    /// - Parameters:
    ///   - localPeerID: The identity of this node.
    ///   - boundAddresses: The addresses of its sockets.
    ///   - post: Hands a command to the exchange; `false` when its mailbox is full.
    ///   - onMessage: Receives every message; called on the transport's thread, must not block.
    ///   - onEvent: Receives every change of connected peers; called on the transport's thread, must not block.
    package init(
        localPeerID: PeerID,
        boundAddresses: [NetworkAddress],
        post: @escaping @Sendable (PeerCommand) -> Bool,
        onMessage: @escaping @Sendable (_ message: [UInt8], _ peer: PeerID) -> Void,
        onEvent: @escaping @Sendable (PeerEvent) -> Void
    ) {
        self.localPeerID = localPeerID
        self.boundAddresses = boundAddresses
        self.post = post
        self.onMessage = onMessage
        self.onEvent = onEvent
    }

    // MARK: - Requests

    package func dial(_ address: NetworkAddress, expecting expected: PeerID?) async throws(TransportError) -> PeerID {
        try await self.request(\.dials, ifRefused: .failure(.overloaded)) { .dial($0, address, expecting: expected) }
            .get()
    }

    package func send(_ message: [UInt8], to peer: PeerID, within limit: Nanoseconds?) async throws(TransportError) {
        try await self.request(\.sends, ifRefused: .failure(.overloaded)) {
            .send($0, message, to: peer, within: limit)
        }
        .get()
    }

    /// Sends one message and waits until the peer has put it into its queue (spec 02 §9.3).
    ///
    /// A failure does not prove that the message was not delivered: only its answer may be late. Receivers have to
    /// recognise repetitions.
    ///
    /// - Parameters:
    ///   - message: At most 24 bytes less than the largest message.
    ///   - peer: A connected peer.
    ///   - timeout: How long to wait for the answer.
    /// - Throws: `AcknowledgementError`.
    package func sendAcknowledged(
        _ message: [UInt8],
        to peer: PeerID,
        timeout: Nanoseconds
    ) async throws(AcknowledgementError) {
        try await self.request(\.acknowledgedSends, ifRefused: .failure(.transport(.overloaded))) {
            .sendAcknowledged($0, message, to: peer, timeout: timeout)
        }
        .get()
    }

    package func probe(_ peer: PeerID, timeout: Nanoseconds) async throws(TransportError) -> Nanoseconds {
        try await self.request(\.probes, ifRefused: .failure(.overloaded)) { .probe($0, peer, timeout: timeout) }.get()
    }

    package func connectedPeers() async -> [ConnectedPeer] {
        await self.request(\.snapshots, ifRefused: []) { .snapshot($0) }
    }

    /// How many peers are connected, without asking the exchange.
    package var connectedPeerCount: Int { self.live.withLock(\.count) }

    package func disconnect(_ peer: PeerID) async {
        _ = self.post(.disconnect(peer, .lifecycleCleanup))
    }

    /// Tells peers that want acknowledgements that nobody takes messages any more; the first step of a shutdown.
    package func stopDelivery() { _ = self.post(.stopDelivery) }

    /// Closes every connection with the code of a shutdown; later requests fail.
    package func shutDown() async {
        await self.request(\.shutDowns, ifRefused: ()) { .shutDown($0) }
    }

    private func request<Answer: Sendable>(
        _ table: any WritableKeyPath<Waiting, [RequestID: CheckedContinuation<Answer, Never>]> & Sendable,
        ifRefused refusal: Answer,
        _ command: @Sendable (RequestID) -> PeerCommand
    ) async -> Answer {
        await withCheckedContinuation { continuation in
            let request = self.waiting.withLock { waiting in
                let request = waiting.nextRequest()
                waiting[keyPath: table][request] = continuation
                return request
            }
            if !self.post(command(request)) { self.complete(table, request, refusal) }
        }
    }

    private func complete<Answer: Sendable>(
        _ table: any WritableKeyPath<Waiting, [RequestID: CheckedContinuation<Answer, Never>]> & Sendable,
        _ request: RequestID,
        _ answer: Answer
    ) {
        let continuation = self.waiting.withLock { $0[keyPath: table].removeValue(forKey: request) }
        continuation?.resume(returning: answer)
    }

    private func count(_ event: PeerEvent) {
        self.live.withLock { live in
            switch event {
            case .connected(let peer): live[peer.id] = peer.generation
            case .disconnected(let peer, let generation, _):
                // The end of a connection that another one has replaced changes nothing.
                if live[peer].map({ $0 <= generation }) ?? false { live[peer] = nil }
            }
        }
    }

    // MARK: - Outputs of the exchange

    /// Takes one output; on the transport's thread.
    package func handle(_ output: PeerOutput) {
        switch output {
        case .message(let message, from: let peer): self.onMessage(message, peer)
        case .event(let event):
            self.count(event)
            self.onEvent(event)
        case .dialCompleted(let request, let result): self.complete(\.dials, request, result)
        case .sendCompleted(let request, let result): self.complete(\.sends, request, result)
        case .acknowledgedSendCompleted(let request, let result):
            self.complete(\.acknowledgedSends, request, result)
        case .probeCompleted(let request, let result): self.complete(\.probes, request, result)
        case .snapshot(let request, let peers): self.complete(\.snapshots, request, peers)
        case .shutDownCompleted(let request): self.complete(\.shutDowns, request, ())
        }
    }
}
