// SPDX-License-Identifier: MIT OR Apache-2.0

extension PlannedRoutes {
    static let namedGroups: [Route] = [
        Route(planned: .post, "/groups", command: "group create", .namedGroups, body: .json, "Create a group"),
        Route(planned: .get, "/groups", command: "group list", .namedGroups, "List the groups known here"),
        Route(
            planned: .get,
            "/groups/:id",
            command: "group info",
            .namedGroups,
            "Show a group with its policy and members"
        ),
        Route(
            planned: .patch,
            "/groups/:id",
            command: "group update",
            .namedGroups,
            body: .json,
            "Change a group's name or description"
        ),
        Route(
            planned: .delete,
            "/groups/:id",
            command: "group leave",
            .namedGroups,
            "Leave a group, or delete it as its creator"
        ),
        Route(
            planned: .get,
            "/groups/:id/members",
            command: "group members",
            .namedGroups,
            "List the members of a group"
        ),
        Route(
            planned: .post,
            "/groups/:id/members",
            command: "group add-member",
            .namedGroups,
            body: .json,
            "Add a member to a group"
        ),
        Route(
            planned: .delete,
            "/groups/:id/members/:agent_id",
            command: "group remove-member",
            .namedGroups,
            "Remove a member from a group"
        ),
        Route(
            planned: .patch,
            "/groups/:id/members/:agent_id/role",
            command: "group set-role",
            .namedGroups,
            body: .json,
            "Change the role of a member"
        ),
        Route(
            planned: .post,
            "/groups/:id/send",
            command: "group send",
            .namedGroups,
            body: .json,
            "Post a signed message to a public group"
        ),
        Route(
            planned: .get,
            "/groups/:id/messages",
            command: "group messages",
            .namedGroups,
            "List the messages of a public group"
        ),
        Route(
            planned: .post,
            "/groups/:id/invite",
            command: "group invite",
            .namedGroups,
            body: .optionalJSON,
            "Make an invite link for a group"
        ),
        Route(
            planned: .post,
            "/groups/join",
            command: "group join",
            .namedGroups,
            body: .json,
            "Join a group by an invite link"
        ),
        Route(
            planned: .put,
            "/groups/:id/display-name",
            command: "group set-name",
            .namedGroups,
            body: .json,
            "Change one's own name in a group"
        ),
        Route(
            planned: .get,
            "/groups/:id/state",
            command: "group state",
            .namedGroups,
            "Show the head of a group's state chain"
        ),
        Route(
            planned: .post,
            "/groups/:id/state/seal",
            command: "group state-seal",
            .namedGroups,
            "Sign a group's state anew and publish its card"
        ),
        Route(
            planned: .post,
            "/groups/:id/state/withdraw",
            command: "group state-withdraw",
            .namedGroups,
            "Withdraw a group from discovery for good"
        ),
        Route(
            planned: .patch,
            "/groups/:id/policy",
            command: "group policy",
            .namedGroups,
            body: .json,
            "Change who may find, join, read and write"
        ),
        Route(
            planned: .post,
            "/groups/:id/ban/:agent_id",
            command: "group ban",
            .namedGroups,
            "Ban an agent from a group"
        ),
        Route(
            planned: .delete,
            "/groups/:id/ban/:agent_id",
            command: "group unban",
            .namedGroups,
            "Lift the ban of an agent"
        ),
        Route(
            planned: .get,
            "/groups/:id/requests",
            command: "group requests",
            .namedGroups,
            "List the requests to join a group"
        ),
        Route(
            planned: .post,
            "/groups/:id/requests",
            command: "group request-access",
            .namedGroups,
            body: .lenientJSON,
            "Ask to join a group"
        ),
        Route(
            planned: .post,
            "/groups/:id/requests/:request_id/approve",
            command: "group approve-request",
            .namedGroups,
            "Approve a request to join"
        ),
        Route(
            planned: .post,
            "/groups/:id/requests/:request_id/reject",
            command: "group reject-request",
            .namedGroups,
            "Reject a request to join"
        ),
        Route(
            planned: .delete,
            "/groups/:id/requests/:request_id",
            command: "group cancel-request",
            .namedGroups,
            "Cancel one's own request to join"
        ),
        Route(
            planned: .get,
            "/groups/discover",
            command: "group discover",
            .namedGroups,
            query: ["q"],
            "List the groups that can be found"
        ),
        Route(
            planned: .get,
            "/groups/discover/nearby",
            command: "group discover-nearby",
            .namedGroups,
            "List the groups whose cards came over a directory shard"
        ),
        Route(
            planned: .get,
            "/groups/discover/subscriptions",
            command: "group discover-subscriptions",
            .namedGroups,
            "List the directory shards this daemon follows"
        ),
        Route(
            planned: .post,
            "/groups/discover/subscribe",
            command: "group discover-subscribe",
            .namedGroups,
            body: .json,
            "Follow a directory shard"
        ),
        Route(
            planned: .delete,
            "/groups/discover/subscribe/:kind/:shard",
            command: "group discover-unsubscribe",
            .namedGroups,
            "Stop following a directory shard"
        ),
        Route(
            planned: .get,
            "/groups/cards/:id",
            command: "group card",
            .namedGroups,
            "Show the signed card of a group"
        ),
        Route(
            planned: .post,
            "/groups/cards/import",
            command: "group card-import",
            .namedGroups,
            body: .json,
            "Import the signed card of a group"
        ),
        Route(
            planned: .post,
            "/groups/:id/secure/encrypt",
            command: "group secure-encrypt",
            .namedGroups,
            body: .json,
            "Encrypt with a group's shared secret"
        ),
        Route(
            planned: .post,
            "/groups/:id/secure/decrypt",
            command: "group secure-decrypt",
            .namedGroups,
            body: .json,
            "Decrypt with a group's shared secret"
        ),
        Route(
            planned: .post,
            "/groups/:id/secure/reseal",
            command: "group secure-reseal",
            .namedGroups,
            body: .json,
            "Seal a group's shared secret for one member"
        ),
        Route(
            planned: .post,
            "/groups/secure/open-envelope",
            command: "group secure-open-envelope",
            .namedGroups,
            body: .json,
            "Open a sealed group secret"
        ),
    ]
}
