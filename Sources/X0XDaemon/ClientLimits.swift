// SPDX-License-Identifier: MIT OR Apache-2.0

internal import X0XServer

/// The keys about how many clients of the API there may be; the table of keys has checked their ranges.
package struct ClientLimits: Equatable, Sendable {
    /// `api_connection_limit`.
    package var connectionCountMax: Int
    /// `api_event_stream_limit`.
    package var eventStreamCountMax: Int
    /// `api_websocket_limit`.
    package var webSocketCountMax: Int

    init(_ file: ConfigurationFile) {
        let standard = RequestLimits()
        self.connectionCountMax = file.apiConnectionLimit ?? standard.connectionCountMax
        self.eventStreamCountMax = file.apiEventStreamLimit ?? standard.eventStreamCountMax
        self.webSocketCountMax = file.apiWebSocketLimit ?? standard.webSockets.sessionCountMax
    }

    /// Descriptors the daemon needs beside those of API clients: database, log, sockets, peers.
    private static let otherDescriptorCount = 256

    /// Lowers the cap on connections to what the process may open.
    ///
    /// - Parameter descriptorCountMax: Descriptors the process may open; nil when that is not known.
    /// - Returns: A warning when the cap was lowered.
    mutating func fit(_ descriptorCountMax: Int?) -> String? {
        guard let descriptorCountMax else { return nil }
        let room = max(8, descriptorCountMax - Self.otherDescriptorCount)
        guard room < self.connectionCountMax else { return nil }
        defer { self.connectionCountMax = room }
        return "this process may open \(descriptorCountMax) files: at most \(room) API connections instead of "
            + "\(self.connectionCountMax); raise the limit of open files (LimitNOFILE, ulimit -n)"
    }

    /// Descriptors that all connections need.
    var descriptorCount: Int { self.connectionCountMax + Self.otherDescriptorCount }
}

extension RequestLimits {
    /// The limits of the server with those of the configuration.
    init(_ clients: ClientLimits) {
        self.init()
        self.connectionCountMax = clients.connectionCountMax
        self.eventStreamCountMax = clients.eventStreamCountMax
        self.webSockets.sessionCountMax = clients.webSocketCountMax
    }
}
