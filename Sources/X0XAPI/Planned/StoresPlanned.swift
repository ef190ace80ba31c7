// SPDX-License-Identifier: MIT OR Apache-2.0

extension PlannedRoutes {
    static let stores: [Route] = [
        Route(planned: .get, "/stores", command: "store list", .stores, "List the key-value stores"),
        Route(planned: .post, "/stores", command: "store create", .stores, body: .json, "Create a key-value store"),
        Route(
            planned: .post,
            "/stores/:id/join",
            command: "store join",
            .stores,
            "Follow another agent's key-value store"
        ),
        Route(planned: .get, "/stores/:id/keys", command: "store keys", .stores, "List the keys of a store"),
        Route(planned: .put, "/stores/:id/:key", command: "store put", .stores, body: .json, "Set the value of a key"),
        Route(planned: .get, "/stores/:id/:key", command: "store get", .stores, "Show the value of a key"),
        Route(planned: .delete, "/stores/:id/:key", command: "store rm", .stores, "Remove a key"),
    ]
}
