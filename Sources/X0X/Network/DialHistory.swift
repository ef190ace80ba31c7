// SPDX-License-Identifier: MIT OR Apache-2.0

package import Node
package import Primitives
internal import Synchronization

/// How the last attempt to reach an agent or a machine ended, address by address.
package struct DialAttempt: Equatable, Sendable {
    /// One address that did not lead to the peer.
    package struct Failure: Equatable, Sendable {
        /// What was dialled.
        package let address: NetworkAddress
        /// Why it failed; `timedOut` also when the caller's own limit passed.
        package let error: TransportError

        /// Creates the record.
        package init(address: NetworkAddress, error: TransportError) {
            self.address = address
            self.error = error
        }
    }

    /// When the attempt ended.
    package let at: UnixMillis
    /// The address that worked; `nil` when none did.
    package let connected: NetworkAddress?
    /// The addresses that did not, in the order in which they gave up; at most 8.
    package let failures: [Failure]

    /// Creates the record.
    package init(at: UnixMillis, connected: NetworkAddress?, failures: [Failure]) {
        self.at = at
        self.connected = connected
        self.failures = failures
    }
}

/// The last attempt per agent and per machine; the oldest is forgotten when there are too many.
final class DialHistory: Sendable {
    /// Whom somebody tried to reach.
    enum Target: Hashable, Sendable {
        case agent(AgentID)
        case machine(MachineID)
    }

    /// Attempts remembered.
    static let countMax = 1024

    private let attempts = Mutex<[Target: DialAttempt]>([:])  // ≤ countMax

    func note(_ attempt: DialAttempt, to target: Target) {
        self.attempts.withLock { attempts in
            attempts[target] = attempt
            guard attempts.count > Self.countMax else { return }
            let oldest = attempts.min { $0.value.at.milliseconds < $1.value.at.milliseconds }
            if let oldest { attempts[oldest.key] = nil }
        }
    }

    /// The newest attempt to any of the targets.
    func last(of targets: [Target]) -> DialAttempt? {
        self.attempts.withLock { attempts in
            targets.compactMap { attempts[$0] }.max { $0.at.milliseconds < $1.at.milliseconds }
        }
    }
}
