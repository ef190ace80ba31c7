// SPDX-License-Identifier: MIT OR Apache-2.0

extension Endpoints {
    package static let upgrade = Endpoint<NoBody, UpgradeResponse>(
        .get,
        "/upgrade",
        command: "upgrade",
        .upgrade,
        "Say whether a newer version is available"
    )

    package static let applyUpgrade = Endpoint<NoBody, ApplyUpgradeResponse>(
        .post,
        "/upgrade/apply",
        command: "upgrade --apply",
        .upgrade,
        "Install a newer version and restart"
    )
}

/// `GET /upgrade` (spec 11 §7.12).
package struct UpgradeResponse: Codable, Hashable, Sendable {
    package let isUpdateAvailable: Bool
    package let currentVersion: String
    /// The newer version; absent if there is none.
    package let version: String?
    /// Why no update was looked for; absent otherwise.
    package let reason: String?

    package init(isUpdateAvailable: Bool, currentVersion: String, version: String? = nil, reason: String? = nil) {
        self.isUpdateAvailable = isUpdateAvailable
        self.currentVersion = currentVersion
        self.version = version
        self.reason = reason
    }

    enum CodingKeys: String, CodingKey {
        case isUpdateAvailable = "update_available"
        case currentVersion = "current_version"
        case version
        case reason
    }
}

/// `POST /upgrade/apply` (spec 11 §7.12).
package struct ApplyUpgradeResponse: Codable, Hashable, Sendable {
    package let isApplied: Bool
    /// Why nothing was installed; absent otherwise.
    package let reason: String?
    package let currentVersion: String?

    package init(isApplied: Bool, reason: String?, currentVersion: String?) {
        self.isApplied = isApplied
        self.reason = reason
        self.currentVersion = currentVersion
    }

    enum CodingKeys: String, CodingKey {
        case isApplied = "applied"
        case reason
        case currentVersion = "current_version"
    }
}
