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
        /// The head without its request id and its end.
        let head: ByteBuffer
        let body: ByteBuffer
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

    /// Appends the whole answer to a buffer; false when it cannot be rendered.
    func write(to buffer: inout ByteBuffer, requestID: String) -> Bool {
        guard let rendered = self.current else { return false }
        buffer.writeImmutableBuffer(rendered.head)
        buffer.writeStaticString("X-Request-Id: ")
        buffer.writeString(requestID)
        buffer.writeStaticString("\r\n\r\n")
        buffer.writeImmutableBuffer(rendered.body)
        return true
    }

    private var current: Rendered? {
        let now = Int64(Date.now.timeIntervalSince1970)
        let (uptime, peers) = (self.state.uptimeSeconds, self.agent.connectedPeerCount)
        return self.rendered.withLock { rendered in
            if let last = rendered, last.second == now, last.uptimeSeconds == uptime, last.peerCount == peers {
                return last
            }
            // A body of two strings and two numbers always encodes; the ordinary route would say what is wrong.
            guard let body = try? JSONReply.bytes(Success(self.body)) else { return nil }
            let head =
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n"
                + "Date: \(HTTPDate.text(unixSeconds: now))\r\nContent-Length: \(body.count)\r\n"
            let new = Rendered(
                second: now,
                uptimeSeconds: uptime,
                peerCount: peers,
                head: ByteBuffer(string: head),
                body: ByteBuffer(bytes: body)
            )
            rendered = new
            return new
        }
    }
}
