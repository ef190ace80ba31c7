// SPDX-License-Identifier: MIT OR Apache-2.0

import X0XAPI
import X0XClient

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the three agents do, step by step; each step is checked and has a time limit.
struct DemoScript: Sendable {
    private static let callLimit: Duration = .seconds(10)
    private static let connectLimit: Duration = .seconds(30)
    private static let deliveryLimit: Duration = .seconds(15)
    private static let presenceLimit: Duration = .seconds(30)

    private let alice: DemoDaemon
    private let bob: DemoDaemon
    private let charlie: DemoDaemon
    private let transcript: DemoTranscript
    private let clock = ContinuousClock()

    /// - Precondition: exactly three daemons.
    init(cast: [DemoDaemon], transcript: DemoTranscript) {
        precondition(cast.count == 3, "the demo has three roles")
        self.alice = cast[0]
        self.bob = cast[1]
        self.charlie = cast[2]
        self.transcript = transcript
    }

    func run() async throws {
        try await self.exchangeCards()
        try await self.connect(self.alice, to: self.bob)
        try await self.connect(self.alice, to: self.charlie)
        try await self.connect(self.bob, to: self.charlie)
        try await self.publish()
        try await self.sendDirect("Hello Bob, only you can read this.", from: self.alice, to: self.bob)
        try await self.sendDirect("Hello Alice, I got it.", from: self.bob, to: self.alice)
        try await self.lookAround()
    }

    /// Everybody imports the cards of the two others.
    private func exchangeCards() async throws {
        for owner in [self.alice, self.bob, self.charlie] {
            let link = try await self.within(Self.callLimit, "\(owner.name) making a card") {
                try await owner.client.agentCard(displayName: owner.name).link
            }
            for reader in [self.alice, self.bob, self.charlie] where reader.name != owner.name {
                let start = self.clock.now
                let imported = try await self.within(Self.callLimit, "\(reader.name) importing a card") {
                    try await reader.client.importAgentCard(.link(link), trustLevel: "trusted")
                }
                guard imported.agentID == owner.agentID, imported.displayName == owner.name else {
                    throw CommandError("\(reader.name) read another agent from \(owner.name)'s card")
                }
                try self.record(
                    .card,
                    "\(owner.name) → \(reader.name)",
                    "card of agent \(owner.shortAgentID)… imported, trust: \(imported.trustLevel)",
                    since: start
                )
            }
        }
    }

    private func connect(_ caller: DemoDaemon, to callee: DemoDaemon) async throws {
        let start = self.clock.now
        let answer = try await self.within(Self.connectLimit, "\(caller.name) connecting to \(callee.name)") {
            try await caller.client.connectAgent(callee.agentID)
        }
        guard ["Direct", "Coordinated", "AlreadyConnected"].contains(answer.outcome) else {
            throw CommandError("\(caller.name) could not connect to \(callee.name): \(answer.outcome)")
        }
        let address = answer.address.map { " at \($0)" } ?? ""
        try self.record(.connect, "\(caller.name) → \(callee.name)", answer.outcome + address, since: start)
    }

