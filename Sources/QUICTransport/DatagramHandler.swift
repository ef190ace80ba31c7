// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule
internal import NIOCore
internal import Primitives
internal import QUICCore

/// Counters of one UDP socket since it was opened.
public struct DatagramSocketStatistics: Equatable, Sendable {
    /// Socket errors that cost at most one datagram (spec 02 §2).
    public var transientErrors: UInt64 = 0
    /// Times the system closed the socket and it was opened again.
    public var reopenedSockets: UInt64 = 0
    /// Datagrams to anything but loopback, refused under `X0X_LOOPBACK_ONLY`.
    public var blockedDestinations: UInt64 = 0
    /// Datagrams to addresses the socket cannot send to, or recently failed to.
    public var unreachableDestinations: UInt64 = 0
    /// Crypto requests refused because the executor was full; their handshakes fail.
    public var refusedCryptoRequests: UInt64 = 0
}

/// The loop-confined driver: reads bursts, feeds the runtime, writes what it wants sent, keeps one timer.
///
/// It outlives its socket: the event loop library closes a UDP socket at many errors of a single datagram, so a socket
/// nobody asked to close is opened again at the same address (spec 02 §16 flaw 14).
final class DatagramHandler<Application: EndpointApplication>: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private(set) var runtime: EndpointRuntime<Application>
    private(set) var statistics = DatagramSocketStatistics()
    private let configuration: QUICTransportConfiguration
    private let mailbox: CommandMailbox<Application.Command>
    private let offload: CryptoOffload
    private let onOutput: @Sendable (Application.Output) -> Void
    private let eventLoop: any EventLoop
    private var context: ChannelHandlerContext?
    private var boundAddress: SocketAddress?
    private var isClosing = false
    private var timer: NIOScheduledCallback?
    private var timerDeadline: Instant?
    private var destinations: DestinationTable
    /// The datagram being received.
    private var received: [UInt8] = []
    private var usesSegmentation = System.supportsUDPSegmentationOffload

    init(
        runtime: EndpointRuntime<Application>,
        configuration: QUICTransportConfiguration,
        mailbox: CommandMailbox<Application.Command>,
        eventLoop: any EventLoop,
        offload: @escaping CryptoOffload,
        onOutput: @escaping @Sendable (Application.Output) -> Void
    ) {
        self.runtime = runtime
        self.configuration = configuration
        self.mailbox = mailbox
        self.eventLoop = eventLoop
        self.offload = offload
        self.onOutput = onOutput
        self.destinations = DestinationTable(
            isIPv6Socket: configuration.bindAddress.family == .ipv6,
            loopbackOnly: configuration.loopbackOnly
        )
    }

    private var now: Instant { Instant(nanoseconds: NIODeadline.now().uptimeNanoseconds) }

    private var loopBound: NIOLoopBound<DatagramHandler> { NIOLoopBound(self, eventLoop: self.eventLoop) }

    // MARK: - The socket

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        // The old pipeline is taken down after the new one may already stand.
        if self.context === context { self.context = nil }
    }

    func channelActive(context: ChannelHandlerContext) {
        self.boundAddress = context.localAddress ?? self.boundAddress
        self.drive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if self.context === context { self.context = nil }
        if !self.isClosing { self.reopen() }
    }

    private func reopen() {
        guard !self.isClosing, let address = self.boundAddress else { return }
        let handler = self.loopBound
        DatagramSocket.open(handler, at: address, on: self.eventLoop).whenComplete { result in
            switch result {
            case .success: handler.value.statistics.reopenedSockets += 1
            case .failure: handler.value.reopenLater()
            }
        }
    }

    private func reopenLater() {
        let handler = self.loopBound
        self.eventLoop.scheduleTask(in: .seconds(1)) { handler.value.reopen() }
    }

    /// Closes the socket for good.
    func close() -> EventLoopFuture<Void> {
        self.isClosing = true
        self.timer?.cancel()
        self.timer = nil
        return self.context?.channel.close() ?? self.eventLoop.makeSucceededVoidFuture()
    }

    // MARK: - Inputs

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = self.unwrapInboundIn(data)
        guard let source = NetworkAddress(socketAddress: envelope.remoteAddress) else { return }
        let now = self.now
        let bytes = envelope.data.readableBytesView
        let codepoint = ECNCodepoint(envelope.metadata?.ecnState ?? .transportNotCapable)
        // The kernel may have put several datagrams of one size together; only the last may be shorter.
        guard let size = envelope.metadata?.segmentSize, size > 0, size < bytes.count else {
            return self.receive(bytes, from: source, codepoint: codepoint, isLast: true, now: now)
        }
        var rest = bytes
        while !rest.isEmpty {
            let isLast = rest.count <= size
            self.receive(rest.prefix(size), from: source, codepoint: codepoint, isLast: isLast, now: now)
            rest = rest.dropFirst(size)
        }
    }

    /// Hands a datagram over in storage that is used again.
    private func receive(
        _ bytes: ByteBufferView,
        from source: NetworkAddress,
        codepoint: ECNCodepoint,
        isLast: Bool,
        now: Instant
    ) {
        self.received.removeAll(keepingCapacity: true)
        self.received.append(contentsOf: bytes)
        self.runtime.datagramReceived(self.received, from: source, codepoint: codepoint, isLast: isLast, now: now)
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
    /// Slow cryptography starts before datagrams are written, so that both run at the same time. Without a socket the
    /// datagrams wait in the runtime, while timers run and callers get their answers.
    private func drive() {
        self.startCrypto()
        if let context = self.context, context.channel.isActive {
            self.writeDatagrams(context)
            // Writing may have ended connections and begun others.
            self.startCrypto()
        }
        while let output = self.runtime.nextOutput() { self.onOutput(output) }
        if !self.isClosing { self.armTimer() }
    }

    private func writeDatagrams(_ context: ChannelHandlerContext) {
        let now = self.now
        var batch: SegmentBatch?
        var hasWritten = false
        while context.channel.isWritable, let datagram = self.runtime.nextDatagram(now: now) {
            if self.usesSegmentation, batch?.append(datagram) == true {
                self.runtime.recycle(datagram)
                continue
            }
            if let full = batch { self.write(full, context, now: now) }
            batch = SegmentBatch(datagram, allocator: context.channel.allocator)
            self.runtime.recycle(datagram)
            hasWritten = true
        }
        if let batch { self.write(batch, context, now: now) }
        if hasWritten { context.flush() }
    }

    private func write(_ batch: SegmentBatch, _ context: ChannelHandlerContext, now: Instant) {
        switch self.destinations.route(batch.destination, now: now) {
        case .blocked: self.statistics.blockedDestinations += UInt64(batch.segmentCount)
        case .unreachable: self.statistics.unreachableDestinations += UInt64(batch.segmentCount)
        case .known(let remote):
            self.write(batch, to: remote, context, watched: batch.segmentCount > 1)
        case .fresh(let remote):
            self.write(batch, to: remote, context, watched: true)
        }
    }

    private func write(
        _ batch: SegmentBatch,
        to remote: SocketAddress,
        _ context: ChannelHandlerContext,
        watched: Bool
    ) {
        var envelope = AddressedEnvelope(remoteAddress: remote, data: batch.buffer)
        if batch.segmentCount > 1 || batch.codepoint != .notCapable {
            envelope.metadata = AddressedEnvelope<ByteBuffer>.Metadata(
                ecnState: NIOExplicitCongestionNotificationState(batch.codepoint),
                packetInfo: nil,
                segmentSize: batch.segmentCount > 1 ? batch.segmentByteCount : nil
            )
        }
        guard watched else { return context.write(self.wrapOutboundOut(envelope), promise: nil) }
        let promise = context.eventLoop.makePromise(of: Void.self)
        let handler = self.loopBound
        let destination = batch.destination
        let isSegmented = batch.segmentCount > 1
        promise.futureResult.whenFailure { error in
            handler.value.writeFailed(error, to: destination, isSegmented: isSegmented)
        }
        context.write(self.wrapOutboundOut(envelope), promise: promise)
    }

    private func writeFailed(_ error: any Error, to destination: NetworkAddress, isSegmented: Bool) {
        self.statistics.transientErrors += 1
        // A probe larger than the interface allows, or a path that has become smaller: path MTU discovery notices.
        if let error = error as? ChannelError, case .writeMessageTooLarge = error { return }
        if isSegmented {
            // Some network interfaces cannot cut buffers; from now on every datagram goes by itself.
            self.usesSegmentation = false
        } else {
            self.destinations.failed(destination, now: self.now)
        }
    }

    private func startCrypto() {
        while let request = self.runtime.nextCryptoRequest() { self.perform(request) }
    }

    private func perform(_ request: EndpointRuntime<Application>.CryptoRequest) {
        let performCrypto = self.configuration.performCrypto
        let handler = self.loopBound
        let eventLoop = self.eventLoop
        let isAccepted = self.offload {
            let result = performCrypto(request.request)
            eventLoop.execute { handler.value.cryptoCompleted(request, result) }
        }
        guard !isAccepted else { return }
        self.statistics.refusedCryptoRequests += 1
        // The handshake fails at once instead of waiting for its time limit.
        self.runtime.cryptoCompleted(request, result: .failed, now: self.now)
    }

    private func armTimer() {
        let deadline = self.runtime.nextDeadline
        guard deadline != self.timerDeadline else { return }
        self.timer?.cancel()
        self.timer = nil
        self.timerDeadline = deadline
        guard let deadline else { return }
        // At least 100 µs away, so that a deadline in the past cannot spin the loop.
        let earliest = self.now + .microseconds(100)
        // A loop that is shutting down takes no callbacks, and then none is needed.
        self.timer = try? self.eventLoop.scheduleCallback(
            at: .uptimeNanoseconds(max(deadline, earliest).nanoseconds),
            handler: TimerCallback(handler: self.loopBound)
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
