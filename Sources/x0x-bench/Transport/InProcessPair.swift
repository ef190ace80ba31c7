// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Primitives
import QUICCore

/// Two endpoints that hand each other their datagrams in this thread: QUIC without sockets, loops and timers.
///
/// Time is virtual: it moves by `roundTrip` / 2 per exchange and jumps to the next deadline when nothing moves, so that
/// what is measured is processor time alone.
struct InProcessPair {
    static let clientAddress = NetworkAddress(ipv4: 0x7F00_0001, port: 5001)
    static let serverAddress = NetworkAddress(ipv4: 0x7F00_0001, port: 5002)

    var client: Endpoint
    var server: Endpoint
    var now = Instant.epoch + .seconds(1)
    /// Processor time spent on requests for slow cryptography.
    private(set) var cryptoSeconds = 0.0
    private let key: MLDSA65PrivateKey
    private let halfRoundTrip = Nanoseconds.microseconds(50)

    init(connectionCountMax: Int = 16, datagramByteCountMax: Int = 65_527) throws {
        self.key = try MLDSA65PrivateKey()
        var connection = ConnectionConfiguration(localPublicKey: self.key.publicKey.bytes)
        connection.datagramByteCountMax = datagramByteCountMax
        var configuration = EndpointConfiguration(connection: connection, resetKey: .random(byteCount: 32))
        configuration.connectionCountMax = connectionCountMax
        self.client = Endpoint(configuration: configuration, random: SystemSecureRandom())
        self.server = Endpoint(configuration: configuration, random: SystemSecureRandom())
    }

    /// Dials and completes the handshake; returns both ends.
    mutating func connect() throws -> (client: ConnectionHandle, server: ConnectionHandle) {
        let client = try self.client.connect(to: Self.serverAddress, serverName: "peer", now: self.now)
        var server: ConnectionHandle?
        var isComplete = false
        while server == nil || !isComplete {
            self.exchange(
                onClientEvent: { _, handle, event in
                    if handle == client, case .handshakeCompleted = event { isComplete = true }
                },
                onServerEvent: { _, handle, event in
                    if case .handshakeCompleted = event { server = handle }
                }
            )
        }
        guard let server else { throw CryptoSuiteError.operationFailed }
        return (client, server)
    }

    /// Carries everything that waits to the other side once, and hands the events to the applications.
    mutating func exchange(
        onClientEvent: (inout Endpoint, ConnectionHandle, ConnectionEvent) -> Void = { _, _, _ in },
        onServerEvent: (inout Endpoint, ConnectionHandle, ConnectionEvent) -> Void = { _, _, _ in }
    ) {
        var hasMoved = Self.carry(from: &self.client, Self.clientAddress, to: &self.server, now: self.now)
        hasMoved = self.events(of: \.server, onServerEvent) || hasMoved
        self.now = self.now + self.halfRoundTrip
        hasMoved = Self.carry(from: &self.server, Self.serverAddress, to: &self.client, now: self.now) || hasMoved
        hasMoved = self.events(of: \.client, onClientEvent) || hasMoved
        self.now = self.now + self.halfRoundTrip
        let next = min(self.client.nextDeadline ?? .distantFuture, self.server.nextDeadline ?? .distantFuture)
        if !hasMoved { self.now = max(self.now, next) }
        if next <= self.now {
            self.client.handleTimeout(now: self.now)
            self.server.handleTimeout(now: self.now)
        }
    }

    private static func carry(
        from sender: inout Endpoint,
        _ source: NetworkAddress,
        to receiver: inout Endpoint,
        now: Instant
    ) -> Bool {
        var hasMoved = false
        while let datagram = sender.nextDatagram(now: now) {
            receiver.datagramReceived(datagram.bytes, from: source, codepoint: datagram.codepoint, now: now)
            sender.recycle(datagram)
            hasMoved = true
        }
        return hasMoved
    }

    private mutating func events(
        of endpoint: WritableKeyPath<InProcessPair, Endpoint>,
        _ body: (inout Endpoint, ConnectionHandle, ConnectionEvent) -> Void
    ) -> Bool {
        var hasMoved = false
        while let (handle, event) = self[keyPath: endpoint].nextEvent() {
            hasMoved = true
            if case .cryptoRequested(let request) = event {
                let start = ProcessMeter.cpuSeconds
                let result = TLSCryptoPerformer.perform(request, signingKey: self.key)
                self.cryptoSeconds += ProcessMeter.cpuSeconds - start
                self[keyPath: endpoint].cryptoCompleted(handle, id: request.id, result: result, now: self.now)
            } else {
                body(&self[keyPath: endpoint], handle, event)
            }
        }
        return hasMoved
    }
}
