// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Primitives
import Testing
import X0XServer

/// Where a test body runs: against the handlers in memory, or over a loopback socket.
enum Place: String, CaseIterable, CustomTestStringConvertible {
    case memory
    case socket

    var setup: TestingSetup {
        switch self {
        case .memory: .router
        case .socket: .live
        }
    }

    var testDescription: String { self.rawValue }
}

/// An API server in front of a `FakeAgent`.
struct APIHarness: Sendable {
    static let token = String(repeating: "0123456789abcdef", count: 4)

    let agent: FakeAgent
    let server: APIServer
    /// The port, as soon as the server listens.
    let ports = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))

    init(agent: FakeAgent = FakeAgent(), _ adjust: (inout APIServerConfiguration) -> Void = { _ in }) {
        var configuration = APIServerConfiguration(
            address: NetworkAddress(ipv4: 0x7F00_0001, port: 0),
            token: Self.token,
            version: "0.1.0"
        )
        adjust(&configuration)
        self.agent = agent
        let listening = self.ports.continuation
        self.server = APIServer(
            agent: agent,
            configuration: configuration,
            logger: Self.logger,
            onListening: { listening.yield(Int($0.port)) }
        )
    }

    static var logger: Logger { Logger(label: "x0x.test") { _ in SwiftLogNoOpLogHandler() } }

    /// Runs a test body with a client for the server.
    func run(_ place: Place, _ body: @Sendable (APIClient) async throws -> Void) async throws {
        try await self.server.application.test(place.setup) { client async throws in
            try await body(APIClient(client: client))
        }
    }
}

/// Sends requests the way scripts do: with the token unless told otherwise.
struct APIClient: Sendable {
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPFields
        let text: String

        /// The top-level JSON object; empty if the text is none.
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(self.text.utf8))) as? [String: Any] ?? [:]
        }

        var error: String? { self.json["error"] as? String }
    }

    let client: any TestClientProtocol

    func send(
        _ method: HTTPRequest.Method,
        _ uri: String,
        json: String? = nil,
        token: String? = APIHarness.token,
        headers extra: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = extra
        if let token { headers[.authorization] = "Bearer \(token)" }
        if json != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        let response = try await self.client.execute(
            uri: uri,
            method: method,
            headers: headers,
            body: json.map { ByteBuffer(string: $0) }
        )
        return Answer(
            status: response.status.code,
            headers: response.headers,
            text: String(buffer: response.body)
        )
    }

    func get(_ uri: String) async throws -> Answer { try await self.send(.get, uri) }

    func post(_ uri: String, _ json: String? = nil) async throws -> Answer {
        try await self.send(.post, uri, json: json)
    }
}
