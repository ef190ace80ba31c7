// SPDX-License-Identifier: MIT OR Apache-2.0

import X0XAPI
import X0XClient

/// One of the three agents: a running daemon whose identity is known.
struct DemoDaemon: Sendable {
    let process: DaemonProcess
    let agentID: String
    let machineID: String

    var name: String { self.process.launch.name }
    var client: X0XClient { self.process.client }

    /// The first 8 digits of the agent id, enough to recognise it in a transcript.
    var shortAgentID: String { String(self.agentID.prefix(8)) }

    /// Waits until the daemon of `process` answers and asks who it is.
    init(_ process: DaemonProcess, within limit: Duration) async throws {
        try await process.waitUntilHealthy(within: limit)
        let agent = try await process.client.agent()
        self.process = process
        self.agentID = agent.agentID
        self.machineID = agent.machineID
    }

    /// How to talk to this daemon from a shell after the demo.
    var instructions: String {
        let address = (try? self.client.endpoint().baseURL) ?? "?"  // the daemon has just stopped: nothing to reach
        let directory = self.process.locator.dataDirectory
        let identifier = self.process.child.processIdentifier
        return """
              \(self.name) (pid \(identifier)), log \(self.process.launch.logPath)
                x0x --api \(address) --data-dir \(directory) status
            """
    }
}
