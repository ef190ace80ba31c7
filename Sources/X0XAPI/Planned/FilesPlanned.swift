// SPDX-License-Identifier: MIT OR Apache-2.0

extension PlannedRoutes {
    static let files: [Route] = [
        Route(
            planned: .post,
            "/files/send",
            command: "send-file",
            .files,
            body: .json,
            "Offer a file to another agent"
        ),
        Route(planned: .get, "/files/transfers", command: "transfers", .files, "List the file transfers"),
        Route(planned: .get, "/files/transfers/:id", command: "transfer-status", .files, "Show one file transfer"),
        Route(planned: .post, "/files/accept/:id", command: "accept-file", .files, "Accept an offered file"),
        Route(
            planned: .post,
            "/files/reject/:id",
            command: "reject-file",
            .files,
            body: .lenientJSON,
            "Reject an offered file"
        ),
    ]
}
