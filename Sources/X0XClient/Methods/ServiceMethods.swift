// SPDX-License-Identifier: MIT OR Apache-2.0

internal import X0XAPI

/// What the daemon says to tools.
extension X0XClient {
    /// `GET /openapi.json`: the API as an OpenAPI 3.1 document.
    public func openAPIDocument() async throws(X0XClientError) -> String {
        try await self.document(Endpoints.openAPI)
    }

    /// `GET /metrics`: the daemon's counters in the text format of Prometheus.
    public func metrics() async throws(X0XClientError) -> String {
        try await self.document(Endpoints.metrics)
    }
}
