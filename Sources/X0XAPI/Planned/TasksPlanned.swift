// SPDX-License-Identifier: MIT OR Apache-2.0

extension PlannedRoutes {
    static let tasks: [Route] = [
        Route(planned: .get, "/task-lists", command: "tasks list", .tasks, "List the task lists"),
        Route(
            planned: .post,
            "/task-lists",
            command: "tasks create",
            .tasks,
            body: .json,
            "Create or open the task list of a topic"
        ),
        Route(planned: .get, "/task-lists/:id/tasks", command: "tasks show", .tasks, "Show the tasks of a list"),
        Route(
            planned: .post,
            "/task-lists/:id/tasks",
            command: "tasks add",
            .tasks,
            body: .json,
            "Add a task to a list"
        ),
        Route(
            planned: .patch,
            "/task-lists/:id/tasks/:tid",
            command: "tasks claim / tasks complete",
            .tasks,
            body: .json,
            "Claim or complete a task"
        ),
    ]
}
