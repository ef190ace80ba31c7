// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XAPI
import X0XClient

/// Prints events until the stream ends or the user stops the command; both are success.
func follow(
    _ events: ServerSentEvents,
    to output: Output,
    where isWanted: @escaping @Sendable (ServerSentEvent) -> Bool = { _ in true }
) async throws {
    _ = try await runUntilStopped {
        for try await item in events {
            switch item {
            case .event(let event): if isWanted(event) { try output.show(event: event) }
            case .lagged(let missed): output.note("\(missed) events were lost: this reader was too slow")
            case .reconnected(let gap): output.note("connected again; events of the last \(gap) are lost")
            }
        }
    }
}

package struct EventsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Show the messages of all subscriptions as they arrive."
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package func run() async throws {
        let client = try await self.globals.connect()
        let events = try await client.serverSentEvents(target: Endpoints.events.route.path)
        try await follow(events, to: self.globals.output)
    }
}

package struct DirectEventsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Show direct messages as they arrive."
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package func run() async throws {
        let client = try await self.globals.connect()
        let events = try await client.serverSentEvents(target: Endpoints.directEvents.route.path)
        try await follow(events, to: self.globals.output)
    }
}

package struct SubscribeCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "subscribe",
        abstract: "Subscribe to a topic and show its messages until stopped."
    )

    @OptionGroup package var globals: GlobalOptions

    @Argument(help: "The topic.")
    var topic: String

    package init() {}

    package func run() async throws {
        let client = try await self.globals.connect()
        let output = self.globals.output
        // The stream first: a message that arrives right after subscribing must not be missed.
        let events = try await client.serverSentEvents(target: Endpoints.events.route.path)
        let subscriptionID = try await client.subscribe(topic: self.topic)
        output.note("Subscribed to \(self.topic) (\(subscriptionID)). Press Ctrl+C to stop.")
        let outcome: Result<Void, any Error>
        do {
            try await follow(events, to: output) { event in
                // Events of other subscriptions of this daemon are not what was asked for.
                guard let value = try? JSONValue(parsing: Array(event.data.utf8)) else { return false }
                return (value["data"] ?? value)["subscription_id"]?.stringValue == subscriptionID
            }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        // The daemon may be gone, and the subscription with it.
        try? await client.unsubscribe(subscriptionID)
        try outcome.get()
    }
}
