// SPDX-License-Identifier: MIT OR Apache-2.0

extension PlannedRoutes {
    static let upgrade: [Route] = [
        Route(planned: .get, "/upgrade", command: "upgrade", .upgrade, "Say whether a newer version is available"),
        Route(
            planned: .post,
            "/upgrade/apply",
            command: "upgrade --apply",
            .upgrade,
            "Install a newer version and restart"
        ),
    ]
}
