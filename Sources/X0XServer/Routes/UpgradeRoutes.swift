// SPDX-License-Identifier: MIT OR Apache-2.0

internal import X0XAPI

/// `/upgrade…` (spec 11 §7.12).
///
/// No release key is configured, so nothing is ever asked of anybody and nothing is installed.
extension APIRoutes {
    var upgrade: [MountedRoute] {
        let reason = "updates disabled"
        return [
            Endpoints.upgrade.answered { _ in
                .ok(
                    UpgradeResponse(
                        isUpdateAvailable: false,
                        currentVersion: self.configuration.version,
                        reason: reason
                    )
                )
            },
            Endpoints.applyUpgrade.answered { _ in
                .ok(
                    ApplyUpgradeResponse(
                        isApplied: false,
                        reason: reason,
                        currentVersion: self.configuration.version
                    )
                )
            },
        ]
    }
}
