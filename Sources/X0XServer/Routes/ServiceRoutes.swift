// SPDX-License-Identifier: MIT OR Apache-2.0

internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import X0XAPI

/// `/openapi.json`, `/metrics`: what this implementation adds for tools.
extension APIRoutes {
    var service: [MountedRoute] {
        let document = Result { try JSONReply.bytes(try OpenAPIDocument(version: self.configuration.version)) }
        return [
            Endpoints.openAPI.served { _ in
                Response(
                    status: .ok,
                    headers: [.contentType: "application/json"],
                    body: ResponseBody(byteBuffer: ByteBuffer(bytes: try document.get()))
                )
            },
            Endpoints.metrics.served { _ in
                Response(
                    status: .ok,
                    headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                    body: ResponseBody(byteBuffer: ByteBuffer(string: try await self.metrics()))
                )
            },
        ]
    }

    private func metrics() async throws -> String {
        var families = await self.serverMetrics()
        let gossip = DiagnosticsMetrics(
            endpoint: Endpoints.gossipDiagnostics.route.path,
            prefix: "x0x_gossip",
            labels: [
                "trust": "path", "overlay.membership": "event", "overlay.occupancy": "table", "overlay.drops": "reason",
            ],
            omitted: ["recv_pump.per_peer"]
        )
        families += try gossip.families(of: GossipDiagnosticsResponse(await self.agent.gossipDiagnostics()))
        let direct = DiagnosticsMetrics(
            endpoint: Endpoints.directDiagnostics.route.path,
            prefix: "x0x_direct",
            omitted: ["per_peer"]
        )
        families += try direct.families(of: DirectDiagnosticsResponse(await self.agent.directDiagnostics()))
        let network = DiagnosticsMetrics(
            endpoint: Endpoints.connectivityDiagnostics.route.path,
            prefix: "x0x_network"
        )
        families += try network.families(of: await self.connectivity())
        return families.map(\.text).joined()
    }

    private func serverMetrics() async -> [MetricFamily] {
        let values = self.counters.values
        return [
            MetricFamily("x0x_uptime_seconds", .gauge, "Seconds since the start.", self.state.uptimeSeconds),
            MetricFamily(
                "x0x_http_connections",
                .gauge,
                "Open connections to the API.",
                values.openConnections
            ),
            MetricFamily("x0x_http_connections_total", .counter, "Connections since start.", values.connectionsTotal),
            MetricFamily(
                "x0x_http_connections_refused_total",
                .counter,
                "Connections over the cap, answered with 503.",
                values.connectionsRefused
            ),
            MetricFamily(
                "x0x_http_answers_total",
                .counter,
                "Answers by status class.",
                values.answers.enumerated().map { index, count in
                    MetricFamily.Sample(label: ("class", "\(index + 1)xx"), "\(count)")
                }
            ),
            MetricFamily(
                "x0x_http_slow_bodies_total",
                .counter,
                "Request bodies that did not arrive in time.",
                values.slowBodies
            ),
            MetricFamily(
                "x0x_http_malformed_requests_total",
                .counter,
                "Connections that sent no HTTP request.",
                values.malformedRequests
            ),
            MetricFamily("x0x_event_streams", .gauge, "Open event streams.", UInt64(self.streams.openCount)),
            MetricFamily(
                "x0x_event_streams_refused_total",
                .counter,
                "Event streams over the cap, answered with 503.",
                self.streams.refusedTotal
            ),
            MetricFamily("x0x_websocket_sessions", .gauge, "WebSocket sessions.", UInt64(self.webSockets.count)),
            MetricFamily(
                "x0x_websocket_dropped_frames_total",
                .counter,
                "Frames dropped for slow readers, of sessions that ended.",
                self.webSockets.droppedFrameTotal
            ),
        ]
    }
}
