// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import QUICCore

/// Sends a number of bytes over one stream of one fresh connection, or receives and counts them.
struct BulkApplication: EndpointApplication {
    struct Transfer: Sendable {
        let address: NetworkAddress
        let byteCount: Int
    }

    /// What the receiver saw of one stream, first byte to end.
    struct Outcome: Sendable {
        let byteCount: Int
        let duration: Nanoseconds
    }

    private struct Sending: Sendable {
        let handle: ConnectionHandle
        var stream: StreamID?
        var remainingByteCount: Int
    }

    private struct Receiving: Sendable {
        let startedAt: Instant
        var byteCount = 0
    }

    private static let block = [UInt8](repeating: 0xA5, count: 1 << 20)

    private var sending: Sending?
    private var receiving: [ConnectionHandle: Receiving] = [:]
    private var outputs: [Outcome] = []

    var nextDeadline: Instant? { nil }

    mutating func handle(_ command: Transfer, endpoint: inout Endpoint, now: Instant) {
        guard let handle = try? endpoint.connect(to: command.address, serverName: "peer", now: now) else { return }
        self.sending = Sending(handle: handle, stream: nil, remainingByteCount: command.byteCount)
    }

    mutating func handle(
        _ event: ConnectionEvent,
        of handle: ConnectionHandle,
        endpoint: inout Endpoint,
        now: Instant
    ) {
        switch event {
        case .handshakeCompleted where self.sending?.handle == handle:
            self.sending?.stream = endpoint.update(handle) { $0.openStream(.unidirectional) } ?? nil
            self.write(endpoint: &endpoint)
        case .streamWritable: self.write(endpoint: &endpoint)
        case .streamFinished: endpoint.update(handle) { $0.close(code: 0, reason: "", now: now) }
        case .streamReadable(let stream): self.read(stream, of: handle, endpoint: &endpoint, now: now)
        default: break
        }
    }

    private mutating func write(endpoint: inout Endpoint) {
        while let sending, let stream = sending.stream, sending.remainingByteCount > 0 {
            let offered = Self.block.prefix(sending.remainingByteCount)
            let isLast = offered.count == sending.remainingByteCount
            let taken = endpoint.update(sending.handle) { $0.write(stream, offered, finish: isLast) } ?? 0
            self.sending?.remainingByteCount -= taken
            if taken < offered.count { return }
        }
    }

    private mutating func read(
        _ stream: StreamID,
        of handle: ConnectionHandle,
        endpoint: inout Endpoint,
        now: Instant
    ) {
        var receiving = self.receiving[handle] ?? Receiving(startedAt: now)
        while let piece = endpoint.update(handle, { $0.read(stream, maxByteCount: 1 << 18) }) ?? nil {
            receiving.byteCount += piece.bytes.count
            if piece.isFinished {
                self.receiving[handle] = nil
                self.outputs.append(Outcome(byteCount: receiving.byteCount, duration: now - receiving.startedAt))
                return
            }
            if piece.bytes.isEmpty { break }
        }
        self.receiving[handle] = receiving
    }

    mutating func handleTimeout(endpoint: inout Endpoint, now: Instant) {}

    mutating func nextOutput() -> Outcome? { self.outputs.isEmpty ? nil : self.outputs.removeFirst() }
}
