// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives
internal import Synchronization

/// The few facts about the running server that its own answers contain.
final class ServerState: Sendable {
    private let configured: NetworkAddress
    private let bound = Mutex<NetworkAddress?>(nil)
    private let startedAt = ContinuousClock.now

    init(configured: NetworkAddress) {
        self.configured = configured
    }

    /// The address the server listens on; nil until it does.
    var boundAddress: NetworkAddress? { self.bound.withLock { $0 } }

    /// The address to show: the bound one, before that the configured one.
    var address: NetworkAddress { self.boundAddress ?? self.configured }

    var uptimeSeconds: UInt64 {
        UInt64(clamping: (ContinuousClock.now - self.startedAt).components.seconds)
    }

    func listening(on address: NetworkAddress) {
        self.bound.withLock { $0 = address }
    }
}
