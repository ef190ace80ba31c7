// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Hummingbird
internal import Logging
internal import NIOCore

/// What Hummingbird knows about the connection of a request.
struct APIContext: InitializableFromSource, Sendable {
    let channel: any Channel
    /// Names the request in every line (`RequestID`).
    var logger: Logger

    init(source: ApplicationRequestContextSource) {
        self.channel = source.channel
        self.logger = source.logger
    }

    /// Whether the client runs on this machine.
    var isPeerLoopback: Bool {
        guard let address = self.channel.remoteAddress?.ipAddress else { return false }
        return address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
    }
}
