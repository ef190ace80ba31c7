// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Primitives
import Testing

@testable import QUICCore

/// Two endpoints and a wire between them under virtual time; a test may read, hold back and forge what passes.
struct EndpointPair {
    struct Flight {
        let at: Instant
        let toServer: Bool
        let bytes: [UInt8]
        var destination = EndpointPair.serverAddress
    }

    static let clientAddress = NetworkAddress(ipv4: 0x7F00_0001, port: 5001)
    static let serverAddress = NetworkAddress(ipv4: 0x7F00_0001, port: 5002)

    /// Where the client sends from now; what is sent to another address of it is lost.
    var clientSource = Self.clientAddress
    var now = Instant.epoch + .seconds(1)
    var client: Endpoint
    var server: Endpoint
    private let clientKey: MLDSA65PrivateKey
    private let serverKey: MLDSA65PrivateKey
    /// One-way delay.
    var latency = Nanoseconds.milliseconds(1)
    /// Decides about each datagram as it leaves; dropped ones are still in `log`.
    var passes: (Flight) -> Bool = { _ in true }
    private(set) var wire: [Flight] = []
    /// Everything sent so far.
    var log: [Flight] = []
    var clientEvents: [ConnectionEvent] = []
    var serverEvents: [ConnectionEvent] = []
    /// The connection under test on both sides, as soon as there is one.
    private(set) var clientHandle: ConnectionHandle?
    private(set) var serverHandle: ConnectionHandle?

    init(
        seed: UInt64 = 1,
        configure: (inout ConnectionConfiguration) -> Void = { _ in },
        configureServer: (inout EndpointConfiguration) -> Void = { _ in }
    ) throws {
        func key(_ byte: UInt8) throws -> MLDSA65PrivateKey {
            try MLDSA65PrivateKey(seed: SecretBytes([UInt8](repeating: byte, count: 32)))
        }
        func endpoint(_ key: MLDSA65PrivateKey, _ seed: UInt64) -> Endpoint {
            var connection = ConnectionConfiguration(localPublicKey: key.publicKey.bytes)
            // Tests that count updates do them by hand.
            connection.updatesKeysEarly = false
            configure(&connection)
            var configuration = EndpointConfiguration(
                connection: connection,
                resetKey: SecretBytes([UInt8](repeating: UInt8(seed & 0xFF), count: 32))
            )
            if seed > 999 { configureServer(&configuration) }
            return Endpoint(configuration: configuration, random: SeededSecureRandom(seed: seed))
        }
        self.clientKey = try key(1)
        self.serverKey = try key(2)
        self.client = endpoint(self.clientKey, seed)
        self.server = endpoint(self.serverKey, seed + 1000)
    }

    /// A pair whose handshake is complete and confirmed, over a path that carries datagrams up to `pathByteCount`.
    static func established(
        seed: UInt64 = 1,
        clientSource: NetworkAddress = Self.clientAddress,
        pathByteCount: Int? = nil,
        configure: (inout ConnectionConfiguration) -> Void = { _ in },
        configureServer: (inout EndpointConfiguration) -> Void = { _ in }
    ) throws -> EndpointPair {
        var pair = try EndpointPair(seed: seed, configure: configure, configureServer: configureServer)
        pair.clientSource = clientSource
        if let pathByteCount { pair.passes = { $0.bytes.count <= pathByteCount } }
        try pair.dial()
        pair.run(.milliseconds(200))
        try #require(pair.clientConnection.isHandshakeConfirmed)
        try #require(pair.serverConnection.isHandshakeConfirmed)
        return pair
    }

    mutating func dial() throws {
        self.clientHandle = try self.client.connect(to: Self.serverAddress, serverName: "peer", now: self.now)
        self.collect()
    }

    var clientConnection: Connection {
        get throws {
            // Values first: a failed requirement prints its operands.
            let connection = self.clientHandle.flatMap { self.client[$0] }
            return try #require(connection)
        }
    }

    var serverConnection: Connection {
        get throws {
            let connection = self.serverHandle.flatMap { self.server[$0] }
            return try #require(connection)
        }
    }

    @discardableResult
    mutating func updateClient<T>(_ body: (inout Connection) -> T) throws -> T {
        let known = self.clientHandle
        let handle = try #require(known)
        let result = self.client.update(handle, body)
        self.collect()
        return try #require(result)
    }

    @discardableResult
    mutating func updateServer<T>(_ body: (inout Connection) -> T) throws -> T {
        let known = self.serverHandle
        let handle = try #require(known)
        let result = self.server.update(handle, body)
        self.collect()
        return try #require(result)
    }

