// SPDX-License-Identifier: MIT OR Apache-2.0

internal import FoundationEssentials
internal import NIOCore
internal import Synchronization
internal import X0XAPI

/// The whole answer to `GET /health`, head and body, rendered once per second and number of peers.
///
/// Supervisors and load balancers ask for it all the time; see ``HealthShortcut``.
final class HealthAnswer: Sendable {
    private struct Rendered {
        let second: Int64
        let uptimeSeconds: UInt64
        let peerCount: Int
        let bytes: ByteBuffer
    }

    private let agent: any AgentService
    private let state: ServerState
    private let version: String
    private let rendered = Mutex<Rendered?>(nil)

    init(agent: any AgentService, state: ServerState, version: String) {
        self.agent = agent
        self.state = state
        self.version = version
    }

    /// The body, also for the route.
    var body: HealthResponse {
        HealthResponse(
            status: "healthy",
            version: self.version,
            peers: UInt64(self.agent.connectedPeerCount),
            uptimeSeconds: self.state.uptimeSeconds
        )
    }

    /// The bytes of the answer now; nil when they cannot be rendered.
    var bytes: ByteBuffer? {
        let now = Int64(Date.now.timeIntervalSince1970)
        let (uptime, peers) = (self.state.uptimeSeconds, self.agent.connectedPeerCount)
        return self.rendered.withLock { rendered in
            if let last = rendered, last.second == now, last.uptimeSeconds == uptime, last.peerCount == peers {
                return last.bytes
            }
            // A body of two strings and two numbers always encodes; the ordinary route would say what is wrong.
            guard let bytes = try? self.render(at: now) else { return nil }
            rendered = Rendered(second: now, uptimeSeconds: uptime, peerCount: peers, bytes: bytes)
            return bytes
        }
    }

    private func render(at second: Int64) throws -> ByteBuffer {
        let body = try JSONReply.bytes(Success(self.body))
        let date = Date(timeIntervalSince1970: TimeInterval(second)).formatted(.http)
        var buffer = ByteBuffer(
            string: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n"
                + "Date: \(date)\r\nContent-Length: \(body.count)\r\n\r\n"
        )
        buffer.writeBytes(body)
        return buffer
    }
}
