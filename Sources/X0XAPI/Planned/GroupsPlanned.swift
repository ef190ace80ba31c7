// SPDX-License-Identifier: MIT OR Apache-2.0

extension PlannedRoutes {
    static let groups: [Route] = [
        Route(planned: .post, "/mls/groups", command: "groups create", .groups, body: .json, "Create a raw MLS group"),
        Route(planned: .get, "/mls/groups", command: "groups list", .groups, "List the raw MLS groups"),
        Route(planned: .get, "/mls/groups/:id", command: "groups get", .groups, "Show a raw MLS group"),
        Route(
            planned: .post,
            "/mls/groups/:id/members",
            command: "groups add-member",
            .groups,
            body: .json,
            "Add a member to a raw MLS group"
        ),
        Route(
            planned: .delete,
            "/mls/groups/:id/members/:agent_id",
            command: "groups remove-member",
            .groups,
            "Remove a member from a raw MLS group"
        ),
        Route(
            planned: .post,
            "/mls/groups/:id/encrypt",
            command: "groups encrypt",
            .groups,
            body: .json,
            "Encrypt for the members of a raw MLS group"
        ),
        Route(
            planned: .post,
            "/mls/groups/:id/decrypt",
            command: "groups decrypt",
            .groups,
            body: .json,
            "Decrypt what a member of a raw MLS group encrypted"
        ),
        Route(
            planned: .post,
            "/mls/groups/:id/welcome",
            command: "groups welcome",
            .groups,
            body: .json,
            "Make the welcome message for a new member"
        ),
    ]
}
