// SPDX-License-Identifier: MIT OR Apache-2.0

internal import NIOCore
internal import Synchronization
internal import X0X

/// The bytes of the latest messages as clients get them: what many clients receive is encoded once.
final class RecentEncodings: Sendable {
    private struct Entry {
        let message: ReceivedMessage
        let bytes: ByteBuffer
    }

    private struct State {
        var entries: [Entry] = []  // ≤ countMax
        var oldest = 0
    }

    /// Clients that keep up are about this far apart.
    private static let countMax = 32
    /// Longer encodings are not kept: all of them together hold at most 2 MiB.
    private static let byteCountMax = 65_536

    private let state = Mutex(State())

    /// The bytes of a message; `encode` makes them if no client had the same message lately.
    func bytes(of message: ReceivedMessage, encode: (ReceivedMessage) throws -> ByteBuffer) throws -> ByteBuffer {
        // Under the lock, so that those who want the same message wait for one encoding instead of making their own.
        try self.state.withLock { state in
            if let entry = state.entries.last(where: { $0.message == message }) { return entry.bytes }
            let bytes = try encode(message)
            guard bytes.readableBytes <= Self.byteCountMax else { return bytes }
            let entry = Entry(message: message, bytes: bytes)
            if state.entries.count < Self.countMax {
                state.entries.append(entry)
            } else {
                state.entries[state.oldest] = entry
                state.oldest = (state.oldest + 1) % Self.countMax
            }
            return bytes
        }
    }
}
