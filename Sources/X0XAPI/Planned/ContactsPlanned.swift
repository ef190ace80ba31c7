// SPDX-License-Identifier: MIT OR Apache-2.0

extension PlannedRoutes {
    static let contacts: [Route] = [
        Route(
            planned: .post,
            "/contacts/:agent_id/revoke",
            command: "contacts revoke",
            .contacts,
            body: .json,
            "Revoke an agent for good"
        ),
        Route(
            planned: .get,
            "/contacts/:agent_id/revocations",
            command: "contacts revocations",
            .contacts,
            "List the revocations of an agent"
        ),
    ]
}