    /// Bob and Charlie subscribe to a topic, Alice publishes, both must receive what she signed.
    private func publish() async throws {
        let topic = "demo/greetings"
        let text = "Hello everybody! (\(String(UInt32.random(in: .min ... .max), radix: 36)))"
        var streams: [(DemoDaemon, EventSequence<FeedEvent>)] = []
        for reader in [self.bob, self.charlie] {
            try await self.within(Self.callLimit, "\(reader.name) subscribing") {
                _ = try await reader.client.subscribe(topic: topic)
            }
            // Open before Alice publishes: an event after the response head is not lost.
            streams.append((reader, try await reader.client.events()))
        }
        let start = self.clock.now
        let arrivals = try await withThrowingTaskGroup(of: DemoEntry.self) { group in
            for (reader, stream) in streams {
                group.addTask {
                    try await self.within(Self.deliveryLimit, "the published message reaching \(reader.name)") {
                        try await self.delivery(of: text, on: topic, to: reader, stream, since: start)
                    }
                }
            }
            _ = try await self.within(Self.callLimit, "alice publishing") {
                try await self.alice.client.publish(topic: topic, payload: Array(text.utf8))
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for entry in arrivals.sorted(by: { $0.latency < $1.latency }) { try self.transcript.record(entry) }
    }

    private func delivery(
        of text: String,
        on topic: String,
        to reader: DemoDaemon,
        _ stream: EventSequence<FeedEvent>,
        since start: ContinuousClock.Instant
    ) async throws -> DemoEntry {
        for try await item in stream {
            guard case .event(.message(let message)) = item, message.topic == topic,
                Self.text(message.payload) == text
            else { continue }
            guard message.isVerified, message.sender == self.alice.agentID else {
                throw CommandError("\(reader.name) received the message, but not proven to be Alice's")
            }
            return DemoEntry(
                .publish,
                "alice → \(reader.name)",
                "“\(text)” on \(topic)",
                isVerified: true,
                latency: start.duration(to: self.clock.now)
            )
        }
        throw CommandError("\(reader.name)'s event stream ended")
    }

    private func sendDirect(_ text: String, from sender: DemoDaemon, to receiver: DemoDaemon) async throws {
        let stream = try await receiver.client.directEvents()
        let start = self.clock.now
        let arrival = Task { try await self.arrival(of: text, from: sender, at: receiver, stream) }
        // The task ends with the stream; it is cancelled when the message cannot be sent at all.
        defer { arrival.cancel() }
        let receipt = try await self.within(Self.deliveryLimit, "\(sender.name) sending a message") {
            try await sender.client.sendDirect(to: receiver.agentID, payload: Array(text.utf8))
        }
        let end = try await self.within(Self.deliveryLimit, "the direct message reaching \(receiver.name)") {
            try await withTaskCancellationHandler {
                try await arrival.value
            } onCancel: {
                arrival.cancel()
            }
        }
        try self.transcript.record(
            DemoEntry(
                .direct,
                "\(sender.name) → \(receiver.name)",
                "“\(text)” via \(receipt.path)",
                isVerified: true,
                latency: start.duration(to: end)
            )
        )
    }

    /// Waits for the message and returns when it came.
    private func arrival(
        of text: String,
        from sender: DemoDaemon,
        at receiver: DemoDaemon,
        _ stream: EventSequence<DirectMessageEvent>
    ) async throws -> ContinuousClock.Instant {
        for try await item in stream {
            guard case .event(let message) = item, Self.text(message.payload) == text else { continue }
            guard message.isVerified, message.sender == sender.agentID else {
                throw CommandError("\(receiver.name) received the message, but not proven to be \(sender.name)'s")
            }
            return self.clock.now
        }
        throw CommandError("\(receiver.name)'s stream of direct messages ended")
    }

    /// Each of the three must see all three.
    private func lookAround() async throws {
        let everybody = Set([self.alice, self.bob, self.charlie].map(\.agentID))
        for observer in [self.alice, self.bob, self.charlie] {
            let start = self.clock.now
            try await self.within(Self.presenceLimit, "\(observer.name) seeing three agents") {
                while !(try await Set(observer.client.presenceOnline().map(\.agentID)).isSuperset(of: everybody)) {
                    try await self.clock.sleep(for: .milliseconds(100))
                }
            }
            try self.record(.presence, observer.name, "sees alice, bob and charlie online", since: start)
        }
    }

    /// Runs a step with its time limit; a step that takes too long has not happened.
    private func within<Result: Sendable>(
        _ limit: Duration,
        _ step: String,
        _ operation: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let tooLong: any Error = CommandError("\(step) took longer than \(limit)")
        return try await withTimeLimit(limit, orThrow: tooLong, operation)
    }

    private func record(
        _ step: DemoEntry.Step,
        _ who: String,
        _ what: String,
        since start: ContinuousClock.Instant
    ) throws {
        try self.transcript.record(DemoEntry(step, who, what, latency: start.duration(to: self.clock.now)))
    }

    private static func text(_ payload: String) -> String? {
        Data(base64Encoded: payload).map { String(decoding: $0, as: UTF8.self) }
    }
}
