// SPDX-License-Identifier: MIT OR Apache-2.0

extension PlannedRoutes {
    static let machines: [Route] = [
        Route(
            planned: .get,
            "/contacts/:agent_id/machines",
            command: "machines list",
            .machines,
            "List the machines known of a contact"
        ),
        Route(
            planned: .post,
            "/contacts/:agent_id/machines",
            command: "machines add",
            .machines,
            body: .strictJSON,
            "Record a machine of a contact"
        ),
        Route(
            planned: .delete,
            "/contacts/:agent_id/machines/:machine_id",
            command: "machines remove",
            .machines,
            "Forget a machine of a contact"
        ),
        Route(
            planned: .post,
            "/contacts/:agent_id/machines/:machine_id/pin",
            command: "machines pin",
            .machines,
            "Accept a contact from this machine and other pinned ones only"
        ),
        Route(
            planned: .delete,
            "/contacts/:agent_id/machines/:machine_id/pin",
            command: "machines unpin",
            .machines,
            "Take back the pin of a machine"
        ),
    ]
}
