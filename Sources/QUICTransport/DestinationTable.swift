// SPDX-License-Identifier: MIT OR Apache-2.0

internal import NIOCore
internal import Primitives

/// Decides where a datagram may go, and converts addresses for the socket.
struct DestinationTable {
    /// What to do with a datagram.
    enum Route {
        /// Send it; the one before went to the same place.
        case known(SocketAddress)
        /// Send it and watch whether it can be sent at all.
        case fresh(SocketAddress)
        /// Not loopback, but only loopback is allowed.
        case blocked
        /// Another address family than the socket's, or an address that failed a moment ago.
        case unreachable
    }

    /// How long an address that could not be sent to is left alone; a failed write may cost the whole socket.
    static let failureLifetime = Nanoseconds.seconds(5)
    /// Failed addresses remembered at once; the oldest is forgotten first.
    static let failureCountMax = 256

    private let isIPv6Socket: Bool
    private let loopbackOnly: Bool
    private var last: (address: NetworkAddress, socketAddress: SocketAddress)?
    private var failures = ExpiringCache<NetworkAddress, Bool>(
        capacity: Self.failureCountMax,
        lifetime: Self.failureLifetime
    )

    init(isIPv6Socket: Bool, loopbackOnly: Bool) {
        self.isIPv6Socket = isIPv6Socket
        self.loopbackOnly = loopbackOnly
    }

    /// Datagrams come in runs to one destination, so that the last conversion mostly serves again.
    mutating func route(_ destination: NetworkAddress, now: Instant) -> Route {
        if let last, last.address == destination { return .known(last.socketAddress) }
        guard destination.isLoopback || !self.loopbackOnly else { return .blocked }
        guard self.isIPv6Socket || destination.family == .ipv4, !self.failures.contains(destination, now: now),
            // The bytes come from an address, so that the conversion cannot fail.
            let converted = try? SocketAddress(destination, mappedToIPv6: self.isIPv6Socket)
        else { return .unreachable }
        self.last = (destination, converted)
        return .fresh(converted)
    }

    /// A datagram could not be sent there.
    mutating func failed(_ destination: NetworkAddress, now: Instant) {
        self.failures.insert(true, for: destination, now: now)
        if self.last?.address == destination { self.last = nil }
    }
}
