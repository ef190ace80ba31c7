// SPDX-License-Identifier: MIT OR Apache-2.0

import Connectivity
import CryptoSuite
import Node
import Primitives
import QUICCore

/// Unpredictable only to those who do not know the seed.
struct SeededSecureRandom: SecureRandom {
    private var generator: SplitMix64

    init(seed: UInt64) { self.generator = SplitMix64(seed: seed) }

    mutating func bytes(_ byteCount: Int) -> [UInt8] {
        (0..<byteCount).map { _ in UInt8.random(in: .min ... .max, using: &self.generator) }
    }
}

/// One node under test, and one bare QUIC endpoint that a test drives stream by stream.
///
/// Datagrams arrive after one millisecond of virtual time, in order; cryptography is done at once.
struct ExchangeHarness {
    private struct Flight {
        let at: Instant
        let bytes: [UInt8]
        let isForExchange: Bool
    }

    let exchangeAddress = NetworkAddress(ipv4: 0x7F00_0001, port: 4001)
    let rawAddress = NetworkAddress(ipv4: 0x7F00_0001, port: 4002)
    let exchangePeer: PeerID
    let rawPeer: PeerID
    private let exchangeKey: MLDSA65PrivateKey
    private let rawKey: MLDSA65PrivateKey

    private(set) var now = Instant.epoch + .seconds(1)
    private(set) var exchange: EndpointRuntime<PeerExchange>
    var raw: Endpoint
    private var flights: [Flight] = []
    private var flightHead = 0
    private(set) var outputs: [PeerOutput] = []
    private(set) var rawEvents: [(handle: ConnectionHandle, event: ConnectionEvent)] = []
    /// Runs when the bare endpoint completes a handshake.
    var onRawHandshake: (inout Connection) -> Void = { _ in }

    /// Whether nothing arrives anywhere any more.
    var isCut = false

    /// Joins a node and a bare endpoint, which says that it answers acknowledgement envelopes if `rawAcknowledges`.
    init(rawAcknowledges: Bool = true, configure: (inout PeerExchangeConfiguration) -> Void = { _ in }) throws {
        self.exchangeKey = try MLDSA65PrivateKey(seed: SecretBytes([UInt8](repeating: 1, count: 32)))
        self.rawKey = try MLDSA65PrivateKey(seed: SecretBytes([UInt8](repeating: 2, count: 32)))
        self.exchangePeer = PeerID(publicKeyBytes: self.exchangeKey.publicKey.bytes)
        self.rawPeer = PeerID(publicKeyBytes: self.rawKey.publicKey.bytes)
        var configuration = PeerExchangeConfiguration()
        configure(&configuration)
        self.exchange = EndpointRuntime(
            endpoint: Self.endpoint(self.exchangeKey, seed: 1),
            application: PeerExchange(
                localPeer: self.exchangePeer,
                configuration: configuration,
                random: SeededSecureRandom(seed: 3)
            )
        )
        self.raw = Self.endpoint(self.rawKey, seed: 2, acknowledges: rawAcknowledges)
    }

    private static func endpoint(_ key: MLDSA65PrivateKey, seed: UInt64, acknowledges: Bool = true) -> Endpoint {
        var connection = ConnectionConfiguration(localPublicKey: key.publicKey.bytes)
        connection.acknowledgesMessages = acknowledges
        return Endpoint(
            configuration: EndpointConfiguration(
                connection: connection,
                resetKey: SecretBytes([UInt8](repeating: UInt8(seed), count: 32))
            ),
            random: SeededSecureRandom(seed: seed)
        )
    }

    /// A bare connection to the node under test.
    static func connected(
        rawAcknowledges: Bool = true,
        configure: (inout PeerExchangeConfiguration) -> Void = { _ in }
    ) throws -> (ExchangeHarness, ConnectionHandle) {
        var harness = try ExchangeHarness(rawAcknowledges: rawAcknowledges, configure: configure)
        let handle = try harness.raw.connect(to: harness.exchangeAddress, serverName: "peer", now: harness.now)
        harness.run(.seconds(1))
        return (harness, handle)
    }

    var statistics: PeerExchangeStatistics { self.exchange.inspectedApplication.statistics }

    var messages: [[UInt8]] {
        self.outputs.compactMap { if case .message(let bytes, from: self.rawPeer) = $0 { bytes } else { nil } }
    }

    mutating func command(_ command: PeerCommand) {
        self.exchange.handle(command, now: self.now)
        self.collect()
    }

    /// Does something with a bare connection.
    mutating func updateRaw<T>(_ handle: ConnectionHandle, _ body: (inout Connection) -> T) -> T? {
        let result = self.raw.update(handle, body)
        self.collect()
        return result
    }

    /// Sends one message over a bare connection and lets it arrive.
    mutating func send(_ message: [UInt8], over handle: ConnectionHandle) {
        var rest = message[...]
        guard let stream = self.updateRaw(handle, { $0.openStream(.unidirectional) }) ?? nil else { return }
        while true {
            let bytes = rest
            let accepted = self.updateRaw(handle) { $0.write(stream, bytes, finish: true) } ?? 0
            rest = rest.dropFirst(accepted)
            self.run(.milliseconds(50))
            if rest.isEmpty { return }
        }
    }

