// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Synchronization

/// What the server counts about itself for `GET /metrics`.
final class ServerCounters: Sendable {
    struct Values: Sendable {
        var openConnections: UInt64 = 0
        var connectionsTotal: UInt64 = 0
        /// Over the cap: answered with 503 and closed.
        var connectionsRefused: UInt64 = 0
        /// Answers by status class, from 1xx to 5xx.
        var answers = [UInt64](repeating: 0, count: 5)
        /// Bodies that did not arrive in time.
        var slowBodies: UInt64 = 0
        /// Bytes that were no HTTP request.
        var malformedRequests: UInt64 = 0
    }

    private let state = Mutex(Values())

    var values: Values { self.state.withLock { $0 } }

    /// Counts a new connection and returns how many are open now.
    func opened() -> Int {
        self.state.withLock { values in
            values.openConnections += 1
            values.connectionsTotal += 1
            return Int(values.openConnections)
        }
    }

    func closed() { self.state.withLock { $0.openConnections -= 1 } }
    func refused() { self.state.withLock { $0.connectionsRefused += 1 } }
    func bodyWasSlow() { self.state.withLock { $0.slowBodies += 1 } }
    func requestWasMalformed() { self.state.withLock { $0.malformedRequests += 1 } }

    func answered(_ status: Int) {
        self.state.withLock { values in
            let index = status / 100 - 1
            if values.answers.indices.contains(index) { values.answers[index] += 1 }
        }
    }
}
