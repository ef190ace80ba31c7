// SPDX-License-Identifier: MIT OR Apache-2.0

import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends requests over pooled HTTP/1.1 connections and turns every failure into an ``X0XClientError``.
///
/// Redirects are not followed (the token would travel with them), nothing is compressed, a refused connection is
/// reported at once. The connections close when the last client or event stream that uses them is gone.
final class HTTPTransport: Sendable {
    /// Concurrent connections to one daemon; event streams hold one each, more requests wait for a free one.
    private static let connectionCountMax = 64

    let configuration: ClientConfiguration
    private let http: HTTPClient

    init(configuration: ClientConfiguration) {
        self.configuration = configuration
        var settings = HTTPClient.Configuration()
        settings.redirectConfiguration = .disallow
        settings.decompression = .disabled
        settings.timeout.connect = configuration.connectTimeout.timeAmount
        settings.timeout.read = configuration.silenceTimeout.timeAmount
        settings.connectionPool.retryConnectionEstablishment = false
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.connectionCountMax
        settings.httpVersion = .http1Only
        self.http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    deinit {
        // The closure keeps the HTTP client alive until its connections are closed.
        self.http.shutdown { [http] _ in withExtendedLifetime(http) {} }
    }

    /// One request and its whole answer.
    func send(_ request: APIRequest, to endpoint: DaemonEndpoint) async throws(X0XClientError) -> APIResponse {
        let limit = request.timeout ?? self.configuration.requestTimeout
        let timeout = X0XClientError(.timeout, "request failed", detail: "no answer within \(limit)")
        return try await withTimeLimit(limit, orThrow: timeout) { () async throws(X0XClientError) -> APIResponse in
            let response = try await self.open(request, at: endpoint, accept: "application/json", timeout: limit)
            let body: ByteBuffer
            do {
                body = try await response.body.collect(upTo: self.configuration.responseByteCountMax)
            } catch {
                throw X0XClientError(transportFailure: error)
            }
            return APIResponse(
                status: Int(response.status.code),
                contentType: response.mediaType,
                body: Array(body.readableBytesView)
            )
        }
    }

    /// Sends a request and returns as soon as the response head is here; `timeout` covers only that.
    func open(
        _ request: APIRequest,
        at endpoint: DaemonEndpoint,
        accept: String,
        timeout: Duration
    ) async throws(X0XClientError) -> HTTPClientResponse {
        var message = HTTPClientRequest(url: endpoint.baseURL + request.target)
        message.method = HTTPMethod(rawValue: request.method)
        message.headers.add(name: "Accept", value: accept)
        if let token = try self.token(for: endpoint) {
            message.headers.add(name: "Authorization", value: "Bearer \(token.value)")
        }
        if let body = request.body {
            message.headers.add(name: "Content-Type", value: "application/json")
            message.body = .bytes(body)
        }
        do {
            return try await self.http.execute(message, timeout: timeout.timeAmount)
        } catch {
            throw X0XClientError(transportFailure: error)
        }
    }

    /// The token to send to `endpoint`; one read from a file must not leave this machine.
    func token(for endpoint: DaemonEndpoint) throws(X0XClientError) -> BearerToken? {
        guard let token = endpoint.token else { return nil }
        let isAllowed =
            token.source == .explicit || endpoint.isLoopback || self.configuration.sendsLocalTokenToRemoteHosts
        guard isAllowed else {
            throw X0XClientError(
                .insecureAddress,
                "refusing to send this machine's API token to \(endpoint.host)",
                detail: "set X0X_API_TOKEN to the token of that daemon"
            )
        }
        return token
    }
}

extension X0XClientError {
    /// The failure of a connection or transfer in this module's terms.
    init(transportFailure error: any Error) {
        let refused: Set<CInt> = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH]
        let timedOut: [HTTPClientError] = [.deadlineExceeded, .readTimeout, .getConnectionFromPoolTimeout, .cancelled]
        switch error {
        case let error as X0XClientError:
            self = error
        case let error as HTTPClientError where error == .connectTimeout:
            self = .daemonNotRunning(instance: nil, detail: "the connection attempt timed out")
        case is NIOConnectionError:
            self = .daemonNotRunning(instance: nil, detail: "connection refused")
        case let error as IOError where refused.contains(error.errnoCode):
            self = .daemonNotRunning(instance: nil, detail: "connection refused")
        case let error as HTTPClientError where timedOut.contains(error):
            self = Self(.timeout, "request failed", detail: "no answer within the time limit")
        case is CancellationError:
            self = Self(.timeout, "request failed", detail: "cancelled")
        case is NIOTooManyBytesError:
            self = Self(.responseTooLarge, "the answer is larger than this client accepts")
        default:
            self = Self(.connectionLost, "request failed", detail: "the connection broke: \(error)")
        }
    }
}

extension HTTPClientResponse {
    /// The content type without parameters, lower case.
    var mediaType: String {
        let value = self.headers.first(name: "Content-Type") ?? ""
        return String(value.prefix { $0 != ";" }).trimmingWhitespace().lowercased()
    }
}

extension Duration {
    var timeAmount: TimeAmount {
        let (seconds, attoseconds) = self.components
        return .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
