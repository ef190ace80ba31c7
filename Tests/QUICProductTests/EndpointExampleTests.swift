// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Primitives
import QUICCore
import Testing

// This target sees only what other packages see (`packageAccess: false` in Package.swift).

/// The core by hand: two endpoints, one message, no socket and no clock.
///
/// The README of QUICCore shows this code.
struct EndpointExampleTests {
    /// An endpoint, its key and where it lives.
    struct Side {
        var endpoint: Endpoint
        let key: MLDSA65PrivateKey
        let address: NetworkAddress

        init(port: UInt16) throws {
            self.key = try MLDSA65PrivateKey()
            self.address = NetworkAddress(ipv4: 0x7F00_0001, port: port)
            self.endpoint = Endpoint(
                configuration: EndpointConfiguration(
                    connection: ConnectionConfiguration(localPublicKey: self.key.publicKey.bytes),
                    resetKey: .random(byteCount: 32)  // keep it across restarts
                ),
                random: SystemSecureRandom()
            )
        }

        /// The answer to everything that happened: a client sends its message, a server reads it.
        mutating func handleEvents(now: Instant, sending message: [UInt8]?) -> [UInt8] {
            var received: [UInt8] = []
            while let (handle, event) = self.endpoint.nextEvent() {
                switch event {
                case .cryptoRequested(let request):  // about a millisecond of work; may run anywhere
                    let result = TLSCryptoPerformer.perform(request, signingKey: self.key)
                    self.endpoint.cryptoCompleted(handle, id: request.id, result: result, now: now)
                case .handshakeCompleted(let peerPublicKey):  // who it is; compare before trusting a byte
                    #expect(peerPublicKey.count == 1952)
                    guard let message else { break }
                    self.endpoint.update(handle) { connection in
                        guard let stream = connection.openStream(.unidirectional) else { return }
                        _ = connection.write(stream, message[...], finish: true)
                    }
                case .streamReadable(let stream):
                    let piece = self.endpoint.update(handle) { $0.read(stream, maxByteCount: 65_536) }
                    received += (piece ?? nil)?.bytes ?? []
                default: break
                }
            }
            return received
        }
    }

    @Test
    func aMessageTravelsBetweenTwoEndpoints() throws {
        var client = try Side(port: 1)
        var server = try Side(port: 2)
        var now = Instant.epoch + .seconds(1)
        let message = Array("hello".utf8)
        var received: [UInt8] = []
        _ = try client.endpoint.connect(to: server.address, serverName: "peer", now: now)

        for _ in 0..<20 where received.count < message.count {
            _ = client.handleEvents(now: now, sending: message)
            while let datagram = client.endpoint.nextDatagram(now: now) {
                server.endpoint.datagramReceived(datagram.bytes, from: client.address, now: now)
            }
            received += server.handleEvents(now: now, sending: nil)
            while let datagram = server.endpoint.nextDatagram(now: now) {
                client.endpoint.datagramReceived(datagram.bytes, from: server.address, now: now)
            }
            now = now + .milliseconds(1)
            // A program waits for a datagram or for `nextDeadline` here.
            client.endpoint.handleTimeout(now: now)
            server.endpoint.handleTimeout(now: now)
        }
        #expect(received == message)
    }
}
