// SPDX-License-Identifier: MIT OR Apache-2.0

extension Endpoints {
    package static let groupDiagnostics = Endpoint<NoBody, GroupDiagnosticsResponse>(
        .get,
        "/diagnostics/groups",
        command: "diagnostics groups",
        .network,
        "Show the message counters of each group"
    )

    package static let execDiagnostics = Endpoint<NoBody, ExecDiagnosticsResponse>(
        .get,
        "/diagnostics/exec",
        command: "diagnostics exec",
        .exec,
        "Show the counters and the access list summary of remote commands"
    )
}

/// `GET /diagnostics/groups` (spec 11 §7.5).
package struct GroupDiagnosticsResponse: Codable, Hashable, Sendable {
    package struct Group: Codable, Hashable, Sendable {
        package let groupID: String

        enum CodingKeys: String, CodingKey {
            case groupID = "group_id"
        }
    }

    /// Sorted by group id; empty as long as this daemon knows no groups.
    package let groups: [Group]

    package init(groups: [Group] = []) {
        self.groups = groups
    }
}

/// `GET /diagnostics/exec` (spec 11 §7.5); never shows the contents of the access list.
package struct ExecDiagnosticsResponse: Codable, Hashable, Sendable {
    package struct Totals: Codable, Hashable, Sendable {
        package var requestsReceived: UInt64 = 0
        package var requestsAllowed: UInt64 = 0
        package var requestsDenied: UInt64 = 0
        package var sessionsStarted: UInt64 = 0
        package var sessionsCompleted: UInt64 = 0
        package var sessionsCancelled: UInt64 = 0
        package var auditWriteFailures: UInt64 = 0
        /// By reason.
        package var denialBreakdown: [String: UInt64] = [:]
        /// By stream: `stdout`, `stderr`.
        package var capBreaches: [String: UInt64] = [:]
        /// By kind.
        package var capWarnings: [String: UInt64] = [:]

        package init() {}

        enum CodingKeys: String, CodingKey {
            case requestsReceived = "requests_received"
            case requestsAllowed = "requests_allowed"
            case requestsDenied = "requests_denied"
            case sessionsStarted = "sessions_started"
            case sessionsCompleted = "sessions_completed"
            case sessionsCancelled = "sessions_cancelled"
            case auditWriteFailures = "audit_write_failures"
            case denialBreakdown = "denial_breakdown"
            case capBreaches = "cap_breaches"
            case capWarnings = "cap_warnings"
        }
    }

    package struct Warning: Codable, Hashable, Sendable {
        /// Unix milliseconds.
        package let at: UInt64
        package let kind: String

        enum CodingKeys: String, CodingKey {
            case at = "ts_unix_ms"
            case kind
        }
    }

    package struct AccessList: Codable, Hashable, Sendable {
        package var enabled = false
        package var loadedFrom = ""
        package var loadedAt: UInt64 = 0
        package var allowEntryCount: UInt64 = 0
        package var commandEntryCount: UInt64 = 0
        /// `acl_missing`, `missing_exec_section` or `exec_disabled`; absent when enabled.
        package var disabledReason: String?

        package init() {}

        enum CodingKeys: String, CodingKey {
            case enabled
            case loadedFrom = "loaded_from"
            case loadedAt = "loaded_at_unix_ms"
            case allowEntryCount = "allow_entry_count"
            case commandEntryCount = "command_entry_count"
            case disabledReason = "disabled_reason"
        }
    }

    package var enabled = false
    package var activeSessions: UInt64 = 0
    /// By agent id.
    package var activePerAgent: [String: UInt64] = [:]
    package var totals = Totals()
    package var recentWarnings: [Warning] = []
    package var accessList = AccessList()

    package init() {}

    enum CodingKeys: String, CodingKey {
        case enabled
        case activeSessions = "active_sessions"
        case activePerAgent = "active_per_agent"
        case totals
        case recentWarnings = "recent_warnings"
        case accessList = "acl_summary"
    }
}