    /// A packet with exactly these frames, made with the client's keys and next packet number, unknown to its recovery.
    mutating func forgeFromClient(_ frames: [Frame], space: PacketNumberSpace = .application) throws -> [UInt8] {
        try self.forgeFromClient(payload: frames.flatMap(\.encoded), space: space)
    }

    /// A packet with exactly this payload, made with the client's keys and next packet number.
    mutating func forgeFromClient(payload: [UInt8], space: PacketNumberSpace = .application) throws -> [UInt8] {
        let known = self.clientHandle
        let handle = try #require(known)
        let packet = self.client.update(handle) { connection -> [UInt8]? in
            var draft = PacketDraft(
                space: space,
                packetNumber: connection.recovery.takePacketNumber(in: space),
                largestAcknowledged: nil,
                destination: connection.remoteIDs.current.id,
                source: connection.localIDs.handshakeID,
                keyPhase: space == .application && connection.keyUpdate.phase
            )
            draft.payload.writeBytes(payload)
            draft.padForSample()
            return connection.levels[space].flatMap { try? draft.protect(with: $0.sendKeys) }
        }
        return try #require(packet ?? nil)
    }

    /// Delivers a datagram to the server at once.
    mutating func injectToServer(_ datagram: [UInt8], from source: NetworkAddress? = nil) {
        self.server.datagramReceived(datagram, from: source ?? self.clientSource, now: self.now)
        self.serverHandle = self.serverHandle ?? self.server.routes.values.max()
        self.collect()
    }

    /// Delivers a datagram to the client at once.
    mutating func injectToClient(_ datagram: [UInt8], from source: NetworkAddress = Self.serverAddress) {
        self.client.datagramReceived(datagram, from: source, now: self.now)
        self.collect()
    }

    /// Lets virtual time pass.
    mutating func run(_ span: Nanoseconds) {
        let deadline = self.now + span
        self.collect()
        while true {
            let arrival = self.wire.first?.at ?? .distantFuture
            let timer = min(self.client.nextDeadline ?? .distantFuture, self.server.nextDeadline ?? .distantFuture)
            guard min(arrival, timer) <= deadline else { break }
            self.now = max(self.now, min(arrival, timer))
            if arrival <= timer {
                let flight = self.wire.removeFirst()
                if flight.toServer {
                    self.server.datagramReceived(flight.bytes, from: self.clientSource, now: self.now)
                } else if flight.destination == self.clientSource {
                    self.client.datagramReceived(flight.bytes, from: Self.serverAddress, now: self.now)
                }
            } else {
                self.client.handleTimeout(now: self.now)
                self.server.handleTimeout(now: self.now)
            }
            self.collect()
        }
        self.now = deadline
    }

    /// Takes events and datagrams until there are none.
    mutating func collect() {
        var hasWorked = true
        while hasWorked {
            hasWorked = false
            while let datagram = self.client.nextDatagram(now: self.now) { self.send(datagram, toServer: true) }
            while let datagram = self.server.nextDatagram(now: self.now) { self.send(datagram, toServer: false) }
            while let (handle, event) = self.client.nextEvent() {
                hasWorked = true
                if case .cryptoRequested(let request) = event {
                    let result = TLSCryptoPerformer.perform(request, signingKey: self.clientKey)
                    self.client.cryptoCompleted(handle, id: request.id, result: result, now: self.now)
                } else {
                    self.clientEvents.append(event)
                }
            }
            while let (handle, event) = self.server.nextEvent() {
                hasWorked = true
                self.serverHandle = handle
                if case .cryptoRequested(let request) = event {
                    let result = TLSCryptoPerformer.perform(request, signingKey: self.serverKey)
                    self.server.cryptoCompleted(handle, id: request.id, result: result, now: self.now)
                } else {
                    self.serverEvents.append(event)
                }
            }
        }
    }

    private mutating func send(_ datagram: OutgoingDatagram, toServer: Bool) {
        let flight = Flight(
            at: self.now + self.latency,
            toServer: toServer,
            bytes: datagram.bytes,
            destination: datagram.destination
        )
        self.log.append(flight)
        if self.passes(flight) { self.wire.append(flight) }
    }

    /// How the server's connection ended.
    var serverEnd: ConnectionEnd? { Self.end(self.serverEvents) }
    /// How the client's connection ended.
    var clientEnd: ConnectionEnd? { Self.end(self.clientEvents) }

    private static func end(_ events: [ConnectionEvent]) -> ConnectionEnd? {
        for case .closed(let end) in events { return end }
        return nil
    }

    /// The transport error the server closed with.
    var serverFailureCode: TransportErrorCode? {
        if case .failed(let failure)? = self.serverEnd { failure.code } else { nil }
    }
}
