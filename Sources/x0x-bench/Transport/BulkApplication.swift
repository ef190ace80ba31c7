// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import QUICCore

/// Sends a number of bytes over the streams of one fresh connection, or receives and counts them.
struct BulkApplication: EndpointApplication {
    struct Transfer: Sendable {
        let address: NetworkAddress
        let byteCount: Int
        let streamCount: Int
    }

    /// What the receiver saw of one connection, first byte to last end.
    struct Outcome: Sendable {
        let byteCount: Int
        let duration: Nanoseconds
        /// The datagram size the sending side had arrived at.
        let datagramByteCount: Int
    }

    private struct Sending: Sendable {
        let handle: ConnectionHandle
        let transfer: Transfer
        /// Bytes still to be written, per stream.
        var remaining: [StreamID: Int] = [:]
        var openCount = 0
    }

    private struct Receiving: Sendable {
        let startedAt: Instant
        var byteCount = 0
        var streams: Set<StreamID> = []
        var finishedCount = 0
    }

    private static let block = [UInt8](repeating: 0xA5, count: 1 << 20)

    private var sending: Sending?
    private var receiving: [ConnectionHandle: Receiving] = [:]
    private var outputs: [Outcome] = []
    /// The storage reading uses again and again.
    private var bytes: [UInt8] = []

    var nextDeadline: Instant? { nil }

    mutating func handle(_ command: Transfer, endpoint: inout Endpoint, now: Instant) {
        guard let handle = try? endpoint.connect(to: command.address, serverName: "peer", now: now) else { return }
        self.sending = Sending(handle: handle, transfer: command)
    }

    mutating func handle(
        _ event: ConnectionEvent,
        of handle: ConnectionHandle,
        endpoint: inout Endpoint,
        now: Instant
    ) {
        switch event {
        case .handshakeCompleted where self.sending?.handle == handle: self.start(handle, endpoint: &endpoint)
        case .streamWritable(let stream): self.write(stream, endpoint: &endpoint)
        case .streamFinished where self.sending?.handle == handle:
            self.sending?.openCount -= 1
            guard self.sending?.openCount == 0 else { return }
            self.finish(handle, endpoint: &endpoint, now: now)
        case .streamReadable(let stream): self.read(stream, of: handle, endpoint: &endpoint, now: now)
        case .closed: self.receiving[handle] = nil
        default: break
        }
    }

    private mutating func start(_ handle: ConnectionHandle, endpoint: inout Endpoint) {
        guard let transfer = self.sending?.transfer else { return }
        for _ in 0..<transfer.streamCount {
            guard let stream = endpoint.update(handle, { $0.openStream(.unidirectional) }) ?? nil else { return }
            self.sending?.openCount += 1
            self.sending?.remaining[stream] = transfer.byteCount / transfer.streamCount
        }
        for stream in self.sending?.remaining.keys.sorted() ?? [] { self.write(stream, endpoint: &endpoint) }
    }

    private mutating func write(_ stream: StreamID, endpoint: inout Endpoint) {
        while let handle = self.sending?.handle, let remaining = self.sending?.remaining[stream], remaining > 0 {
            let offered = Self.block.prefix(remaining)
            let isLast = offered.count == remaining
            let taken = endpoint.update(handle) { $0.write(stream, offered, finish: isLast) } ?? 0
            self.sending?.remaining[stream] = remaining - taken
            if taken < offered.count { return }
        }
    }

    /// Everything is acknowledged: the receiver's times are right, the sender knows the rest.
    private mutating func finish(_ handle: ConnectionHandle, endpoint: inout Endpoint, now: Instant) {
        let size = endpoint.update(handle) { $0.datagramByteCount } ?? 0
        endpoint.update(handle) { $0.close(code: 0, reason: "", now: now) }
        self.sending = nil
        self.outputs.append(Outcome(byteCount: 0, duration: .zero, datagramByteCount: size))
    }

    private mutating func read(
        _ stream: StreamID,
        of handle: ConnectionHandle,
        endpoint: inout Endpoint,
        now: Instant
    ) {
        var receiving = self.receiving[handle] ?? Receiving(startedAt: now)
        receiving.streams.insert(stream)
        var bytes: [UInt8] = []
        swap(&bytes, &self.bytes)
        while let isFinished = endpoint.update(handle, { $0.read(stream, maxByteCount: 1 << 18, into: &bytes) }) ?? nil
        {
            receiving.byteCount += bytes.count
            if isFinished {
                receiving.finishedCount += 1
                break
            }
            if bytes.isEmpty { break }
        }
        swap(&bytes, &self.bytes)
        self.receiving[handle] = receiving
        guard receiving.finishedCount == receiving.streams.count else { return }
        self.outputs.append(
            Outcome(byteCount: receiving.byteCount, duration: now - receiving.startedAt, datagramByteCount: 0)
        )
    }

    mutating func handleTimeout(endpoint: inout Endpoint, now: Instant) {}

    mutating func nextOutput() -> Outcome? { self.outputs.isEmpty ? nil : self.outputs.removeFirst() }
}
