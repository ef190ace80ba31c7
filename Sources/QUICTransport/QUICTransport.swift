// SPDX-License-Identifier: MIT OR Apache-2.0

package import CryptoSuite
package import NIOCore
internal import NIOPosix
package import Primitives
package import QUICCore

/// Runs slow work somewhere else; returns `false` when its queue is full and the work was refused.
package typealias CryptoOffload = @Sendable (_ work: @escaping @Sendable () -> Void) -> Bool

/// What a transport needs besides its endpoint.
package struct QUICTransportConfiguration: Sendable {
    /// Where to bind; port 0 lets the system choose.
    package var bindAddress: NetworkAddress
    /// Whether datagrams to anything but loopback are refused at the socket (`X0X_LOOPBACK_ONLY`).
    package var loopbackOnly: Bool
    /// The machine key, for handshake signatures.
    package var signingKey: MLDSA65PrivateKey
    /// Commands waiting for the event loop; more are refused.
    package var commandCountMax: Int

    /// Creates the settings.
    package init(bindAddress: NetworkAddress, loopbackOnly: Bool, signingKey: MLDSA65PrivateKey) {
        self.bindAddress = bindAddress
        self.loopbackOnly = loopbackOnly
        self.signingKey = signingKey
        self.commandCountMax = 65_536
    }
}

/// Why a transport could not be opened.
package struct QUICTransportError: Error, CustomStringConvertible {
    /// What was tried and what the system said.
    package let description: String
}

/// One UDP socket driving an endpoint with its application on one event loop.
///
/// Datagrams, timers and crypto answers are handled on the loop without locks or tasks; other threads only post
/// commands and receive outputs.
package final class QUICTransport<Application: EndpointApplication>: Sendable {
    private let handler: NIOLoopBound<DatagramHandler<Application>>
    private let mailbox: CommandMailbox<Application.Command>
    private let channel: any Channel

    /// The address the socket is really bound to.
    package let boundAddress: NetworkAddress

    private init(
        handler: NIOLoopBound<DatagramHandler<Application>>,
        mailbox: CommandMailbox<Application.Command>,
        channel: any Channel,
        boundAddress: NetworkAddress
    ) {
        self.handler = handler
        self.mailbox = mailbox
        self.channel = channel
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
    package static func bind(
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
        let socketAddress = try SocketAddress(configuration.bindAddress)
        let channel: any Channel
        do {
            channel = try await DatagramBootstrap(group: eventLoop)
                .channelOption(.datagramVectorReadMessageCount, value: DatagramSizes.vectorCount)
                .channelOption(
                    .recvAllocator,
                    value: FixedSizeRecvByteBufferAllocator(capacity: DatagramSizes.vectorByteCount)
                )
                .channelOption(.socketOption(.so_rcvbuf), value: DatagramSizes.kernelBufferByteCount)
                .channelOption(.socketOption(.so_sndbuf), value: DatagramSizes.kernelBufferByteCount)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let handler = DatagramHandler(
                            runtime: runtime,
                            configuration: configuration,
                            mailbox: mailbox,
                            offload: offload,
                            onOutput: onOutput
                        )
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                }
                .bind(to: socketAddress).get()
        } catch {
            throw QUICTransportError(description: "cannot bind UDP \(configuration.bindAddress): \(error)")
        }
        guard let bound = channel.localAddress.flatMap(NetworkAddress.init(socketAddress:)) else {
            try await channel.close()
            throw QUICTransportError(description: "the bound socket has no IP address")
        }
        let handler = try await channel.eventLoop.submit {
            let handler = try channel.pipeline.syncOperations.handler(type: DatagramHandler<Application>.self)
            return NIOLoopBound(handler, eventLoop: channel.eventLoop)
        }.get()
        return QUICTransport(handler: handler, mailbox: mailbox, channel: channel, boundAddress: bound)
    }

    /// Posts a command; `false` when the mailbox is full.
    package func post(_ command: Application.Command) -> Bool {
        switch self.mailbox.append(command) {
        case .first:
            let handler = self.handler
            self.channel.eventLoop.execute { handler.value.drainMailbox() }
            return true
        case .queued: return true
        case .refused: return false
        }
    }

    /// Reads the state on the event loop.
    package func inspect<T: Sendable>(_ body: @escaping @Sendable (EndpointRuntime<Application>) -> T) async throws -> T
    {
        let handler = self.handler
        return try await self.channel.eventLoop.submit { body(handler.value.runtime) }.get()
    }

    /// Counters of the socket.
    package func socketStatistics() async throws -> DatagramSocketStatistics {
        let handler = self.handler
        return try await self.channel.eventLoop.submit { handler.value.statistics }.get()
    }

    /// Closes the socket at once; connections should have been closed by a command before.
    package func close() async {
        // A socket that is already closed is what the caller wants.
        try? await self.channel.close()
    }
}

/// Sizes of the socket path.
enum DatagramSizes {
    /// Datagrams read per system call.
    static let vectorCount = 16
    /// Room for each of them: more than the 4,096 bytes the original sends (spec 02 §2).
    static let datagramByteCountMax = 16_384
    static let vectorByteCount = vectorCount * datagramByteCountMax
    /// Kernel buffers in each direction: 2 MiB (spec 02 §2); the kernel may grant less.
    static let kernelBufferByteCount = 2 << 20
}
