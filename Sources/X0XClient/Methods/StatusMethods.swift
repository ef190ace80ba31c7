// SPDX-License-Identifier: MIT OR Apache-2.0

package import X0XAPI

/// State of the daemon (spec 11 §7.1).
extension X0XClient {
    /// `GET /health`: whether the daemon answers; needs no token and ends within 2 s.
    package func health() async throws(X0XClientError) -> HealthResponse {
        try await self.call(Endpoints.health, timeout: self.configuration.healthTimeout)
    }

    /// Whether `GET /health` succeeds.
    public func isHealthy() async -> Bool {
        do throws(X0XClientError) {
            _ = try await self.health()
            return true
        } catch {
            return false
        }
    }

    /// `GET /status`.
    package func status() async throws(X0XClientError) -> StatusResponse {
        try await self.call(Endpoints.status)
    }

    /// `POST /shutdown`: returns when the daemon has accepted to stop, not when it has stopped.
    public func shutdown() async throws(X0XClientError) {
        _ = try await self.call(Endpoints.shutdown)
    }

    /// `GET /constitution`: the Markdown text.
    public func constitution() async throws(X0XClientError) -> String {
        try await self.document(Endpoints.constitution)
    }

    /// `GET /constitution/json`.
    package func constitutionDocument() async throws(X0XClientError) -> ConstitutionResponse {
        try await self.call(Endpoints.constitutionDocument)
    }

    /// `GET /gui`: the HTML page.
    public func guiHTML() async throws(X0XClientError) -> String {
        try await self.document(Endpoints.gui)
    }

    /// Waits until `GET /health` succeeds, asking every `interval`.
    ///
    /// - Throws: ``X0XClientError`` with code `timeout` when `limit` has passed, or when the task is cancelled.
    public func waitForHealth(
        timeout limit: Duration,
        interval: Duration = .milliseconds(100)
    ) async throws(X0XClientError) {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        while !Task.isCancelled {
            if await self.isHealthy() { return }
            guard clock.now < deadline else { break }
            // Cancellation ends the sleep early and the loop with it.
            try? await clock.sleep(for: interval)
        }
        throw X0XClientError(.timeout, "the daemon did not become healthy", detail: "waited \(limit)")
    }
}
