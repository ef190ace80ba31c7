// SPDX-License-Identifier: MIT OR Apache-2.0

package import Node
package import Presence
package import Primitives

/// The presence events of one client: who is online now, then every change; one consumer.
///
/// A client that reads too slowly gets a marker and the difference to what it knows. It ends on shutdown.
package struct PresenceFeed: AsyncSequence, Sendable {
    package typealias Element = PresenceFeedState.Item

    /// Who may be shown now, with whether each can be reached.
    package typealias Snapshot = @Sendable () -> [AgentID: Bool]
    /// Turns a change into what may be shown; `nil` hides it.
    package typealias Filter = @Sendable (PresenceTracker.Action) -> PresenceTracker.Action?

    private let changes: BroadcastSubscription<PresenceTracker.Action>
    private let snapshot: Snapshot
    private let filter: Filter

    /// Creates the feed of a subscription that was made before.
    package init(
        changes: BroadcastSubscription<PresenceTracker.Action>,
        snapshot: @escaping Snapshot,
        filter: @escaping Filter = { $0 }
    ) {
        self.changes = changes
        self.snapshot = snapshot
        self.filter = filter
    }

    /// The consumer's end.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let feed: PresenceFeed
        fileprivate var changes: BroadcastSubscription<PresenceTracker.Action>.Iterator
        private var state = PresenceFeedState()
        /// Nil before the first event was asked for; ≤ tracked agents.
        private var ready: [Element]?

        fileprivate init(_ feed: PresenceFeed) {
            self.feed = feed
            self.changes = feed.changes.makeAsyncIterator()
        }

        package mutating func next() async -> Element? {
            if self.ready == nil { self.ready = self.state.synchronise(self.feed.snapshot()).reversed() }
            while true {
                if let item = self.ready?.popLast() { return item }
                switch await self.changes.next() {
                case nil: return nil
                case .element(let change):
                    let shown = self.feed.filter(change)
                    self.ready = shown.flatMap { self.state.changed($0) }.map { [$0] } ?? []
                case .lagged(let count):
                    self.ready = self.state.synchronise(self.feed.snapshot()).reversed() + [.lagged(count)]
                }
            }
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async -> Element? { await self.next() }
    }

    package func makeAsyncIterator() -> Iterator { Iterator(self) }
}
