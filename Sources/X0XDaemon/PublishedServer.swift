// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Foundation
internal import ServiceLifecycle
internal import X0XServer

/// The API server, and the end of its port file (spec 13 §2.3).
///
/// The file goes with the server and before the agent gives the data directory free: afterwards it may already be that of
/// the next daemon.
struct PublishedServer: Service {
    let server: APIServer
    let dataDirectory: String

    func run() async throws {
        // A file that cannot be removed is stale, and clients find out.
        defer { try? FileManager.default.removeItem(atPath: PortFile.path(in: self.dataDirectory)) }
        try await self.server.run()
    }
}
