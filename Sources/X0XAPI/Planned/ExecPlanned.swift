// SPDX-License-Identifier: MIT OR Apache-2.0

extension PlannedRoutes {
    static let exec: [Route] = [
        Route(
            planned: .post,
            "/exec/run",
            command: "exec",
            .exec,
            body: .strictJSON,
            "Run an allowed command on another agent's machine"
        ),
        Route(
            planned: .post,
            "/exec/cancel",
            command: "exec cancel",
            .exec,
            body: .strictJSON,
            "Cancel a command that runs on another agent's machine"
        ),
        Route(
            planned: .get,
            "/exec/sessions",
            command: "exec sessions",
            .exec,
            "List the remote commands that run now"
        ),
    ]
}
