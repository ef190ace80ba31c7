// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Foundation
internal import ServiceLifecycle
internal import X0X

/// Starts the shutdown that an API client asks for, and bounds every shutdown.
///
/// The last service of the group, so the first to hear of a shutdown: it ends the event feeds, which ends the streams the
/// server would otherwise wait for.
struct ShutdownTrigger: Service {
    let agent: Agent
    let dataDirectory: String

    /// After this long the process ends the hard way (spec 11 §1, spec 13 §2.3).
    private static let limitSeconds = 4.5

    func run() async throws {
        await withGracefulShutdownHandler {
            await cancelWhenGracefulShutdown { await self.agent.shutdownRequested() }
        } onGracefulShutdown: {
            self.agent.endFeeds()
            self.startWatchdog()
        }
    }

    /// Whatever hangs, the process is gone in time; what is acknowledged is on disk already.
    private func startWatchdog() {
        let portFile = PortFile.path(in: self.dataDirectory)
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: Self.limitSeconds)
            // The file is stale from now on; a failure to remove it only leaves it stale.
            try? FileManager.default.removeItem(atPath: portFile)
            exit(0)
        }
    }
}
