// SPDX-License-Identifier: MIT OR Apache-2.0

// Endpoints of this implementation that the specification does not know.
extension Endpoints {
    package static let openAPI = Endpoint<NoBody, Document>(
        .get,
        "/openapi.json",
        command: "openapi",
        .status,
        answer: .document("application/json"),
        "Describe this API as an OpenAPI 3.1 document"
    )

    package static let metrics = Endpoint<NoBody, Document>(
        .get,
        "/metrics",
        command: "metrics",
        .status,
        answer: .document("text/plain"),
        "Show the daemon's counters in the text format of Prometheus"
    )
}
