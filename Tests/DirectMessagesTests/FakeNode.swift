// SPDX-License-Identifier: MIT OR Apache-2.0

import DirectMessages
import Node
import Primitives
import Synchronization
import Trust

/// A transport that enforces the real rules: only connected peers take messages, nothing over the limit.
final class FakeTransport: PeerTransport {
    let localPeerID = PeerID(words: Words32(7, 7, 7, 7))
    let boundAddresses: [NetworkAddress] = []

    private struct State {
        var connected: Set<PeerID> = []
        var sent: [(bytes: [UInt8], peer: PeerID)] = []
        var isHeld = false
        var held: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Mutex(State())

    var sent: [(bytes: [UInt8], peer: PeerID)] { self.state.withLock { $0.sent } }
    var heldCount: Int { self.state.withLock { $0.held.count } }

    func connect(_ peer: PeerID) { self.state.withLock { _ = $0.connected.insert(peer) } }
    func lose(_ peer: PeerID) { self.state.withLock { _ = $0.connected.remove(peer) } }

    /// Sends wait from now on, until `release()`.
    func hold() { self.state.withLock { $0.isHeld = true } }

    func release() {
        let held = self.state.withLock { state in
            state.isHeld = false
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    func dial(_ address: NetworkAddress, expecting expected: PeerID?) async throws(TransportError) -> PeerID {
        throw .timedOut
    }

    func send(_ message: [UInt8], to peer: PeerID, within limit: Nanoseconds?) async throws(TransportError) {
        guard message.count <= MessageLimits.messageByteCountMax else {
            throw .messageTooLarge(byteCount: message.count, limit: MessageLimits.messageByteCountMax)
        }
        await withCheckedContinuation { continuation in
            let isHeld = self.state.withLock { state in
                if state.isHeld { state.held.append(continuation) }
                return state.isHeld
            }
            if !isHeld { continuation.resume() }
        }
        let isConnected = self.state.withLock { state in
            guard state.connected.contains(peer) else { return false }
            state.sent.append((message, peer))
            return true
        }
        guard isConnected else { throw .notConnected }
    }

    func probe(_ peer: PeerID, timeout: Nanoseconds) async throws(TransportError) -> Nanoseconds {
        guard self.state.withLock({ $0.connected.contains(peer) }) else { throw .notConnected }
        return .milliseconds(3)
    }

    func connectedPeers() async -> [ConnectedPeer] { [] }
    func disconnect(_ peer: PeerID) async { self.lose(peer) }
}

/// Discovery and contacts as tables.
final class FakeDirectory: DirectDirectory {
    struct State {
        var locations: [AgentID: AgentLocation] = [:]
        var decisions: [AgentID: TrustDecision] = [:]
        var connectable: [AgentID: MachineID] = [:]
        var connectCalls = 0
    }
    let state = Mutex(State())

    func location(of agent: AgentID) -> AgentLocation? { self.state.withLock { $0.locations[agent] } }

    func verdict(on path: TrustPath, agent: AgentID, machine: MachineID?, isVerified: Bool) -> TrustVerdict {
        self.state.withLock { path.verdict($0.decisions[agent] ?? .unknown, level: .unknown, isVerified: isVerified) }
    }

    func isBlocked(_ agent: AgentID) -> Bool { self.state.withLock { $0.decisions[agent] == .rejectBlocked } }

    func connect(to agent: AgentID, within limit: Nanoseconds) async -> MachineID? {
        self.state.withLock { state in
            state.connectCalls += 1
            return state.connectable[agent]
        }
    }
}
