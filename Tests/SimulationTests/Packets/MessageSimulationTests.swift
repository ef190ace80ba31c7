// SPDX-License-Identifier: MIT OR Apache-2.0

import Connectivity
import Node
import Primitives
import QUICCore
import Simulation
import Testing

/// Whole nodes over a simulated network.
@Suite(.timeLimit(.minutes(2)))
struct MessageSimulationTests {
    @Test
    func handshakeAndMessagesBothWays() throws {
        var peers = try SimulatedPeers(count: 2, seed: 1)
        #expect(peers.dial(0, 1) == .success(peers.peers[1].id))
        // The server is ready half a round trip after the client.
        peers.run(.milliseconds(100))
        let target = peers.peers[1].id
        let source = peers.peers[0].id
        let first = peers.command(0) { .send($0, [1, 2, 3], to: target) }
        let second = peers.command(1) { .send($0, [1, 9], to: source) }
        peers.run(.seconds(1)) { !$0.messages(at: 0).isEmpty && !$0.messages(at: 1).isEmpty }
        #expect(peers.messages(at: 1).map(\.message) == [[1, 2, 3]])
        #expect(peers.messages(at: 1).map(\.from) == [source])
        #expect(peers.messages(at: 0).map(\.message) == [[1, 9]])
        #expect(throws: Never.self) { try peers.sendResult(first)?.get() }
        #expect(peers.sendResult(second) != nil)
    }

    @Test
    func spec02_check39_tenThousandMessagesOverALossyReorderingNetwork() throws {
        let conditions = PacketConditions(
            latency: .milliseconds(5),
            jitter: .milliseconds(4),
            lossProbability: 0.01,
            duplicationProbability: 0.005
        )
        var peers = try SimulatedPeers(count: 2, seed: 39, conditions: conditions)
        let target = peers.peers[1].id
        try #require(peers.dial(0, 1) == .success(target))
        peers.run(.milliseconds(100))
        peers.forgetOutputs()
        let count = 10_000
        var sent = 0
        var completed = 0
        var seen = [Int](repeating: 0, count: count)
        var received = 0
        while received < count {
            // As many as the queue takes, like a caller that waits for its sends.
            while sent < count, sent - completed < 512 {
                let number = sent
                let message =
                    [1, 0, 0, UInt8(number >> 8), UInt8(number & 0xFF)]
                    + [UInt8](repeating: UInt8(number & 0xFF), count: 1019)
                _ = peers.command(0) { .send($0, message, to: target) }
                sent += 1
            }
            let isProgressing = peers.run(.seconds(30)) { !$0.outputs.isEmpty }
            try #require(isProgressing, "stuck after \(received) messages")
            for (_, output) in peers.outputs {
                switch output {
                case .sendCompleted(_, let result):
                    try result.get()
                    completed += 1
                case .message(let bytes, _):
                    let number = Int(bytes[3]) << 8 | Int(bytes[4])
                    #expect(bytes.count == 1024 && bytes.dropFirst(5).allSatisfy { $0 == UInt8(number & 0xFF) })
                    seen[number] += 1
                    received += 1
                default: Issue.record("unexpected output \(output)")
                }
            }
            peers.forgetOutputs()
        }
        #expect(seen.allSatisfy { $0 == 1 })
        #expect(peers.network.statistics.datagramsLost > 50)
        peers.run(.seconds(2))
        for index in 0..<2 {
            let endpoint = try #require(peers.runtime(index)?.inspectedEndpoint)
            #expect(endpoint.connectionCount == 1)
            for connection in endpoint.connections {
                #expect(connection.bytesInFlight == 0)
                #expect(connection.heldByteCount == 0)
                #expect(connection.streamCount == 0)
            }
        }
    }
}
