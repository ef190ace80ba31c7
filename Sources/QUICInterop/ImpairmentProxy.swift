// SPDX-License-Identifier: MIT OR Apache-2.0

internal import NIOCore
internal import NIOPosix
package import Primitives

/// A bad network between a client and a server on this machine: loses, delays and reorders UDP datagrams.
///
/// Clients send to `address`; each gets a socket of its own towards the server, as at a NAT. `rebind` gives all of them
/// new sockets, so that the server sees them at new ports. Everything is bound to 127.0.0.1.
package final class ImpairmentProxy: Sendable {
    /// Counters, both directions together.
    package struct Statistics: Equatable, Sendable {
        /// Datagrams handed on.
        package var forwarded: UInt64 = 0
        /// Datagrams lost on purpose.
        package var lost: UInt64 = 0
        /// Datagrams that came after one that was received later.
        package var reordered: UInt64 = 0
        /// Datagrams that could not be handed on: too many clients, or too many waiting.
        package var overflowed: UInt64 = 0
    }

    /// Clients at once.
    package static let clientCountMax = 16

    private let core: NIOLoopBound<ProxyCore>
    private let group: MultiThreadedEventLoopGroup

    /// Where clients send to.
    package let address: NetworkAddress

    private init(core: NIOLoopBound<ProxyCore>, group: MultiThreadedEventLoopGroup, address: NetworkAddress) {
        self.core = core
        self.group = group
        self.address = address
    }

    /// Runs `body` with a proxy in front of the server at 127.0.0.1:`port`.
    package static func with<T>(
        serverPort port: UInt16,
        _ impairment: Impairment,
        _ body: (ImpairmentProxy) async throws -> T
    ) async throws -> T {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let result: Result<T, any Error>
        do {
            let server = try SocketAddress(ipAddress: "127.0.0.1", port: Int(port))
            let core = try await loop.submit {
                NIOLoopBound(ProxyCore(server: server, impairment: impairment, eventLoop: loop), eventLoop: loop)
            }.get()
            let frontPort = try await loop.flatSubmit { core.value.open() }.get()
            let address = NetworkAddress(ipv4: 0x7F00_0001, port: UInt16(frontPort))
            result = .success(try await body(ImpairmentProxy(core: core, group: group, address: address)))
        } catch {
            result = .failure(error)
        }
        // Shutting the loop down closes every socket on it.
        try await group.shutdownGracefully()
        return try result.get()
    }

    /// Moves every client to a new port as the server sees it; the old ones are gone.
    package func rebind() async throws {
        let core = self.core
        try await self.group.next().flatSubmit { core.value.rebind() }.get()
    }

    /// The counters so far.
    package func statistics() async throws -> Statistics {
        let core = self.core
        return try await self.group.next().submit { core.value.statistics }.get()
    }
}

/// The loop-confined part: one front socket, one socket per client.
private final class ProxyCore {
    private struct Client {
        let address: SocketAddress
        /// `nil` while a socket is being opened; datagrams are lost then.
        var channel: (any Channel)?
    }

    /// Datagrams on their way in each direction.
    private static let waitingCountMax = 8_192

    private let server: SocketAddress
    private let eventLoop: any EventLoop
    private var toServer: Impairment
    private var toClient: Impairment
    private var front: (any Channel)?
    private var clients: [SocketAddress: Client] = [:]
    private var waitingCount = 0
    private var nextSequence: UInt64 = 0
    private var largestDelivered: UInt64 = 0
    private(set) var statistics = ImpairmentProxy.Statistics()

    init(server: SocketAddress, impairment: Impairment, eventLoop: any EventLoop) {
        self.server = server
        self.eventLoop = eventLoop
        self.toServer = impairment
        self.toClient = impairment.reseeded(0xC11E)
    }

    /// Opens the front socket and returns its port.
    func open() -> EventLoopFuture<Int> {
        let core = NIOLoopBound(self, eventLoop: self.eventLoop)
        return self.bind { [weak self] source, data in self?.fromClient(source, data) }
            .map { channel in
                core.value.front = channel
                return channel.localAddress?.port ?? 0
            }
    }

