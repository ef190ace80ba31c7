// SPDX-License-Identifier: MIT OR Apache-2.0

import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
import X0XServer

/// A client that sees the bytes on the wire: for streams, old protocol versions and broken requests.
final class RawConnection: Sendable {
    /// What a reader waits for.
    private enum Condition: Sendable {
        case part(String)
        case test(@Sendable (String) -> Bool)
        case end

        /// Whether it holds now that the last `freshByteCount` bytes of the text are new.
        func holds(_ text: String, freshByteCount: Int) -> Bool {
            switch self {
            case .part(let part):
                String(decoding: text.utf8.suffix(freshByteCount + part.utf8.count), as: UTF8.self).contains(part)
            case .test(let test): test(text)
            case .end: false
            }
        }
    }

    private final class Collector: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        private struct State {
            var text = ""
            var bytes: [UInt8] = []
            var isClosed = false
            var waiting: (condition: Condition, continuation: CheckedContinuation<Void, Never>)?
        }

        private let state = Mutex(State())

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let buffer = self.unwrapInboundIn(data)
            let text = String(buffer: buffer)
            self.change(freshByteCount: text.utf8.count) { state in
                state.text += text
                state.bytes += buffer.readableBytesView
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            self.change { $0.isClosed = true }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        var text: String { self.state.withLock { $0.text } }
        var bytes: [UInt8] { self.state.withLock { $0.bytes } }
        var isClosed: Bool { self.state.withLock { $0.isClosed } }

        /// Returns when the condition holds or nothing more can come.
        func wait(until condition: Condition) async {
            await withCheckedContinuation { continuation in
                let isReady = self.state.withLock { state in
                    let isMet = condition.holds(state.text, freshByteCount: state.text.utf8.count)
                    guard !isMet, !state.isClosed else { return true }
                    state.waiting = (condition, continuation)
                    return false
                }
                if isReady { continuation.resume() }
            }
        }

        func giveUp() { self.change { $0.isClosed = true } }

        private func change(freshByteCount: Int = 0, _ update: (inout State) -> Void) {
            let ready = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
                update(&state)
                guard let waiting = state.waiting else { return nil }
                let isMet = waiting.condition.holds(state.text, freshByteCount: freshByteCount)
                guard state.isClosed || isMet else { return nil }
                state.waiting = nil
                return waiting.continuation
            }
            ready?.resume()
        }
    }

    private let channel: any Channel
    private let collector: Collector

    private init(channel: any Channel, collector: Collector) {
        self.channel = channel
        self.collector = collector
    }

    static func open(port: Int) async throws -> RawConnection {
        let collector = Collector()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(collector) }
            }
            .connect(host: "127.0.0.1", port: port)
            .get()
        return RawConnection(channel: channel, collector: collector)
    }

    /// Everything received so far.
    var text: String { self.collector.text }
    var bytes: [UInt8] { self.collector.bytes }
    var isClosed: Bool { self.collector.isClosed }

    /// Sends text with `\r\n` for each line end of it.
    func send(_ text: String) async throws {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
        try await self.channel.writeAndFlush(ByteBuffer(string: lines))
    }

    func send(bytes: [UInt8]) async throws {
        try await self.channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Whether bytes of the server are taken from the socket; a client that stops reading sets it to false.
    func setReading(_ isReading: Bool) async throws {
        try await self.channel.setOption(ChannelOptions.autoRead, value: isReading).get()
    }

    /// Waits until the received text satisfies the test, the connection ends or twenty seconds have passed.
    func receive(until test: @escaping @Sendable (String) -> Bool) async -> String {
        await self.receive(.test(test))
    }

    /// Waits for a part of the text, the end or twenty seconds.
    func receive(_ part: String) async -> String {
        await self.receive(.part(part))
    }

    /// Waits for the server to close.
    func receiveAll() async -> String {
        await self.receive(.end)
    }

    private func receive(_ condition: Condition) async -> String {
        let deadline = self.channel.eventLoop.scheduleTask(in: .seconds(20)) { [collector] in collector.giveUp() }
        await self.collector.wait(until: condition)
        deadline.cancel()
        return self.text
    }

    func close() async {
        try? await self.channel.close()
    }
}

/// Runs a server on a free port while the body runs, then shuts it down gracefully.
func withRunningServer(
    _ harness: APIHarness,
    _ body: @Sendable (_ port: Int, _ stop: @Sendable () async -> Void) async throws -> Void
) async throws {
    let group = ServiceGroup(configuration: .init(services: [harness.server], logger: APIHarness.logger))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        let port = try await harness.listeningPort()
        do {
            try await body(port) { await group.triggerGracefulShutdown() }
        } catch {
            await group.triggerGracefulShutdown()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
    }
}

extension APIHarness {
    /// Waits for the server to listen.
    func listeningPort() async throws -> Int {
        for await port in self.ports.stream { return port }
        throw ServerDidNotListen()
    }

    private struct ServerDidNotListen: Error {}
}