    /// The whole streams the bare endpoint has received.
    mutating func receivedStreams(_ handle: ConnectionHandle) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        for (owner, event) in self.rawEvents where owner == handle {
            guard case .streamReadable(let stream) = event else { continue }
            if case (let bytes, true)?? = self.raw.update(handle, { $0.read(stream, maxByteCount: 1 << 20) }) {
                messages.append(bytes)
            }
        }
        self.rawEvents.removeAll { $0.handle == handle && $0.event.isReadable }
        return messages
    }

    /// Reads whatever the bare endpoint has received, finished or not.
    mutating func readAll(_ handle: ConnectionHandle) -> [UInt8] {
        var bytes: [UInt8] = []
        for (owner, event) in self.rawEvents where owner == handle {
            guard case .streamReadable(let stream) = event else { continue }
            bytes += (self.updateRaw(handle) { $0.read(stream, maxByteCount: 1 << 20) } ?? nil)?.bytes ?? []
        }
        self.rawEvents.removeAll { $0.handle == handle && $0.event.isReadable }
        return bytes
    }

    /// A stream with something to read.
    func firstReadableStream(_ handle: ConnectionHandle) -> StreamID? {
        for case (handle, .streamReadable(let stream)) in self.rawEvents { return stream }
        return nil
    }

    /// The outcome of an acknowledged message.
    func acknowledged(_ number: UInt64) -> Result<Void, AcknowledgementError>? {
        for case .acknowledgedSendCompleted(RequestID(number), let result) in self.outputs { return result }
        return nil
    }

    func acknowledgementError(_ number: UInt64) -> AcknowledgementError? {
        if case .failure(let error)? = self.acknowledged(number) { error } else { nil }
    }

    var acknowledgedCount: Int {
        self.outputs.count { if case .acknowledgedSendCompleted = $0 { true } else { false } }
    }

    /// How the bare connection ended.
    func end(of handle: ConnectionHandle) -> ConnectionEnd? {
        for case (handle, .closed(let end)) in self.rawEvents { return end }
        return nil
    }

    /// This side does nothing for a while: what arrives lies in the socket, timers are late.
    mutating func stall(_ span: Nanoseconds) { self.now = self.now + span }

    /// How a message sent under this number ended.
    func sent(_ number: UInt64) -> Result<Void, TransportError>? {
        for case .sendCompleted(RequestID(number), let result) in self.outputs { return result }
        return nil
    }

    /// Lets virtual time pass.
    mutating func run(_ span: Nanoseconds) {
        let deadline = self.now + span
        self.collect()
        while true {
            let arrival = self.flightHead < self.flights.count ? self.flights[self.flightHead].at : .distantFuture
            let timer = min(self.exchange.nextDeadline ?? .distantFuture, self.raw.nextDeadline ?? .distantFuture)
            let next = min(arrival, timer)
            guard next <= deadline else { break }
            self.now = max(self.now, next)
            if arrival <= timer {
                self.deliver(self.flights[self.flightHead])
                self.flightHead += 1
            } else {
                self.exchange.handleTimeout(now: self.now)
                self.raw.handleTimeout(now: self.now)
            }
            self.collect()
        }
        self.now = deadline
    }

    private mutating func deliver(_ flight: Flight) {
        guard !self.isCut else { return }
        if flight.isForExchange {
            self.exchange.datagramReceived(flight.bytes, from: self.rawAddress, now: self.now)
        } else {
            self.raw.datagramReceived(flight.bytes, from: self.exchangeAddress, now: self.now)
        }
    }

    private mutating func collect() {
        while self.collectOnce() {}
        if self.flightHead > 1000 {
            self.flights.removeFirst(self.flightHead)
            self.flightHead = 0
        }
    }

    private mutating func collectOnce() -> Bool {
        var hasWorked = false
        let at = self.now + .milliseconds(1)
        while let datagram = self.exchange.nextDatagram(now: self.now) {
            self.flights.append(Flight(at: at, bytes: datagram.bytes, isForExchange: false))
        }
        while let datagram = self.raw.nextDatagram(now: self.now) {
            self.flights.append(Flight(at: at, bytes: datagram.bytes, isForExchange: true))
        }
        while let request = self.exchange.nextCryptoRequest() {
            let result = TLSCryptoPerformer.perform(request.request, signingKey: self.exchangeKey)
            self.exchange.cryptoCompleted(request, result: result, now: self.now)
            hasWorked = true
        }
        while let (handle, event) = self.raw.nextEvent() {
            switch event {
            case .cryptoRequested(let request):
                let result = TLSCryptoPerformer.perform(request, signingKey: self.rawKey)
                self.raw.cryptoCompleted(handle, id: request.id, result: result, now: self.now)
            case .handshakeCompleted:
                self.raw.update(handle, self.onRawHandshake)
                self.rawEvents.append((handle, event))
            default: self.rawEvents.append((handle, event))
            }
            hasWorked = true
        }
        while let output = self.exchange.nextOutput() { self.outputs.append(output) }
        return hasWorked
    }
}

extension ConnectionEvent {
    fileprivate var isReadable: Bool {
        if case .streamReadable = self { true } else { false }
    }
}
