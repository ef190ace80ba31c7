// SPDX-License-Identifier: MIT OR Apache-2.0

import Connectivity
import CryptoSuite
import Foundation
import NIOCore
import NIOPosix
import Node
import Primitives
import QUICCore
import QUICTransport
import Synchronization
import Testing

/// Resident memory of this process: the second field of `statm`, in pages of 4 KiB.
func residentByteCount() throws -> Int {
    let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    return try #require(Int(fields[1])) * 4096
}

/// Connects wherever it is told to and reports what happens.
struct BluntDialler: EndpointApplication {
    private var outputs: [String] = []
    var nextDeadline: Instant? { nil }

    mutating func handle(
        _ event: ConnectionEvent,
        of handle: ConnectionHandle,
        endpoint: inout Endpoint,
        now: Instant
    ) {
        switch event {
        case .handshakeCompleted: self.outputs.append("established")
        case .closed(let end): self.outputs.append("closed: \(end)")
        default: break
        }
    }

    mutating func handle(_ command: NetworkAddress, endpoint: inout Endpoint, now: Instant) {
        _ = try? endpoint.connect(to: command, serverName: "peer", now: now)
    }

    mutating func handleTimeout(endpoint: inout Endpoint, now: Instant) {}

    mutating func nextOutput() -> String? { self.outputs.isEmpty ? nil : self.outputs.removeFirst() }
}

@Suite(.timeLimit(.minutes(1))) struct HostileSocketTests {
    @Test func garbageIsCountedAndTheEndpointLivesOn() async throws {
        try await LoopbackNode.withPair { first, second in
            _ = try await first.network.dial(second.address, expecting: second.peerID)
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let socket = try await DatagramBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
            let target = try SocketAddress(ipAddress: "127.0.0.1", port: Int(second.address.port))
            var random = SplitMix64(seed: 5)
            for index in 0..<500 {
                var bytes = (0..<Int.random(in: 0...1_400, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                // A third look like long headers of version 1, a third like short ones.
                if index % 3 == 1, bytes.count > 5 { bytes.replaceSubrange(0..<5, with: [0xC3, 0, 0, 0, 1]) }
                if index % 3 == 2, !bytes.isEmpty { bytes[0] = bytes[0] & 0x3F | 0x40 }
                let envelope = AddressedEnvelope(remoteAddress: target, data: ByteBuffer(bytes: bytes))
                try await socket.writeAndFlush(envelope)
            }
            let isCounted = try await eventually {
                let statistics = try await second.transport.inspect { $0.statistics }
                let refused =
                    statistics.malformedDatagrams + statistics.unknownConnectionIDs + statistics.rejectedInitials
                    + statistics.refusedConnections + statistics.versionNegotiationsSent + statistics.packetsDropped
                return statistics.datagramsReceived > 500 && refused >= 300
            }
            #expect(isCounted)
            #expect(try await second.transport.inspect { $0.inspectedEndpoint.connectionCount } == 1)
            try await first.network.send([0, 9], to: second.peerID)
            #expect(await second.nextMessage()?.bytes == [0, 9])
            try await socket.close()
            try await group.shutdownGracefully()
        }
    }

    /// The system refuses to send to port 0, and the event loop library closes the socket for it.
    @Test func anUnsendableDatagramNeverEndsTheDriver() async throws {
        let key = try MLDSA65PrivateKey()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let executor = CryptoExecutor(threadCount: 1)
        let outputs = Lane<String>(capacity: 100, overflow: .dropNewest)
        let transport = try await QUICTransport.bind(
            EndpointRuntime(
                endpoint: Endpoint(
                    configuration: EndpointConfiguration(
                        connection: ConnectionConfiguration(localPublicKey: key.publicKey.bytes),
                        resetKey: .random(byteCount: 32)
                    ),
                    random: SystemSecureRandom()
                ),
                application: BluntDialler()
            ),
            configuration: QUICTransportConfiguration(
                bindAddress: LoopbackNode.loopback,
                loopbackOnly: true,
                signingKey: key
            ),
            on: group.next(),
            offload: { executor.offload($0) },
            onOutput: { outputs.offer($0) }
        )
        let server = try await LoopbackNode.open()
        #expect(transport.post(NetworkAddress(ipv4: 0x7F00_0001, port: 0)))
        let isReopened = try await eventually { try await transport.socketStatistics().reopenedSockets >= 1 }
        #expect(isReopened)
        #expect(try await transport.socketStatistics().transientErrors >= 1)
        #expect(transport.post(NetworkAddress(ipv6High: 0, low: 1, port: 9)), "no IPv6 from an IPv4 socket")
        #expect(transport.post(NetworkAddress(ipv4: 0xC000_0201, port: 9)), "not loopback")
        let isRefused = try await eventually {
            let statistics = try await transport.socketStatistics()
            return statistics.unreachableDestinations >= 1 && statistics.blockedDestinations >= 1
        }
        #expect(isRefused)
        #expect(transport.post(server.address))
        for await output in outputs {
            #expect(output == "established")
            break
        }
        await transport.close()
        try await server.close()
        await executor.shutDown()
        try await group.shutdownGracefully()
    }

    @Test func aFullExecutorFailsTheHandshakeAtOnceAndIsCounted() async throws {
        let busy = try await LoopbackNode.open(offload: { _ in false })
        let other = try await LoopbackNode.open()
        await #expect(throws: TransportError.self) {
            try await busy.network.dial(other.address, expecting: other.peerID)
        }
        #expect(try await busy.transport.socketStatistics().refusedCryptoRequests == 1)
        try await busy.close()
        try await other.close()
    }

    @Test func onlyLoopbackCanBeBoundOrDialled() async throws {
        await #expect(throws: QUICTransportError.self) {
            try await LoopbackNode.open(at: NetworkAddress(ipv4: 0, port: 0))
        }
        let node = try await LoopbackNode.open()
        await #expect(throws: TransportError.addressNotAllowed) {
            try await node.network.dial(NetworkAddress(ipv4: 0xC000_0201, port: 9), expecting: nil)
        }
        try await node.close()
    }

    @Test func aTakenPortIsAnError() async throws {
        let node = try await LoopbackNode.open()
        await #expect(throws: QUICTransportError.self) { try await LoopbackNode.open(at: node.address) }
        try await node.close()
    }
}

@Suite(.timeLimit(.minutes(1))) struct CryptoExecutorTests {
    @Test func workBeyondTheBoundIsRefusedAndCounted() async throws {
        let executor = CryptoExecutor(threadCount: 1, queuedCountMax: 3)
        let gate = DispatchSemaphore(value: 0)
        let ran = Atomic<Int>(0)
        var accepted = 0
        for _ in 0..<10
        where executor.offload({
            gate.wait()
            ran.add(1, ordering: .relaxed)
        }) { accepted += 1 }
        #expect(accepted == 3)
        #expect(executor.refusedTotal == 7)
        for _ in 0..<3 { gate.signal() }
        let isDone = try await eventually { ran.load(ordering: .relaxed) == 3 }
        #expect(isDone)
        // The count goes down right after the work.
        let answered = try await eventually { await executor.run { 5 } == 5 }
        #expect(answered)
        await executor.shutDown()
        #expect(await executor.run { 5 } == nil)
    }
}