    func rebind() -> EventLoopFuture<Void> {
        var opened: [EventLoopFuture<Void>] = []
        for address in self.clients.keys {
            let old = self.clients[address]?.channel
            self.clients[address]?.channel = nil
            old?.close(promise: nil)
            opened.append(self.openSocket(for: address))
        }
        return EventLoopFuture.andAllSucceed(opened, on: self.eventLoop)
    }

    private func openSocket(for client: SocketAddress) -> EventLoopFuture<Void> {
        let core = NIOLoopBound(self, eventLoop: self.eventLoop)
        return self.bind { [weak self] _, data in self?.fromServer(data, to: client) }
            .map { channel in core.value.clients[client]?.channel = channel }
    }

    private func bind(
        _ receive: @escaping (SocketAddress, ByteBuffer) -> Void
    ) -> EventLoopFuture<any Channel> {
        let handler = NIOLoopBound(ProxyHandler(receive: receive), eventLoop: self.eventLoop)
        do {
            let address = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
            return DatagramBootstrap(group: self.eventLoop)
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65_536))
                .channelOption(.socketOption(.so_rcvbuf), value: 2 << 20)
                .channelOption(.socketOption(.so_sndbuf), value: 2 << 20)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(handler.value)
                    }
                }
                .bind(to: address)
        } catch {
            return self.eventLoop.makeFailedFuture(error)
        }
    }

    private func fromClient(_ source: SocketAddress, _ data: ByteBuffer) {
        if self.clients[source] == nil {
            guard self.clients.count < ImpairmentProxy.clientCountMax else {
                self.statistics.overflowed += 1
                return
            }
            self.clients[source] = Client(address: source)
            let loopBound = NIOLoopBound(self, eventLoop: self.eventLoop)
            // The first datagram waits for its socket; a failure loses it, as networks do.
            self.openSocket(for: source).whenSuccess { loopBound.value.passToServer(source, data) }
            return
        }
        self.passToServer(source, data)
    }

    private func passToServer(_ source: SocketAddress, _ data: ByteBuffer) {
        self.pass(self.toServer.nextFate()) { core in
            core.send(data, to: core.server, from: core.clients[source]?.channel)
        }
    }

    private func fromServer(_ data: ByteBuffer, to client: SocketAddress) {
        self.pass(self.toClient.nextFate()) { core in core.send(data, to: client, from: core.front) }
    }

    private func pass(_ fate: Impairment.Fate, _ deliver: @escaping (ProxyCore) -> Void) {
        guard case .delivered(let delay) = fate else {
            self.statistics.lost += 1
            return
        }
        self.nextSequence += 1
        let sequence = self.nextSequence
        guard delay > .zero else { return self.deliver(sequence, deliver) }
        guard self.waitingCount < Self.waitingCountMax else {
            self.statistics.overflowed += 1
            return
        }
        self.waitingCount += 1
        let box = NIOLoopBound((core: self, deliver: deliver), eventLoop: self.eventLoop)
        self.eventLoop.scheduleTask(in: .nanoseconds(delay.count)) {
            box.value.core.waitingCount -= 1
            box.value.core.deliver(sequence, box.value.deliver)
        }
    }

    private func deliver(_ sequence: UInt64, _ deliver: (ProxyCore) -> Void) {
        if sequence < self.largestDelivered { self.statistics.reordered += 1 }
        self.largestDelivered = max(self.largestDelivered, sequence)
        deliver(self)
    }

    private func send(_ data: ByteBuffer, to address: SocketAddress, from channel: (any Channel)?) {
        guard let channel else {
            self.statistics.overflowed += 1
            return
        }
        self.statistics.forwarded += 1
        channel.writeAndFlush(AddressedEnvelope(remoteAddress: address, data: data), promise: nil)
    }
}

/// Hands what a socket receives to a closure; errors of single datagrams are lost datagrams.
private final class ProxyHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let receive: (SocketAddress, ByteBuffer) -> Void

    init(receive: @escaping (SocketAddress, ByteBuffer) -> Void) { self.receive = receive }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = self.unwrapInboundIn(data)
        self.receive(envelope.remoteAddress, envelope.data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
