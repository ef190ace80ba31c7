// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import TestSupport
import Testing
import X0XClient

/// The example of `docs/client.md`: compiled here, and compared with the document.
@Suite(.timeLimit(.minutes(1))) struct DocumentedExampleTests {
    /// What the document shows; not called, as it would talk to a daemon of whoever runs the tests.
    private func example() async throws {
        // The example begins.
        // Finds the daemon: X0X_API_BASE and X0X_API_TOKEN, else api.port and api-token in the data directory.
        let client = X0XClient(try DaemonLocator(instance: "alice"))

        do {
            let topic = "demo/greetings"
            let events = try await client.serverSentEvents(target: "/events", reconnecting: .backOff)
            let subscription = try await client.subscribe(topic: topic)
            try await client.publish(topic: topic, payload: Array("hello".utf8))

            for try await item in events {
                switch item {
                case .event(let event): print(event.name, event.data)
                case .lagged(let missed): print("too slow, \(missed) events lost")
                case .reconnected(let gap): print("connected again after \(gap)")
                }
            }
            try await client.unsubscribe(subscription)
        } catch {
            guard error.code == .daemonNotRunning else { throw error }
            print(error)
        }
        // The example ends.
    }

    @Test func theDocumentShowsWhatIsCompiled() throws {
        let path = "Tests/X0XClientTests/DocumentedExampleTests.swift"
        let source = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        let lines = source.components(separatedBy: "\n")
        let start = try #require(lines.firstIndex(of: "        // The example begins."))
        let end = try #require(lines.firstIndex(of: "        // The example ends."))
        let code = lines[(start + 1)..<end].map { $0.isEmpty ? "" : String($0.dropFirst(8)) }.joined(separator: "\n")
        let document = try String(contentsOf: URL(filePath: "docs/client.md"), encoding: .utf8)
        #expect(document.contains("```swift\nimport X0XClient\n\n\(code)\n```\n"))
        #expect(lines[(start + 1)..<end].count <= 23, "an example, not a program")
    }
}
