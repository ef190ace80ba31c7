// SPDX-License-Identifier: MIT OR Apache-2.0

/// How the last attempt to connect to an agent ended, in `GET /agents/reachability/:agent_id`.
package struct DialAttemptRecord: Codable, Hashable, Sendable {
    /// An address that did not lead to the agent.
    package struct Failure: Codable, Hashable, Sendable {
        package let address: String
        /// For programs: `timed_out`, `wrong_peer`, `closed`, `address_not_allowed`, `overloaded` and the like.
        package let error: String
        /// For people.
        package let detail: String

        package init(address: String, error: String, detail: String) {
            self.address = address
            self.error = error
            self.detail = detail
        }
    }

    /// Unix milliseconds.
    package let at: UInt64
    /// The address that worked; null when none did.
    @Nullable package var connected: String?
    /// At most 8.
    package let failures: [Failure]

    package init(at: UInt64, connected: String?, failures: [Failure]) {
        self.at = at
        self.connected = connected
        self.failures = failures
    }

    enum CodingKeys: String, CodingKey {
        case at = "at_ms"
        case connected
        case failures
    }
}
