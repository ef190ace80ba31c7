// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives
package import QUICCore

/// Serves `InteropRequest`s of peers and sends ours, on any number of connections.
package struct InteropApplication: EndpointApplication {
    /// What a test asks for.
    package enum Command: Sendable {
        /// Dial 127.0.0.1 or ::1.
        case connect(NetworkAddress)
        /// Send a request on the connection dialled last; the answer carries `tag`.
        case request(InteropRequest, tag: Int)
        /// Close every connection with an application code.
        case close(code: UInt64, reason: String)
    }

    /// What happened.
    package enum Output: Equatable, Sendable {
        /// A handshake completed; as a client, with this server certificate in DER.
        case connected(certificate: [UInt8])
        /// A whole answer.
        case answered([UInt8], tag: Int)
        /// A request of ours ended without an answer.
        case abandoned(tag: Int)
        /// A peer has moved to another address and proved it.
        case moved(NetworkAddress)
        /// A connection ended.
        case closed(ConnectionEnd)
    }

    private struct StreamKey: Hashable, Sendable {
        let handle: ConnectionHandle
        let stream: StreamID
    }

    /// A stream being read, ours (with a tag) or the peer's; its bytes are bounded by `InteropRequest.byteCountMax`.
    private struct Exchange: Sendable {
        let tag: Int?
        var received: [UInt8] = []
        var unsent: ArraySlice<UInt8> = []
    }

    private var dialled: ConnectionHandle?
    /// Live connections, at most the endpoint's limit.
    private var connections: Set<ConnectionHandle> = []
    /// Streams with something to read or write, at most the stream limits.
    private var exchanges: [StreamKey: Exchange] = [:]
    /// Requests that wait for a stream; the test decides how many.
    private var waiting: [(request: InteropRequest, tag: Int)] = []
    private var outputs: [Output] = []

    /// Starts without connections.
    package init() {}

    package var nextDeadline: Instant? { nil }

    package mutating func handle(_ command: Command, endpoint: inout Endpoint, now: Instant) {
        switch command {
        case .connect(let address):
            self.dialled = try? endpoint.connect(to: address, serverName: InteropCredentials.serverName, now: now)
        case .request(let request, let tag):
            self.waiting.append((request, tag))
            self.sendWaiting(endpoint: &endpoint)
        case .close(let code, let reason):
            for handle in self.connections {
                endpoint.update(handle) { $0.close(code: code, reason: reason, now: now) }
            }
        }
    }

    package mutating func handle(
        _ event: ConnectionEvent,
        of handle: ConnectionHandle,
        endpoint: inout Endpoint,
        now: Instant
    ) {
        switch event {
        case .handshakeCompleted(let certificate):
            self.connections.insert(handle)
            self.outputs.append(.connected(certificate: certificate))
            self.sendWaiting(endpoint: &endpoint)
        case .streamsAvailable: self.sendWaiting(endpoint: &endpoint)
        case .streamWritable(let stream): self.write(StreamKey(handle: handle, stream: stream), endpoint: &endpoint)
        case .streamReadable(let stream):
            self.read(StreamKey(handle: handle, stream: stream), endpoint: &endpoint, now: now)
        case .streamReset(let stream, _): self.abandon(StreamKey(handle: handle, stream: stream))
        case .pathChanged(let address): self.outputs.append(.moved(address))
        case .closed(let end):
            self.connections.remove(handle)
            for key in self.exchanges.keys where key.handle == handle { self.abandon(key) }
            self.outputs.append(.closed(end))
        default: break
        }
    }

    package mutating func handleTimeout(endpoint: inout Endpoint, now: Instant) {}

    package mutating func nextOutput() -> Output? { self.outputs.isEmpty ? nil : self.outputs.removeFirst() }

    private mutating func sendWaiting(endpoint: inout Endpoint) {
        guard let handle = self.dialled, self.connections.contains(handle) else { return }
        while let next = self.waiting.first {
            guard let stream = endpoint.update(handle, { $0.openStream(.bidirectional) }) ?? nil else { return }
            self.waiting.removeFirst()
            let key = StreamKey(handle: handle, stream: stream)
            self.exchanges[key] = Exchange(tag: next.tag, unsent: next.request.encoded[...])
            self.write(key, endpoint: &endpoint)
        }
    }

    private mutating func write(_ key: StreamKey, endpoint: inout Endpoint) {
        guard let unsent = self.exchanges[key]?.unsent, !unsent.isEmpty else { return }
        let taken = endpoint.update(key.handle) { $0.write(key.stream, unsent, finish: true) } ?? 0
        self.exchanges[key]?.unsent = unsent.dropFirst(taken)
        // An answer ends our part of a peer's stream; an exchange of ours waits for its answer.
        if taken == unsent.count, self.exchanges[key]?.tag == nil { self.exchanges[key] = nil }
    }

    private mutating func read(_ key: StreamKey, endpoint: inout Endpoint, now: Instant) {
        var exchange = self.exchanges[key] ?? Exchange(tag: nil)
        self.exchanges[key] = nil
        while let piece = endpoint.update(key.handle, { $0.read(key.stream, maxByteCount: 1 << 18) }) ?? nil {
            exchange.received += piece.bytes
            if piece.isFinished { return self.finish(key, exchange, endpoint: &endpoint, now: now) }
            guard exchange.received.count <= InteropRequest.byteCountMax else {
                endpoint.update(key.handle) { $0.stopSending(key.stream, code: 0) }
                return
            }
            if piece.bytes.isEmpty { break }
        }
        self.exchanges[key] = exchange
    }

    private mutating func finish(_ key: StreamKey, _ exchange: Exchange, endpoint: inout Endpoint, now: Instant) {
        if let tag = exchange.tag {
            self.outputs.append(.answered(exchange.received, tag: tag))
            return
        }
        let request = InteropRequest(exchange.received)
        switch request {
        case .close(let code, let reason):
            endpoint.update(key.handle) { $0.close(code: code, reason: reason, now: now) }
        case .some(let request):
            guard let answer = request.answer, !answer.isEmpty else {
                _ = endpoint.update(key.handle) { $0.write(key.stream, [], finish: true) }
                return
            }
            self.exchanges[key] = Exchange(tag: nil, unsent: answer[...])
            self.write(key, endpoint: &endpoint)
        case nil: endpoint.update(key.handle) { $0.resetStream(key.stream, code: 1) }
        }
    }

    private mutating func abandon(_ key: StreamKey) {
        guard let exchange = self.exchanges.removeValue(forKey: key), let tag = exchange.tag else { return }
        self.outputs.append(.abandoned(tag: tag))
    }
}
