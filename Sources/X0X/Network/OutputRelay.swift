// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Connectivity
internal import Synchronization

/// Bridges the moment between binding the socket and knowing the network that wants its outputs.
///
/// Outputs that come earlier wait here; it is one kernel buffer of datagrams at most, so the cap is never met by honest
/// peers, and what exceeds it is dropped: those connections time out.
final class OutputRelay: Sendable {
    private struct State {
        var network: PeerNetwork?
        var early: [PeerOutput] = []  // ≤ earlyCountMax
    }

    private static let earlyCountMax = 1024
    private let state = Mutex(State())

    /// Takes one output; on the transport's thread.
    func handle(_ output: PeerOutput) {
        let network: PeerNetwork? = self.state.withLock { state in
            if state.network == nil, state.early.count < Self.earlyCountMax { state.early.append(output) }
            return state.network
        }
        network?.handle(output)
    }

    /// Hands over what has come so far and everything from now on.
    func attach(_ network: PeerNetwork) {
        while true {
            let early = self.state.withLock { state in
                defer { state.early.removeAll() }
                if state.early.isEmpty { state.network = network }
                return state.early
            }
            guard !early.isEmpty else { return }
            for output in early { network.handle(output) }
        }
    }
}
