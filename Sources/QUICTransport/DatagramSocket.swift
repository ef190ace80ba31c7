// SPDX-License-Identifier: MIT OR Apache-2.0

internal import NIOCore
internal import NIOPosix
internal import Primitives
internal import QUICCore

/// Opens UDP sockets for a driver.
enum DatagramSocket {
    /// Buffers read per system call.
    static let vectorCount = 8
    /// Room in each of them: the largest UDP datagram, or as many smaller ones as the kernel puts together.
    ///
    /// More than the 4,096 bytes the original sends (spec 02 §2). Only pages that were filled take memory.
    static let datagramByteCountMax = 65_536
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
                    if System.supportsUDPReceiveOffload, let options = channel.syncOptions {
                        try options.setOption(.datagramReceiveOffload, value: true)
                        try options.setOption(.datagramReceiveSegmentSize, value: true)
                    }
                    try channel.pipeline.syncOperations.addHandler(handler.value)
                }
            }
            .bind(to: address)
            .map { $0.localAddress }
    }
}
