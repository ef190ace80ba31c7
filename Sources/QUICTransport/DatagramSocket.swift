// SPDX-License-Identifier: MIT OR Apache-2.0

internal import NIOCore
internal import NIOPosix
internal import Primitives
internal import QUICCore

/// Opens UDP sockets for a driver.
enum DatagramSocket {
    /// Datagrams read per system call.
    static let vectorCount = 16
    /// Room for each of them: more than the 4,096 bytes the original sends (spec 02 §2).
    static let datagramByteCountMax = 16_384
    /// Kernel buffers in each direction: 2 MiB (spec 02 §2); the kernel may grant less.
    static let kernelBufferByteCount = 2 << 20

    /// Binds a socket and puts the driver on it.
    ///
    /// - Parameters:
    ///   - handler: The driver; it may have been on another socket before, but is on none now.
    ///   - address: Where to bind.
    ///   - eventLoop: The loop of the driver.
    /// - Returns: The address the socket is really bound to.
    static func open<Application: EndpointApplication>(
        _ handler: NIOLoopBound<DatagramHandler<Application>>,
        at address: SocketAddress,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<SocketAddress?> {
        DatagramBootstrap(group: eventLoop)
            .channelOption(.datagramVectorReadMessageCount, value: self.vectorCount)
            .channelOption(
                .recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: self.vectorCount * self.datagramByteCountMax)
            )
            .channelOption(.socketOption(.so_rcvbuf), value: self.kernelBufferByteCount)
            .channelOption(.socketOption(.so_sndbuf), value: self.kernelBufferByteCount)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(handler.value)
                }
            }
            .bind(to: address)
            .map { $0.localAddress }
    }
}
