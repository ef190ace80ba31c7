// SPDX-License-Identifier: MIT OR Apache-2.0

package import X0XAPI

/// Single peers, diagnostics and upgrades (spec 11 §7.3, §7.5, §7.6, §7.12).
extension X0XClient {
    /// `POST /peers/:peer_id/probe`, waiting at most `timeout` (100 ms … 30 s; nil means 2 s).
    package func probePeer(_ peerID: String, timeout: Duration? = nil) async throws(X0XClientError) -> ProbeResponse {
        let milliseconds = timeout.map { UInt64(clamping: Int64($0 / .milliseconds(1))) }
        return try await self.call(
            Endpoints.probePeer,
            parameters: [peerID],
            query: milliseconds.map { [("timeout_ms", "\($0)")] } ?? [],
            timeout: self.configuration.requestTimeout + (timeout ?? .zero)
        )
    }

    /// `GET /peers/:peer_id/health`.
    package func peerHealth(_ peerID: String) async throws(X0XClientError) -> PeerHealthResponse {
        try await self.call(Endpoints.peerHealth, parameters: [peerID])
    }

    /// `GET /peers/events`: connections made, replaced and closed.
    ///
    /// Connected when this returns.
    package func peerEvents(
        reconnecting policy: ReconnectPolicy = .never
    ) async throws(X0XClientError) -> EventSequence<PeerLifecycleEvent> {
        try await self.stream(Endpoints.peerEvents, names: [PeerLifecycleEvent.name], reconnecting: policy)
    }

    /// `GET /network/bootstrap-cache`.
    package func bootstrapCache() async throws(X0XClientError) -> BootstrapCacheResponse {
        try await self.call(Endpoints.bootstrapCache)
    }

    /// `GET /diagnostics/connectivity`.
    package func connectivityDiagnostics() async throws(X0XClientError) -> ConnectivityDiagnosticsResponse {
        try await self.call(Endpoints.connectivityDiagnostics)
    }

    /// `GET /diagnostics/dm`.
    package func directDiagnostics() async throws(X0XClientError) -> DirectDiagnosticsResponse {
        try await self.call(Endpoints.directDiagnostics)
    }

    /// `GET /diagnostics/groups`.
    package func groupDiagnostics() async throws(X0XClientError) -> GroupDiagnosticsResponse {
        try await self.call(Endpoints.groupDiagnostics)
    }

    /// `GET /diagnostics/exec`.
    package func execDiagnostics() async throws(X0XClientError) -> ExecDiagnosticsResponse {
        try await self.call(Endpoints.execDiagnostics)
    }

    /// `GET /upgrade`.
    package func upgrade() async throws(X0XClientError) -> UpgradeResponse {
        try await self.call(Endpoints.upgrade)
    }

    /// `POST /upgrade/apply`.
    package func applyUpgrade() async throws(X0XClientError) -> ApplyUpgradeResponse {
        try await self.call(Endpoints.applyUpgrade)
    }
}
