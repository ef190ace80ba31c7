// SPDX-License-Identifier: MIT OR Apache-2.0

import NIOCore
import NIOPosix

/// A TCP port of this machine that is taken.
enum LoopbackListener {
    /// Takes a free port.
    ///
    /// - Returns: The port, and what gives it back.
    static func hold() async throws -> (port: Int, release: @Sendable () async throws -> Void) {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0)
            .get()
        return (channel.localAddress?.port ?? 0, { try await channel.close() })
    }
}
