// SPDX-License-Identifier: MIT OR Apache-2.0

internal import NIOCore
internal import NIOPosix
internal import Primitives

/// Finds out whether a TCP port can be had.
enum PortProbe {
    /// Binds the address and lets go of it again.
    static func isFree(_ address: NetworkAddress) async -> Bool {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        do {
            let channel = try await bootstrap.bind(host: address.host, port: Int(address.port)).get()
            try await channel.close()
            return true
        } catch {
            // Taken, or not an address of this machine: in both cases the daemon could not have it.
            return false
        }
    }
}
