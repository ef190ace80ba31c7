// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import QUICCore

/// Dials one address again and again; every connection is closed as soon as its handshake is complete.
///
/// Without commands it is the server of such a run.
struct HandshakeApplication: EndpointApplication {
    struct Run: Sendable {
        let address: NetworkAddress
        let count: Int
        let concurrency: Int
        /// Whether connections stay instead of being closed as soon as they are established.
        var keepsConnections = false
    }

    struct Outcome: Sendable {
        var completedCount = 0
        var failedCount = 0
    }

    private var run: Run?
    private var startedCount = 0
    private var outcome = Outcome()
    private var open: Set<ConnectionHandle> = []
    private var outputs: [Outcome] = []

    var nextDeadline: Instant? { nil }

    mutating func handle(_ command: Run, endpoint: inout Endpoint, now: Instant) {
        self.run = command
        self.startedCount = 0
        self.outcome = Outcome()
        for _ in 0..<min(command.concurrency, command.count) { self.dial(endpoint: &endpoint, now: now) }
    }

    private mutating func dial(endpoint: inout Endpoint, now: Instant) {
        guard let run, self.startedCount < run.count else { return }
        self.startedCount += 1
        if let handle = try? endpoint.connect(to: run.address, serverName: "peer", now: now) {
            self.open.insert(handle)
        } else {
            self.ended(completed: false, endpoint: &endpoint, now: now)
        }
    }

    mutating func handle(
        _ event: ConnectionEvent,
        of handle: ConnectionHandle,
        endpoint: inout Endpoint,
        now: Instant
    ) {
        switch event {
        case .handshakeCompleted where self.open.remove(handle) != nil:
            if self.run?.keepsConnections != true {
                endpoint.update(handle) { $0.close(code: 0, reason: "", now: now) }
            }
            self.ended(completed: true, endpoint: &endpoint, now: now)
        case .closed where self.open.remove(handle) != nil:
            self.ended(completed: false, endpoint: &endpoint, now: now)
        default: break
        }
    }

    private mutating func ended(completed: Bool, endpoint: inout Endpoint, now: Instant) {
        if completed { self.outcome.completedCount += 1 } else { self.outcome.failedCount += 1 }
        if self.outcome.completedCount + self.outcome.failedCount == self.run?.count {
            self.run = nil
            self.outputs.append(self.outcome)
        } else {
            self.dial(endpoint: &endpoint, now: now)
        }
    }

    mutating func handleTimeout(endpoint: inout Endpoint, now: Instant) {}

    mutating func nextOutput() -> Outcome? { self.outputs.isEmpty ? nil : self.outputs.removeFirst() }
}
