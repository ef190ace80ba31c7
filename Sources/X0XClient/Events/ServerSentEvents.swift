// SPDX-License-Identifier: MIT OR Apache-2.0

import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// The events of one stream of the daemon, undecoded, as an asynchronous sequence.
///
/// The connection stands when the sequence is returned: an event caused after that is not lost. Reading is on demand. A
/// slow reader is felt by the daemon, which keeps a bounded queue per client and says in a
/// ``StreamItem/lagged(missed:)`` how many of the oldest events it dropped; on this side at most one network chunk and
/// one unfinished event (``ServerSentEventParser/frameByteCountMax``) are held.
///
/// Cancelling the task that iterates, or dropping the iterator, closes the connection at once. A silence of more than
/// ``ClientConfiguration/silenceTimeout`` counts as a broken connection. A second iteration opens a connection of its
/// own.
public struct ServerSentEvents: AsyncSequence, Sendable {
    /// What is yielded.
    public typealias Element = StreamItem<ServerSentEvent>

    /// The response that was opened for the first iteration.
    private final class FirstResponse: Sendable {
        private let response: Mutex<HTTPClientResponse?>

        init(_ response: HTTPClientResponse) {
            self.response = Mutex(response)
        }

        func take() -> HTTPClientResponse? {
            self.response.withLock { $0.take() }
        }
    }

    private let source: EventSource
    private let policy: ReconnectPolicy
    private let first: FirstResponse

    init(_ source: EventSource, policy: ReconnectPolicy) async throws(X0XClientError) {
        self.source = source
        self.policy = policy
        self.first = FirstResponse(try await source.open())
    }

    /// Starts reading.
    public func makeAsyncIterator() -> Iterator {
        Iterator(source: self.source, policy: self.policy, response: self.first.take())
    }

    /// Reads one connection after the other.
    public struct Iterator: AsyncIteratorProtocol {
        private enum Connection {
            /// Not connected since `since`; `attempt` attempts have failed.
            case absent(attempt: Int, since: ContinuousClock.Instant)
            case reading(HTTPClientResponse.Body.AsyncIterator)
            case finished
        }

        private let source: EventSource
        private let policy: ReconnectPolicy
        private var connection: Connection
        private var parser = ServerSentEventParser()
        private var pending: ArraySlice<ServerSentEvent> = []
        private var wasConnected: Bool

        init(source: EventSource, policy: ReconnectPolicy, response: HTTPClientResponse?) {
            self.source = source
            self.policy = policy
            self.wasConnected = response != nil
            self.connection =
                response.map { .reading($0.body.makeAsyncIterator()) }
                ?? .absent(attempt: 0, since: ContinuousClock.now)
        }

        /// The next item; nil when the stream has ended or the task was cancelled.
        ///
        /// - Throws: ``X0XClientError`` when the connection broke or could not be made again.
        public mutating func next() async throws(X0XClientError) -> StreamItem<ServerSentEvent>? {
            while true {
                if Task.isCancelled { self.connection = .finished }
                if let event = self.pending.popFirst() { return Self.item(for: event) }
                switch self.connection {
                case .finished:
                    return nil
                case .reading(var body):
                    try await self.read(&body)
                case .absent(let attempt, let since):
                    if let item = try await self.connect(attempt: attempt, since: since) { return item }
                }
            }
        }

        /// Takes one chunk from the connection, or leaves it.
        private mutating func read(_ body: inout HTTPClientResponse.Body.AsyncIterator) async throws(X0XClientError) {
            var failure: X0XClientError?
            do {
                if let chunk = try await body.next(isolation: #isolation) {
                    self.pending = try self.parser.append(chunk.readableBytesView)[...]
                    self.connection = .reading(body)
                    return
                }
            } catch is ServerSentEventParser.FrameTooLarge {
                failure = X0XClientError(.responseTooLarge, "an event is larger than this client accepts")
            } catch {
                failure = X0XClientError(transportFailure: error)
            }
            let mayReconnect = self.policy.attemptCountMax > 0 && failure?.code != .responseTooLarge
            self.connection = mayReconnect && !Task.isCancelled ? .absent(attempt: 0, since: .now) : .finished
            if let failure, !mayReconnect, !Task.isCancelled { throw failure }
        }

        /// Tries to connect once, after a pause if this is a reconnection.
        private mutating func connect(
            attempt: Int,
            since: ContinuousClock.Instant
        ) async throws(X0XClientError) -> StreamItem<ServerSentEvent>? {
            if self.wasConnected {
                var random = SystemRandomNumberGenerator()
                // Cancellation ends the pause; the caller looks at it next.
                try? await Task.sleep(for: self.policy.delay(attempt: attempt, using: &random))
                if Task.isCancelled { return nil }
            }
            do {
                let response = try await self.source.open()
                self.parser = ServerSentEventParser()
                self.connection = .reading(response.body.makeAsyncIterator())
                defer { self.wasConnected = true }
                return self.wasConnected ? .reconnected(gap: since.duration(to: .now)) : nil
            } catch {
                guard error.isTransient, attempt + 1 < self.policy.attemptCountMax else {
                    self.connection = .finished
                    throw error
                }
                self.connection = .absent(attempt: attempt + 1, since: since)
                return nil
            }
        }

        private static func item(for event: ServerSentEvent) -> StreamItem<ServerSentEvent> {
            guard event.name == "lagged", let notice = try? JSONValue(parsing: Array(event.data.utf8)) else {
                return .event(event)
            }
            // `/events` wraps its data (spec 11 §7.7), `/peers/events` does not (§7.6).
            guard case .integer(let missed)? = (notice["data"] ?? notice)["missed"] else { return .event(event) }
            return .lagged(missed: UInt64(Swift.max(0, missed)))
        }
    }
}

/// Opens the connections of one event stream.
struct EventSource: Sendable {
    /// An error body is small; more of it is not read.
    private static let errorByteCountMax = 64 * 1024

    let client: X0XClient
    let request: APIRequest

    /// A response whose head says 200 and `text/event-stream`.
    func open() async throws(X0XClientError) -> HTTPClientResponse {
        try await self.client.withEndpoint { endpoint throws(X0XClientError) in
            let response = try await self.client.transport.open(
                self.request,
                at: endpoint,
                accept: "text/event-stream",
                timeout: self.client.configuration.requestTimeout
            )
            if response.status == .unauthorized { return (response, isRefused: true) }
            return (response, isRefused: false)
        }.checked(limit: Self.errorByteCountMax)
    }
}

extension HTTPClientResponse {
    /// This response if it is an event stream.
    fileprivate func checked(limit: Int) async throws(X0XClientError) -> HTTPClientResponse {
        guard self.status == .ok else {
            var answer = APIResponse(status: Int(self.status.code), contentType: self.mediaType)
            // Without its body the status still says what happened.
            if let body = try? await self.body.collect(upTo: limit) { answer.body = Array(body.readableBytesView) }
            throw answer.failure ?? X0XClientError(.invalidResponse, "not an event stream", status: answer.status)
        }
        guard self.mediaType == "text/event-stream" else {
            throw X0XClientError(.invalidResponse, "not an event stream", detail: self.mediaType)
        }
        return self
    }
}

extension X0XClient {
    /// Opens an event stream such as `/events`; connected when this returns.
    public func serverSentEvents(
        target: String,
        reconnecting policy: ReconnectPolicy = .never
    ) async throws(X0XClientError) -> ServerSentEvents {
        let request = APIRequest(method: "GET", target: target)
        return try await ServerSentEvents(EventSource(client: self, request: request), policy: policy)
    }
}
