// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Synchronization

/// Counts the open event streams and refuses those over the limit.
final class StreamLimit: Sendable {
    private let limit: Int
    private let count = Atomic<Int>(0)
    private let refused = Atomic<UInt64>(0)

    init(_ limit: Int) {
        self.limit = limit
    }

    /// Open streams now.
    var openCount: Int { self.count.load(ordering: .relaxed) }

    /// Streams refused since the start.
    var refusedTotal: UInt64 { self.refused.load(ordering: .relaxed) }

    /// A place for one stream, given back when the last reference goes away.
    func take() throws(APIFailure) -> Place {
        guard self.count.add(1, ordering: .relaxed).newValue <= self.limit else {
            self.count.subtract(1, ordering: .relaxed)
            self.refused.add(1, ordering: .relaxed)
            throw .tooManyConnections
        }
        return Place(self)
    }

    private func giveBack() {
        self.count.subtract(1, ordering: .relaxed)
    }

    final class Place: Sendable {
        private let owner: StreamLimit

        fileprivate init(_ owner: StreamLimit) {
            self.owner = owner
        }

        deinit {
            self.owner.giveBack()
        }
    }
}
