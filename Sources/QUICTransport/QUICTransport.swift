// SPDX-License-Identifier: MIT OR Apache-2.0

public import CryptoSuite
public import NIOCore
public import Primitives
public import QUICCore

/// Runs slow work somewhere else; returns `false` when its queue is full and the work was refused.
public typealias CryptoOffload = @Sendable (_ work: @escaping @Sendable () -> Void) -> Bool

/// What a transport needs besides its endpoint.
public struct QUICTransportConfiguration: Sendable {
    /// Where to bind; port 0 lets the system choose.
    public var bindAddress: NetworkAddress
    /// Whether datagrams to anything but loopback are refused at the socket (`X0X_LOOPBACK_ONLY`).
    public var loopbackOnly: Bool
    /// Answers the requests of handshakes; called on the threads for slow work.
    public var performCrypto: @Sendable (TLSCryptoRequest) -> TLSCryptoResult
    /// Commands waiting for the event loop; more are refused.
    public var commandCountMax: Int

    /// Creates the settings of a node with this machine key.
    public init(bindAddress: NetworkAddress, loopbackOnly: Bool, signingKey: MLDSA65PrivateKey) {
        self.init(
            bindAddress: bindAddress,
            loopbackOnly: loopbackOnly,
            performCrypto: { TLSCryptoPerformer.perform($0, signingKey: signingKey) }
        )
    }

    /// Creates the settings for another kind of credential.
    public init(
        bindAddress: NetworkAddress,
        loopbackOnly: Bool,
        performCrypto: @escaping @Sendable (TLSCryptoRequest) -> TLSCryptoResult
    ) {
        self.bindAddress = bindAddress
        self.loopbackOnly = loopbackOnly
        self.performCrypto = performCrypto
        self.commandCountMax = 65_536
    }
}

/// Why a transport could not be opened.
public struct QUICTransportError: Error, CustomStringConvertible {
    /// What was tried and what the system said.
    public let description: String
}

/// One UDP socket driving an endpoint with its application on one event loop.
///
/// Datagrams, timers and crypto answers are handled on the loop without locks or tasks; other threads only post
/// commands and receive outputs.
public final class QUICTransport<Application: EndpointApplication>: Sendable {
    private let handler: NIOLoopBound<DatagramHandler<Application>>
    private let mailbox: CommandMailbox<Application.Command>
    private let eventLoop: any EventLoop

    /// The address the socket is really bound to.
    public let boundAddress: NetworkAddress

    private init(
        handler: NIOLoopBound<DatagramHandler<Application>>,
        mailbox: CommandMailbox<Application.Command>,
        eventLoop: any EventLoop,
        boundAddress: NetworkAddress
    ) {
        self.handler = handler
        self.mailbox = mailbox
        self.eventLoop = eventLoop
        self.boundAddress = boundAddress
    }

    /// Binds a socket and starts driving.
    ///
    /// - Parameters:
    ///   - runtime: The endpoint and its application.
    ///   - configuration: Where to bind and which key signs.
    ///   - eventLoop: The loop that will own everything.
    ///   - offload: Runs handshake cryptography; sized by its owner.
    ///   - onOutput: Receives the application's outputs on the event loop; must not block.
    /// - Returns: The running transport.
    /// - Throws: `QUICTransportError` when the socket cannot be bound.
    public static func bind(
        _ runtime: EndpointRuntime<Application>,
        configuration: QUICTransportConfiguration,
        on eventLoop: any EventLoop,
        offload: @escaping CryptoOffload,
        onOutput: @escaping @Sendable (Application.Output) -> Void
    ) async throws -> QUICTransport {
        guard !configuration.loopbackOnly || configuration.bindAddress.isLoopback else {
            throw QUICTransportError(description: "loopback only, but told to bind \(configuration.bindAddress)")
        }
        let mailbox = CommandMailbox<Application.Command>(capacity: configuration.commandCountMax)
        let bound: NetworkAddress?
        let handler: NIOLoopBound<DatagramHandler<Application>>
        do {
            let socketAddress = try SocketAddress(configuration.bindAddress)
            handler = try await eventLoop.submit {
                let handler = DatagramHandler(
                    runtime: runtime,
                    configuration: configuration,
                    mailbox: mailbox,
                    eventLoop: eventLoop,
                    offload: offload,
                    onOutput: onOutput
                )
                return NIOLoopBound(handler, eventLoop: eventLoop)
            }.get()
            let local = try await DatagramSocket.open(handler, at: socketAddress, on: eventLoop).get()
            bound = local.flatMap(NetworkAddress.init(socketAddress:))
        } catch {
            throw QUICTransportError(description: "cannot bind UDP \(configuration.bindAddress): \(error)")
        }
        let transport = QUICTransport(
            handler: handler,
            mailbox: mailbox,
            eventLoop: eventLoop,
            boundAddress: bound ?? configuration.bindAddress
        )
        guard bound != nil else {
            await transport.close()
            throw QUICTransportError(description: "the bound socket has no IP address")
        }
        return transport
    }

    /// Posts a command; `false` when the mailbox is full.
    public func post(_ command: Application.Command) -> Bool {
        switch self.mailbox.append(command) {
        case .first:
            let handler = self.handler
            self.eventLoop.execute { handler.value.drainMailbox() }
            return true
        case .queued: return true
        case .refused: return false
        }
    }

    /// Reads the state on the event loop.
    public func inspect<T: Sendable>(_ body: @escaping @Sendable (EndpointRuntime<Application>) -> T) async throws -> T
    {
        let handler = self.handler
        return try await self.eventLoop.submit { body(handler.value.runtime) }.get()
    }

    /// Counters of the endpoint.
    public func statistics() async throws -> EndpointStatistics {
        let handler = self.handler
        return try await self.eventLoop.submit { handler.value.runtime.statistics }.get()
    }

    /// Counters of the socket.
    public func socketStatistics() async throws -> DatagramSocketStatistics {
        let handler = self.handler
        return try await self.eventLoop.submit { handler.value.statistics }.get()
    }

    /// Closes the socket at once; connections should have been closed by a command before.
    ///
    /// Commands posted later are still answered, by an application that can send nothing any more.
    public func close() async {
        let handler = self.handler
        // A socket that is already closed is what the caller wants.
        try? await self.eventLoop.flatSubmit { handler.value.close() }.get()
    }
}
