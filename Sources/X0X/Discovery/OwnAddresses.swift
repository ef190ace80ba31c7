// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Identity
internal import NIOCore
internal import NIOPosix
internal import Primitives

/// The addresses under which this node may be told to others (spec 01 §5.1).
///
/// Interfaces only, no probe sockets to resolvers elsewhere; observed addresses come with NAT traversal.
struct OwnAddresses: Sendable {
    /// What may be told.
    let policy: AddressPolicy
    /// The bound QUIC address.
    let bound: NetworkAddress

    init(bound: NetworkAddress, loopbackOnly: Bool) {
        self.bound = bound
        // A node bound to loopback is reachable on loopback only, whatever it was told.
        self.policy = loopbackOnly || bound.isLoopback ? .loopbackAllowed : .publicOnly
    }

    /// The addresses to advertise now, best first.
    func current() -> [NetworkAddress] {
        let candidates = self.bound.isUnspecified ? self.interfaceAddresses() : [self.bound]
        return self.policy.filter(candidates, limit: AnnouncementLimits.addressCountMax)
    }

    /// Global IPv4, other IPv4, global IPv6, other IPv6; with the bound port.
    private func interfaceAddresses() -> [NetworkAddress] {
        // A system that does not tell its interfaces leaves the list empty, which is a valid announcement.
        let devices = (try? System.enumerateDevices()) ?? []
        let addresses = devices.compactMap { device -> NetworkAddress? in
            guard let text = device.address?.ipAddress else { return nil }
            // A scope id, as in fe80::1%eth0, means link-local: never advertised.
            return NetworkAddress(host: text, port: self.bound.port)
        }
        return addresses.sorted { Self.rank($0) < Self.rank($1) }
    }

    private static func rank(_ address: NetworkAddress) -> Int {
        (address.family == .ipv4 ? 0 : 2) + (address.isGloballyRoutable ? 0 : 1)
    }
}
