// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import NIOPosix
import Primitives
import QUICCore
import QUICTransport
import Testing

/// A program on a socket: sends lines, and sends every line it receives back.
struct EchoApplication: EndpointApplication {
    enum Command: Sendable {
        case send([UInt8], to: NetworkAddress)
    }

    private var dialled: ConnectionHandle?
    private var message: [UInt8] = []
    private var outputs: [[UInt8]] = []

    var nextDeadline: Instant? { nil }

    mutating func handle(_ command: Command, endpoint: inout Endpoint, now: Instant) {
        guard case .send(let message, let address) = command else { return }
        self.message = message
        self.dialled = try? endpoint.connect(to: address, serverName: "peer", now: now)
    }

    mutating func handle(
        _ event: ConnectionEvent,
        of handle: ConnectionHandle,
        endpoint: inout Endpoint,
        now: Instant
    ) {
        switch event {
        case .handshakeCompleted where handle == self.dialled:
            let message = self.message
            endpoint.update(handle) { connection in
                guard let stream = connection.openStream(.bidirectional) else { return }
                _ = connection.write(stream, message[...], finish: true)
            }
        case .streamReadable(let stream):
            guard let piece = endpoint.update(handle, { $0.read(stream, maxByteCount: 65_536) }) ?? nil else { return }
            if handle == self.dialled {
                self.outputs.append(piece.bytes)
            } else {
                endpoint.update(handle) { _ = $0.write(stream, piece.bytes[...], finish: piece.isFinished) }
            }
        default: break
        }
    }

    mutating func handleTimeout(endpoint: inout Endpoint, now: Instant) {}

    mutating func nextOutput() -> [UInt8]? { self.outputs.isEmpty ? nil : self.outputs.removeFirst() }
}

@Suite(.timeLimit(.minutes(1)))
struct TransportExampleTests {
    private static func bind(
        _ executor: CryptoExecutor,
        onOutput: @escaping @Sendable ([UInt8]) -> Void
    ) async throws -> QUICTransport<EchoApplication> {
        let key = try MLDSA65PrivateKey()
        return try await QUICTransport.bind(
            EndpointRuntime(
                endpoint: Endpoint(
                    configuration: EndpointConfiguration(
                        connection: ConnectionConfiguration(localPublicKey: key.publicKey.bytes),
                        resetKey: .random(byteCount: 32)
                    ),
                    random: SystemSecureRandom()
                ),
                application: EchoApplication()
            ),
            configuration: QUICTransportConfiguration(
                bindAddress: NetworkAddress(ipv4: 0x7F00_0001, port: 0),
                loopbackOnly: true,
                signingKey: key
            ),
            on: MultiThreadedEventLoopGroup.singleton.next(),
            offload: { executor.offload($0) },
            onOutput: onOutput
        )
    }

    @Test
    func aLineComesBack() async throws {
        let executor = CryptoExecutor(threadCount: 2)
        let (lines, continuation) = AsyncStream.makeStream(of: [UInt8].self, bufferingPolicy: .bufferingNewest(8))
        let server = try await Self.bind(executor) { _ in }
        let client = try await Self.bind(executor) { continuation.yield($0) }
        let line = Array("hello".utf8)
        #expect(client.post(.send(line, to: server.boundAddress)))
        for await echo in lines {
            #expect(echo == line)
            break
        }
        #expect(try await client.statistics().handshakesCompleted == 1)
        await client.close()
        await server.close()
        await executor.shutDown()
    }
}
