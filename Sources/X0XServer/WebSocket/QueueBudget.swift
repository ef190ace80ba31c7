// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Synchronization

/// The memory that the queues of all WebSocket sessions together may hold.
///
/// Each session has a cap of its own; this one bounds the sum when many clients stop reading at the same time.
final class QueueBudget: Sendable {
    private let limit: Int
    private let used = Atomic<Int>(0)

    /// A budget of `limit` bytes.
    init(_ limit: Int) { self.limit = limit }

    /// Bytes taken now.
    var usedByteCount: Int { self.used.load(ordering: .relaxed) }

    /// Takes bytes; false, and nothing is taken, when they do not fit.
    func take(_ byteCount: Int) -> Bool {
        guard self.used.add(byteCount, ordering: .relaxed).newValue <= self.limit else {
            self.giveBack(byteCount)
            return false
        }
        return true
    }

    func giveBack(_ byteCount: Int) { self.used.subtract(byteCount, ordering: .relaxed) }
}
