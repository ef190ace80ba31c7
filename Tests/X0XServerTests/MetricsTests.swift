// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import HTTPTypes
import Testing
import X0XAPI
import X0XServer

/// `GET /metrics`: read as a collector reads it, line by line.
@Suite(.timeLimit(.minutes(1))) struct MetricsTests {
    private struct Exposition {
        var help: [String: String] = [:]
        var types: [String: String] = [:]
        /// Label text (maybe empty) and value, by name.
        var samples: [String: [(labels: String, value: Double)]] = [:]

        /// Parses the text format 0.0.4; every line must be understood, and HELP and TYPE come before their samples.
        init(_ text: String) throws {
            #expect(text.hasSuffix("\n"))
            for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
                if let match = line.wholeMatch(of: /# HELP ([a-z_][a-z0-9_]*) (\S.*)/) {
                    #expect(
                        self.help.updateValue(String(match.2), forKey: String(match.1)) == nil,
                        "HELP twice: \(line)"
                    )
                } else if let match = line.wholeMatch(of: /# TYPE ([a-z_][a-z0-9_]*) (counter|gauge)/) {
                    #expect(
                        self.types.updateValue(String(match.2), forKey: String(match.1)) == nil,
                        "TYPE twice: \(line)"
                    )
                } else {
                    let match = try #require(
                        line.wholeMatch(of: /([a-z_][a-z0-9_]*)(\{[a-z_]+="[a-z0-9_]{1,48}"\})? (-?[0-9][0-9.e+-]*)/),
                        "\(line)"
                    )
                    let name = String(match.1)
                    #expect(self.help[name] != nil && self.types[name] != nil, "\(line)")
                    let labels = String(match.2 ?? "")
                    let value = try #require(Double(match.3))
                    #expect(self.samples[name]?.contains { $0.labels == labels } != true, "twice: \(line)")
                    self.samples[name, default: []].append((labels, value))
                }
            }
        }
    }

    private func exposition(of harness: APIHarness) async throws -> (Exposition, String) {
        var text = ""
        let answers = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(1))
        try await harness.run(.memory) { client async throws in
            let answer = try await client.get("/metrics")
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
            answers.continuation.yield(answer.text)
        }
        for await answer in answers.stream {
            text = answer
            break
        }
        return (try Exposition(text), text)
    }

    @Test func namesHelpAndTypesFollowTheConventions() async throws {
        let (metrics, text) = try await self.exposition(of: APIHarness())
        #expect(metrics.samples.count > 100)
        for (name, samples) in metrics.samples {
            #expect(name.hasPrefix("x0x_"), "\(name)")
            let isCounter = metrics.types[name] == "counter"
            #expect(isCounter == name.hasSuffix("_total"), "\(name)")
            #expect(samples.count <= 64, "\(name)")
            if isCounter { #expect(samples.allSatisfy { $0.value >= 0 }, "\(name)") }
        }
        #expect(Set(metrics.help.keys) == Set(metrics.samples.keys))
        #expect(text.utf8.count < 200_000)
    }

    /// What the diagnostics count, metrics count: every drop counter, the pipeline, the lanes, the trust gate.
    @Test func everyCounterOfTheDiagnosticsIsAMetric() async throws {
        let (metrics, _) = try await self.exposition(of: APIHarness())
        let names = [
            "x0x_gossip_stats_publish_total", "x0x_gossip_stats_incoming_decode_failed_total",
            "x0x_gossip_stats_slow_subscriber_dropped_total", "x0x_gossip_stats_subscriber_channel_closed_total",
            "x0x_gossip_stats_decode_to_delivery_drops", "x0x_gossip_stats_delivered_to_subscriber_total",
            "x0x_gossip_recv_pump_pubsub_dropped_full_total", "x0x_gossip_recv_pump_membership_dropped_full_total",
            "x0x_gossip_recv_pump_bulk_dropped_full_total", "x0x_gossip_recv_pump_bulk_dropped_closed_total",
            "x0x_gossip_dispatcher_pubsub_timed_out_total", "x0x_direct_stats_subscriber_events_evicted_total",
            "x0x_websocket_dropped_frames_total", "x0x_http_connections_refused_total",
            "x0x_event_streams_refused_total", "x0x_network_connections_connected_peers",
        ]
        for name in names { #expect(metrics.samples[name]?.count == 1, "\(name)") }
        let paths = try #require(metrics.samples["x0x_gossip_trust_blocked_total"])
        #expect(paths.contains { $0.labels == #"{path="pub_sub"}"# })
        // Nothing whose name says that it counts losses is left out.
        try await APIHarness().run(.memory) { client async throws in
            for (endpoint, prefix) in [("gossip", "x0x_gossip"), ("dm", "x0x_direct")] {
                let answer = try await client.get("/diagnostics/\(endpoint)").json
                for path in Self.numbers(answer, []) where !path.contains("per_peer") {
                    let name = ([prefix] + path).joined(separator: "_")
                    let parent = ([prefix] + path.dropLast()).joined(separator: "_")
                    let label = "\"\(path.last ?? "")\""
                    let found =
                        metrics.samples[name] != nil || metrics.samples[name + "_total"] != nil
                        || [parent, parent + "_total"].contains { parent in
                            metrics.samples[parent]?.contains { $0.labels.contains(label) } == true
                        } || path.first == "trust"
                    #expect(found, "\(path.joined(separator: "."))")
                }
            }
        }
    }

    /// The paths of all numbers in an answer.
    private static func numbers(_ object: [String: Any], _ path: [String]) -> [[String]] {
        object.flatMap { key, value -> [[String]] in
            if let inner = value as? [String: Any] { return Self.numbers(inner, path + [key]) }
            return value is Int && key != "ok" ? [path + [key]] : []
        }
    }

    @Test func nothingSecretAndNoIdIsInThem() async throws {
        let harness = APIHarness()
        let (_, text) = try await self.exposition(of: harness)
        #expect(!text.contains(APIHarness.token))
        #expect(text.firstMatch(of: /[0-9a-f]{16}/) == nil)
        #expect(!text.contains("127.0.0.1"))
    }

    @Test func theTokenIsNeededUnlessTheConfigurationSaysOtherwise() async throws {
        try await APIHarness().run(.memory) { client async throws in
            #expect(try await client.send(.get, "/metrics", token: nil).status == 401)
            #expect(try await client.send(.get, "/openapi.json", token: nil).status == 401)
        }
        try await APIHarness { $0.areMetricsOpen = true }.run(.memory) { client async throws in
            #expect(try await client.send(.get, "/metrics", token: nil).status == 200)
            #expect(try await client.send(.get, "/openapi.json", token: nil).status == 401)
            #expect(try await client.send(.get, "/agent", token: nil).status == 401)
        }
    }

    @Test func answersAreCountedByClass() async throws {
        try await APIHarness().run(.memory) { client async throws in
            _ = try await client.get("/health")
            _ = try await client.get("/nothing")
            let metrics = try Exposition(try await client.get("/metrics").text)
            let answers = try #require(metrics.samples["x0x_http_answers_total"])
            #expect(answers.first { $0.labels == #"{class="2xx"}"# }?.value == 1)
            #expect(answers.first { $0.labels == #"{class="4xx"}"# }?.value == 1)
        }
    }
}
