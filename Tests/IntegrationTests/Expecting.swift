// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import TestSupport
import Testing
import X0XAPI
import X0XClient

/// What a test waited for did not happen.
struct DidNotHappen: Error, CustomStringConvertible {
    let what: String
    var description: String { "did not happen in time: \(self.what)" }
}

/// The first event of a stream that `select` accepts.
func first<Event: Decodable & Sendable, Result: Sendable>(
    _ what: String,
    in stream: EventSequence<Event>,
    within limit: Duration = .seconds(20),
    where select: @escaping @Sendable (Event) -> Result?
) async throws -> Result {
    try await withTimeLimit(limit, orThrow: DidNotHappen(what: what) as any Error) {
        for try await case .event(let event) in stream {
            if let result = select(event) { return result }
        }
        throw DidNotHappen(what: "\(what) (the stream ended)")
    }
}

/// Asks again until the answer satisfies `condition`; the answer, or an error after the deadline.
func eventually<Value: Sendable>(
    _ what: String,
    within limit: Duration = .seconds(20),
    _ ask: @escaping @Sendable () async throws -> Value,
    until condition: @escaping @Sendable (Value) -> Bool
) async throws -> Value {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while true {
        let value = try await ask()
        if condition(value) { return value }
        guard clock.now < deadline else { throw DidNotHappen(what: "\(what); last answer: \(value)") }
        // The other side is another process: there is no event to wait for, only another question.
        try await clock.sleep(for: .milliseconds(50))
    }
}

extension DaemonFixture {
    /// Imports the card of another daemon.
    func meet(_ other: DaemonFixture, trust: String = "trusted") async throws {
        let card = try await other.client.agentCard(displayName: other.name)
        let imported = try await self.client.importAgentCard(.link(card.link), trustLevel: trust)
        #expect(imported.agentID == other.agentID && imported.displayName == other.name)
    }

    /// Connects to an agent whose card was imported.
    func connect(to other: DaemonFixture) async throws {
        let answer = try await self.client.connectAgent(other.agentID)
        try #require(["Direct", "Coordinated", "AlreadyConnected"].contains(answer.outcome), "\(answer)")
    }
}

func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
