// SPDX-License-Identifier: MIT OR Apache-2.0

package import X0XAPI

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The decoded events of one stream; see ``ServerSentEvents`` for connection, bounds and cancellation.
package struct EventSequence<Event: Decodable & Sendable>: AsyncSequence, Sendable {
    package typealias Element = StreamItem<Event>

    private let base: ServerSentEvents
    /// The event names to decode; nil decodes every event.
    ///
    /// Others are events of newer daemons and are passed over.
    private let names: Set<String>?

    init(_ base: ServerSentEvents, names: Set<String>?) {
        self.base = base
        self.names = names
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(base: self.base.makeAsyncIterator(), names: self.names)
    }

    package struct Iterator: AsyncIteratorProtocol {
        private var base: ServerSentEvents.Iterator
        private let names: Set<String>?

        fileprivate init(base: ServerSentEvents.Iterator, names: Set<String>?) {
            self.base = base
            self.names = names
        }

        /// The next item; nil at the end of the stream.
        ///
        /// - Throws: ``X0XClientError``; code `invalidResponse` for an event that is not an `Event`.
        package mutating func next() async throws(X0XClientError) -> StreamItem<Event>? {
            while let item = try await self.base.next() {
                switch item {
                case .lagged(let missed):
                    return .lagged(missed: missed)
                case .reconnected(let gap):
                    return .reconnected(gap: gap)
                case .event(let event):
                    if let names = self.names, !names.contains(event.name) { continue }
                    return .event(try Self.decode(event))
                }
            }
            return nil
        }

        private static func decode(_ event: ServerSentEvent) throws(X0XClientError) -> Event {
            do {
                return try JSONDecoder().decode(Event.self, from: Data(event.data.utf8))
            } catch {
                throw X0XClientError(.invalidResponse, "failed to parse event", detail: "event '\(event.name)'")
            }
        }
    }
}

extension X0XClient {
    /// Opens an event stream of the registry; connected when this returns.
    package func stream<Event>(
        _ endpoint: Endpoint<NoBody, EventStream<Event>>,
        names: Set<String>? = nil,
        reconnecting policy: ReconnectPolicy
    ) async throws(X0XClientError) -> EventSequence<Event> {
        let events = try await self.serverSentEvents(target: endpoint.route.path, reconnecting: policy)
        return EventSequence(events, names: names)
    }
}
