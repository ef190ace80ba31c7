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
                    try Self.forbidFragmentation(channel, isIPv6: address.protocol == .inet6)
                    if System.supportsUDPReceiveOffload, let options = channel.syncOptions {
                        try options.setOption(.datagramReceiveOffload, value: true)
                        try options.setOption(.datagramReceiveSegmentSize, value: true)
                    }
                    try channel.pipeline.syncOperations.addHandler(handler.value)
                }
            }
            .bind(to: address)
            .map { channel in
                // The option exists for bound sockets only. Where the system has none, nothing is reported, and the core
                // stops marking when it sees that.
                try? channel.syncOptions?.setOption(.explicitCongestionNotification, value: true)
                return channel.localAddress
            }
    }

    /// Sets DF on every datagram and leaves their size to us, so that path MTU discovery finds out the truth (RFC 8899 §3).
    ///
    /// Linux: IP_MTU_DISCOVER and IPV6_MTU_DISCOVER with the value PROBE, which ignores what the kernel believes about
    /// the path. A dual-stack socket needs both. Elsewhere the default of the system stays.
    private static func forbidFragmentation(_ channel: any Channel, isIPv6: Bool) throws {
        #if os(Linux)
        guard let options = channel.syncOptions else { return }
        let probe: ChannelOptions.Types.SocketOption.Value = 3
        let ipv4 = ChannelOptions.Types.SocketOption(level: .ip, name: NIOBSDSocket.Option(rawValue: 10))
        try options.setOption(ipv4, value: probe)
        if isIPv6 {
            let ipv6 = ChannelOptions.Types.SocketOption(level: .ipv6, name: NIOBSDSocket.Option(rawValue: 23))
            try options.setOption(ipv6, value: probe)
        }
        #endif
    }
}
