// SPDX-License-Identifier: MIT OR Apache-2.0

package import X0XAPI

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A client of one daemon's REST and event-stream API.
///
/// ```swift
/// let client = X0XClient(try DaemonLocator(instance: "alice"))
/// print(try await client.agent().agentID)
/// for try await item in try await client.directEvents() { … }
/// ```
///
/// Copies share their connections (HTTP/1.1, kept alive, closed with the last copy). Every call ends within its time
/// limit (``ClientConfiguration``) and holds at most ``ClientConfiguration/responseByteCountMax`` bytes. When the
/// daemon cannot be reached or refuses the token, address and token are read again, once per call: it may have
/// restarted on another port. Failures are ``X0XClientError``. The token is sent in the `Authorization` header only and
/// never logged.
public struct X0XClient: Sendable {
    private let locator: @Sendable () throws(X0XClientError) -> DaemonEndpoint
    private let instance: String?
    let transport: HTTPTransport

    /// A client that finds its daemon with `locator` on each call.
    public init(_ locator: DaemonLocator, configuration: ClientConfiguration = ClientConfiguration()) {
        self.locator = { () throws(X0XClientError) in try locator.locate() }
        self.instance = locator.instance
        self.transport = HTTPTransport(configuration: configuration)
    }

    /// A client of a daemon at a known address.
    public init(_ endpoint: DaemonEndpoint, configuration: ClientConfiguration = ClientConfiguration()) {
        self.locator = { endpoint }
        self.instance = nil
        self.transport = HTTPTransport(configuration: configuration)
    }

    /// The limits this client works with.
    public var configuration: ClientConfiguration { self.transport.configuration }

    /// Where the daemon is, as far as known now.
    public func endpoint() throws(X0XClientError) -> DaemonEndpoint {
        try self.locator()
    }

    /// Sends a request and returns the answer, whatever its status.
    ///
    /// - Throws: ``X0XClientError`` if there is no complete answer.
    public func send(_ request: APIRequest) async throws(X0XClientError) -> APIResponse {
        try await self.withEndpoint { endpoint throws(X0XClientError) in
            let response = try await self.transport.send(request, to: endpoint)
            return (response, isRefused: response.status == 401)
        }
    }

    /// Calls an endpoint of the registry and decodes its answer.
    package func call<Request: RequestBody, Response: Decodable & Sendable>(
        _ endpoint: Endpoint<Request, Response>,
        parameters: [String] = [],
        query: [(name: String, value: String)] = [],
        body: Request? = nil,
        timeout: Duration? = nil
    ) async throws(X0XClientError) -> Response {
        let request = APIRequest(
            endpoint.route,
            parameters: parameters,
            query: query,
            body: try body.map { body throws(X0XClientError) in try Self.encode(body) },
            timeout: timeout
        )
        return try await self.send(request).decode(as: Response.self)
    }

    /// Calls an endpoint that answers with a text document.
    package func document(_ endpoint: Endpoint<NoBody, Document>) async throws(X0XClientError) -> String {
        let response = try await self.send(APIRequest(endpoint.route))
        if let failure = response.failure { throw failure }
        return String(decoding: response.body, as: UTF8.self)
    }

    /// Compact JSON with unescaped slashes, as every body of this API.
    package static func encode(_ value: some Encodable) throws(X0XClientError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw X0XClientError(.invalidResponse, "the request cannot be written as JSON", detail: "\(error)")
        }
    }

    /// Runs `operation` against the daemon's address, and a second time if it moved meanwhile.
    func withEndpoint<Result>(
        _ operation: (DaemonEndpoint) async throws(X0XClientError) -> (Result, isRefused: Bool)
    ) async throws(X0XClientError) -> Result {
        let endpoint = try self.locator()
        do throws(X0XClientError) {
            let (result, isRefused) = try await operation(endpoint)
            guard isRefused, let moved = self.newEndpoint(after: endpoint) else { return result }
            return try await operation(moved).0
        } catch {
            guard error.code == .daemonNotRunning else { throw error }
            guard let moved = self.newEndpoint(after: endpoint) else {
                throw .daemonNotRunning(instance: self.instance, detail: error.detail)
            }
            return try await operation(moved).0
        }
    }

    /// The daemon's address if it is not `endpoint` any more.
    private func newEndpoint(after endpoint: DaemonEndpoint) -> DaemonEndpoint? {
        // A locator that fails now found no other daemon; the first failure is the one to report.
        guard let current = try? self.locator(), current != endpoint else { return nil }
        return current
    }
}
