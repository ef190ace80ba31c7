// SPDX-License-Identifier: MIT OR Apache-2.0

import Connectivity
import Node
import Primitives
import Synchronization
import Testing

/// The shell: callers wait, commands go down, answers find their caller.
@Suite(.timeLimit(.minutes(1)))
struct PeerNetworkTests {
    private static let peer = PeerID(words: Words32(1, 1, 1, 1))
    private static let address = NetworkAddress(ipv4: 0x7F00_0001, port: 7)

    /// Answers every command at once, as the exchange would.
    private final class Responder: Sendable {
        private let network = Mutex<PeerNetwork?>(nil)
        let commands = Mutex<[String]>([])
        let accepts: Bool

        init(accepts: Bool = true) { self.accepts = accepts }

        func attach(_ network: PeerNetwork) { self.network.withLock { $0 = network } }

        func post(_ command: PeerCommand) -> Bool {
            guard self.accepts, let network = self.network.withLock({ $0 }) else { return false }
            switch command {
            case .dial(let request, _, let expected):
                network.handle(.dialCompleted(request, expected.map(Result.success) ?? .failure(.timedOut)))
            case .send(let request, let bytes, to: let peer, within: _):
                network.handle(.message(bytes, from: peer))
                network.handle(.sendCompleted(request, .success(())))
            case .sendAcknowledged(let request, _, _, _):
                network.handle(.acknowledgedSendCompleted(request, .failure(.timedOut)))
            case .probe(let request, _, let timeout): network.handle(.probeCompleted(request, .success(timeout)))
            case .snapshot(let request): network.handle(.snapshot(request, []))
            case .shutDown(let request): network.handle(.shutDownCompleted(request))
            case .disconnect, .stopDelivery: self.commands.withLock { $0.append("\(command)") }
            }
            return true
        }
    }

    private static func network(
        _ responder: Responder,
        received: @escaping @Sendable ([UInt8]) -> Void = { _ in }
    )
        -> PeerNetwork
    {
        let network = PeerNetwork(
            localPeerID: self.peer,
            boundAddresses: [self.address],
            post: { responder.post($0) },
            onMessage: { bytes, _ in received(bytes) },
            onEvent: { _ in }
        )
        responder.attach(network)
        return network
    }

    @Test
    func answersFindTheirCallers() async throws {
        let received = Mutex<[[UInt8]]>([])
        let responder = Responder()
        let network = Self.network(responder) { bytes in received.withLock { $0.append(bytes) } }
        #expect(try await network.dial(Self.address, expecting: Self.peer) == Self.peer)
        await #expect(throws: TransportError.timedOut) { try await network.dial(Self.address, expecting: nil) }
        try await network.send([1, 2], to: Self.peer)
        #expect(received.withLock { $0 } == [[1, 2]])
        #expect(try await network.probe(Self.peer, timeout: .seconds(2)) == .seconds(2))
        await #expect(throws: AcknowledgementError.timedOut) {
            try await network.sendAcknowledged([1], to: Self.peer, timeout: .seconds(1))
        }
        #expect(await network.connectedPeers() == [])
        await network.disconnect(Self.peer)
        network.stopDelivery()
        #expect(responder.commands.withLock { $0.count } == 2)
        await network.shutDown()
    }

    @Test
    func aFullMailboxFailsCallersAtOnce() async {
        let network = Self.network(Responder(accepts: false))
        await #expect(throws: TransportError.overloaded) { try await network.dial(Self.address, expecting: nil) }
        await #expect(throws: TransportError.overloaded) { try await network.send([1], to: Self.peer) }
        await #expect(throws: TransportError.overloaded) {
            try await network.probe(Self.peer, timeout: .seconds(1))
        }
        #expect(await network.connectedPeers() == [])
        await network.shutDown()
    }

    @Test
    func concurrentCallersGetTheirOwnAnswers() async throws {
        let network = Self.network(Responder())
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 1...200 as ClosedRange<Int64> {
                group.addTask {
                    try await network.probe(Self.peer, timeout: Nanoseconds(number)) == Nanoseconds(number)
                }
            }
            for try await isOwn in group { #expect(isOwn) }
        }
    }
}
