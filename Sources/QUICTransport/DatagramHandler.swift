// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule
internal import NIOCore
internal import Primitives
internal import QUICCore

/// Counters of one UDP socket since it was opened.
package struct DatagramSocketStatistics: Equatable, Sendable {
    /// Socket errors that cost at most one datagram (spec 02 §2).
    package var transientErrors: UInt64 = 0
    /// Datagrams to anything but loopback, refused under `X0X_LOOPBACK_ONLY`.
    package var blockedDestinations: UInt64 = 0
    /// Crypto requests refused because the executor was full; their handshakes fail.
    package var refusedCryptoRequests: UInt64 = 0
}

/// The loop-confined driver: reads bursts, feeds the runtime, writes what it wants sent, keeps one timer.
final class DatagramHandler<Application: EndpointApplication>: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private(set) var runtime: EndpointRuntime<Application>
    private(set) var statistics = DatagramSocketStatistics()
    private let configuration: QUICTransportConfiguration
    private let mailbox: CommandMailbox<Application.Command>
    private let offload: CryptoOffload
    private let onOutput: @Sendable (Application.Output) -> Void
    private var context: ChannelHandlerContext?
    private var isIPv6Socket = false
    private var timer: NIOScheduledCallback?
    private var timerDeadline: Instant?
    private var lastDestination: (address: NetworkAddress, socketAddress: SocketAddress)?

    init(
        runtime: EndpointRuntime<Application>,
        configuration: QUICTransportConfiguration,
        mailbox: CommandMailbox<Application.Command>,
        offload: @escaping CryptoOffload,
        onOutput: @escaping @Sendable (Application.Output) -> Void
    ) {
        self.runtime = runtime
        self.configuration = configuration
        self.mailbox = mailbox
        self.offload = offload
        self.onOutput = onOutput
    }

    private var now: Instant { Instant(nanoseconds: NIODeadline.now().uptimeNanoseconds) }

    // MARK: - Inputs

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.isIPv6Socket = self.configuration.bindAddress.family == .ipv6
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.timer?.cancel()
        self.timer = nil
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = self.unwrapInboundIn(data)
        guard let source = NetworkAddress(socketAddress: envelope.remoteAddress) else { return }
        self.runtime.datagramReceived(Array(envelope.data.readableBytesView), from: source, now: self.now)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.drive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { self.drive() }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Unreachable, refused, too long: a lost datagram, never the end of the endpoint.
        self.statistics.transientErrors += 1
    }

    func drainMailbox() {
        for command in self.mailbox.drain() { self.runtime.handle(command, now: self.now) }
        self.drive()
    }

    private func cryptoCompleted(
        _ request: EndpointRuntime<Application>.CryptoRequest,
        _ result: TLSCryptoResult
    ) {
        self.runtime.cryptoCompleted(request, result: result, now: self.now)
        self.drive()
    }

    fileprivate func timerFired() {
        self.timer = nil
        self.timerDeadline = nil
        self.runtime.handleTimeout(now: self.now)
        self.drive()
    }

    // MARK: - Outputs

    /// Performs everything the runtime wants done, then waits for its next deadline.
    ///
    /// Slow cryptography starts before datagrams are written, so that both run at the same time.
    private func drive() {
        if let context = self.context {
            self.startCrypto(context)
            self.writeDatagrams(context)
            // Writing may have ended connections and begun others.
            self.startCrypto(context)
            self.armTimer(context)
        }
        // Without a socket callers still get their answers.
        while let output = self.runtime.nextOutput() { self.onOutput(output) }
    }

    private func startCrypto(_ context: ChannelHandlerContext) {
        while let request = self.runtime.nextCryptoRequest() { self.perform(request, context) }
    }

    private func writeDatagrams(_ context: ChannelHandlerContext) {
        let now = self.now
        var hasWritten = false
        while context.channel.isWritable, let datagram = self.runtime.nextDatagram(now: now) {
            guard datagram.destination.isLoopback || !self.configuration.loopbackOnly,
                let remote = self.socketAddress(of: datagram.destination)
            else {
                self.statistics.blockedDestinations += 1
                continue
            }
            let envelope = AddressedEnvelope(
                remoteAddress: remote,
                data: context.channel.allocator.buffer(bytes: datagram.bytes)
            )
            context.write(self.wrapOutboundOut(envelope), promise: nil)
            hasWritten = true
        }
        if hasWritten { context.flush() }
    }

    /// Datagrams come in runs to one destination, so that the last conversion mostly serves again.
    private func socketAddress(of destination: NetworkAddress) -> SocketAddress? {
        if let last = self.lastDestination, last.address == destination { return last.socketAddress }
        // An address of the other family than the socket's: nothing the caller could do better than not send.
        guard let converted = try? SocketAddress(destination, mappedToIPv6: self.isIPv6Socket) else { return nil }
        self.lastDestination = (destination, converted)
        return converted
    }

    private func perform(_ request: EndpointRuntime<Application>.CryptoRequest, _ context: ChannelHandlerContext) {
        let signingKey = self.configuration.signingKey
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        let isAccepted = self.offload {
            let result = TLSCryptoPerformer.perform(request.request, signingKey: signingKey)
            eventLoop.execute { handler.value.cryptoCompleted(request, result) }
        }
        guard !isAccepted else { return }
        self.statistics.refusedCryptoRequests += 1
        // The handshake fails at once instead of waiting for its time limit.
        self.runtime.cryptoCompleted(request, result: .failed, now: self.now)
    }

    private func armTimer(_ context: ChannelHandlerContext) {
        let deadline = self.runtime.nextDeadline
        guard deadline != self.timerDeadline else { return }
        self.timer?.cancel()
        self.timer = nil
        self.timerDeadline = deadline
        guard let deadline else { return }
        // At least 100 µs away, so that a deadline in the past cannot spin the loop.
        let earliest = self.now + .microseconds(100)
        self.timer = try? context.eventLoop.scheduleCallback(
            at: .uptimeNanoseconds(max(deadline, earliest).nanoseconds),
            handler: TimerCallback(handler: NIOLoopBound(self, eventLoop: context.eventLoop))
        )
    }
}

/// Brings the one timer of a driver back to it.
private struct TimerCallback<Application: EndpointApplication>: NIOScheduledCallbackHandler {
    let handler: NIOLoopBound<DatagramHandler<Application>>

    func handleScheduledCallback(eventLoop: some EventLoop) {
        self.handler.value.timerFired()
    }
}
