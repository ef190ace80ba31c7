// SPDX-License-Identifier: MIT OR Apache-2.0

public import Primitives

/// What lives directly on an endpoint: takes its events, opens streams, reads and writes, all on the same thread.
///
/// An application is a value like the endpoint itself, so that both run in production and in the simulator.
public protocol EndpointApplication: Sendable {
    /// What other threads ask of it.
    associatedtype Command: Sendable
    /// What it tells other threads.
    associatedtype Output: Sendable

    /// When `handleTimeout` wants to be called next.
    var nextDeadline: Instant? { get }

    /// Something happened on a connection.
    mutating func handle(
        _ event: ConnectionEvent,
        of handle: ConnectionHandle,
        endpoint: inout Endpoint,
        now: Instant
    )
    /// Another thread asks for something.
    mutating func handle(_ command: Command, endpoint: inout Endpoint, now: Instant)
    /// A deadline passed; an early call does nothing.
    mutating func handleTimeout(endpoint: inout Endpoint, now: Instant)
    /// The next output, in order.
    mutating func nextOutput() -> Output?
}

/// An endpoint with its application: the whole of a QUIC node below the message level.
///
/// After every input take `nextCryptoRequest`, `nextOutput` and `nextDatagram` until each is `nil`.
public struct EndpointRuntime<Application: EndpointApplication>: Sendable {
    /// One request for slow cryptography; answer with `cryptoCompleted`.
    public struct CryptoRequest: Sendable {
        /// The connection that waits.
        public let handle: ConnectionHandle
        /// What to compute.
        public let request: TLSCryptoRequest
    }

    private var endpoint: Endpoint
    private var application: Application
    private var cryptoRequests: [CryptoRequest] = []

    /// Joins the two.
    public init(endpoint: Endpoint, application: Application) {
        self.endpoint = endpoint
        self.application = application
    }

    /// The counters of the endpoint.
    public var statistics: EndpointStatistics { self.endpoint.statistics }

    /// The endpoint, to look at.
    package var inspectedEndpoint: Endpoint { self.endpoint }

    /// The application, to look at.
    package var inspectedApplication: Application { self.application }

    /// When `handleTimeout` wants to be called next.
    public var nextDeadline: Instant? {
        switch (self.endpoint.nextDeadline, self.application.nextDeadline) {
        case (let first?, let second?): min(first, second)
        case (let first, let second): first ?? second
        }
    }

    /// Takes a datagram from the network.
    ///
    /// - Parameters:
    ///   - datagram: The UDP payload.
    ///   - source: Where it came from.
    ///   - codepoint: The ECN bits of its IP header.
    ///   - isLast: Whether no other datagram follows at once. The application hears of a whole burst when its last
    ///     datagram is there, and can read what all of them brought in one piece.
    ///   - now: The current instant.
    public mutating func datagramReceived(
        _ datagram: [UInt8],
        from source: NetworkAddress,
        codepoint: ECNCodepoint = .notCapable,
        isLast: Bool = true,
        now: Instant
    ) {
        self.endpoint.datagramReceived(datagram, from: source, codepoint: codepoint, now: now)
        if isLast { self.pump(now: now) }
    }

    /// Takes a command from another thread.
    public mutating func handle(_ command: Application.Command, now: Instant) {
        self.application.handle(command, endpoint: &self.endpoint, now: now)
        self.pump(now: now)
    }

    /// Takes the answer to a crypto request.
    public mutating func cryptoCompleted(
        _ request: CryptoRequest,
        result: TLSCryptoResult,
        now: Instant
    ) {
        self.endpoint.cryptoCompleted(request.handle, id: request.request.id, result: result, now: now)
        self.pump(now: now)
    }

    /// Fires every timer that is due.
    public mutating func handleTimeout(now: Instant) {
        self.endpoint.handleTimeout(now: now)
        self.pump(now: now)
        self.application.handleTimeout(endpoint: &self.endpoint, now: now)
        self.pump(now: now)
    }

    /// The next datagram to send.
    public mutating func nextDatagram(now: Instant) -> OutgoingDatagram? {
        let datagram = self.endpoint.nextDatagram(now: now)
        if datagram == nil { self.pump(now: now) }
        return datagram
    }

    /// Gives back the storage of a datagram that has been sent (see `Endpoint.recycle`).
    public mutating func recycle(_ datagram: consuming OutgoingDatagram) { self.endpoint.recycle(datagram) }

    /// The next request for slow cryptography.
    public mutating func nextCryptoRequest() -> CryptoRequest? {
        self.cryptoRequests.isEmpty ? nil : self.cryptoRequests.removeFirst()
    }

    /// The next output of the application.
    public mutating func nextOutput() -> Application.Output? { self.application.nextOutput() }

    private mutating func pump(now: Instant) {
        while let (handle, event) = self.endpoint.nextEvent() {
            if case .cryptoRequested(let request) = event {
                // Bounded by connections: a handshake has at most two requests open.
                self.cryptoRequests.append(CryptoRequest(handle: handle, request: request))
            } else {
                self.application.handle(event, of: handle, endpoint: &self.endpoint, now: now)
            }
        }
    }
}
