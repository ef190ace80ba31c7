// SPDX-License-Identifier: MIT OR Apache-2.0

import Connectivity
import CryptoSuite
import Node
import Primitives
import QUICCore
import Simulation

/// Unpredictable only to those who do not know the seed.
struct SeededSecureRandom: SecureRandom {
    private var generator: SplitMix64

    init(seed: UInt64) { self.generator = SplitMix64(seed: seed) }

    mutating func bytes(_ byteCount: Int) -> [UInt8] {
        (0..<byteCount).map { _ in UInt8.random(in: .min ... .max, using: &self.generator) }
    }
}

/// A few nodes that speak `PeerExchange` over a simulated network.
struct SimulatedPeers {
    struct Peer {
        let id: PeerID
        var address: NetworkAddress
    }

    var network: PacketNetwork<PeerExchange>
    private(set) var peers: [Peer]
    private var lastRequest: UInt64 = 0
    private(set) var outputs: [(peer: Int, output: PeerOutput)] = []

    init(
        count: Int,
        seed: UInt64,
        conditions: PacketConditions = PacketConditions(),
        configure: (inout PeerExchangeConfiguration) -> Void = { _ in },
        configureEndpoint: (inout EndpointConfiguration) -> Void = { _ in }
    ) throws {
        var network = PacketNetwork<PeerExchange>(seed: seed, conditions: conditions)
        var peers: [Peer] = []
        for index in 0..<count {
            let key = try Self.key(index)
            let id = PeerID(publicKeyBytes: key.publicKey.bytes)
            let address = NetworkAddress(ipv4: 0x7F00_0001, port: UInt16(10_000 + index))
            var endpointConfiguration = EndpointConfiguration(
                connection: ConnectionConfiguration(localPublicKey: key.publicKey.bytes),
                resetKey: SecretBytes([UInt8](repeating: UInt8(index), count: 32))
            )
            configureEndpoint(&endpointConfiguration)
            var configuration = PeerExchangeConfiguration()
            configure(&configuration)
            let runtime = EndpointRuntime(
                endpoint: Endpoint(
                    configuration: endpointConfiguration,
                    random: SeededSecureRandom(seed: seed &* 31 &+ UInt64(index))
                ),
                application: PeerExchange(
                    localPeer: id,
                    configuration: configuration,
                    random: SeededSecureRandom(seed: seed &* 37 &+ UInt64(index))
                )
            )
            network.add(runtime, signingKey: key, at: address)
            peers.append(Peer(id: id, address: address))
        }
        self.network = network
        self.peers = peers
    }

    static func key(_ index: Int) throws -> MLDSA65PrivateKey {
        try MLDSA65PrivateKey(seed: SecretBytes([UInt8](repeating: UInt8(index + 1), count: 32)))
    }

    mutating func nextRequest() -> RequestID {
        self.lastRequest += 1
        return RequestID(self.lastRequest)
    }

    /// Gives a command to a node.
    mutating func command(_ peer: Int, _ make: (RequestID) -> PeerCommand) -> RequestID {
        let request = self.nextRequest()
        self.network.command(make(request), at: self.peers[peer].address)
        self.collect()
        return request
    }

    mutating func collect() {
        for (address, output) in self.network.takeOutputs() {
            self.outputs.append((Int(address.port) % 1000, output))
        }
    }

    /// A NAT device gives a node another address; the last three digits of the port stay.
    mutating func rebind(_ peer: Int, to address: NetworkAddress) {
        self.network.rebind(self.peers[peer].address, to: address)
        self.peers[peer].address = address
    }

    /// Runs for a span of virtual time, or until `condition` holds.
    @discardableResult
    mutating func run(_ span: Nanoseconds, until condition: (Self) -> Bool = { _ in false }) -> Bool {
        let deadline = self.network.now + span
        while !condition(self) {
            guard self.network.step(until: deadline) else { return condition(self) }
            self.collect()
        }
        return true
    }

    /// Dials and waits for the result.
    mutating func dial(_ from: Int, _ to: Int, expecting: PeerID? = nil) -> Result<PeerID, TransportError>? {
        let address = self.peers[to].address
        let request = self.command(from) { .dial($0, address, expecting: expecting) }
        self.run(.seconds(60)) { $0.dialResult(request) != nil }
        return self.dialResult(request)
    }

    func dialResult(_ request: RequestID) -> Result<PeerID, TransportError>? {
        for case (_, .dialCompleted(request, let result)) in self.outputs { return result }
        return nil
    }

    func probeResult(_ request: RequestID) -> Result<Nanoseconds, TransportError>? {
        for case (_, .probeCompleted(request, let result)) in self.outputs { return result }
        return nil
    }

    func sendResult(_ request: RequestID) -> Result<Void, TransportError>? {
        for case (_, .sendCompleted(request, let result)) in self.outputs { return result }
        return nil
    }

    /// The messages a node delivered, with their senders.
    func messages(at peer: Int) -> [(message: [UInt8], from: PeerID)] {
        self.outputs.compactMap { output in
            if output.peer == peer, case .message(let bytes, let from) = output.output { (bytes, from) } else { nil }
        }
    }

    /// Why connections of a node ended.
    func endings(at peer: Int) -> [CloseReason] {
        self.outputs.compactMap { output in
            if output.peer == peer, case .event(.disconnected(_, _, let reason)) = output.output {
                reason
            } else {
                nil
            }
        }
    }

    mutating func forgetOutputs() { self.outputs = [] }

    func runtime(_ peer: Int) -> EndpointRuntime<PeerExchange>? { self.network.node(self.peers[peer].address) }
}
