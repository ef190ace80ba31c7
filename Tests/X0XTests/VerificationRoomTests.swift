// SPDX-License-Identifier: MIT OR Apache-2.0

import Dispatch
import GossipCore
import Node
import Primitives
import QUICTransport
import Testing

@testable import X0X

/// Messages wait for their signature checks; they are not dropped and fetched again (spec 04 §20 F-20).
@Suite(.serialized, .timeLimit(.minutes(1))) struct VerificationRoomTests {
    private let folder: TemporaryFolder

    init() throws { self.folder = try TemporaryFolder() }

    @Test func spec04_check25_whenTheProcessorIsScarceMessagesWaitAndAreNotLost() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let bob = try await openAgent(in: self.folder, "bob") { $0.bootstrapPeers = [alice.localAddress] }
        let count = 400
        try await run([alice, bob]) {
            try await eventually("they are neighbours") {
                let isAlone = await alice.gossipDiagnostics().overlay.activeView.isEmpty
                let isBobAlone = await bob.gossipDiagnostics().overlay.activeView.isEmpty
                return !isAlone && !isBobAlone
            }
            _ = try await bob.subscribe(topic: "news")
            let events = try await bob.events()
            // Bob's threads for signatures do nothing for as long as alice publishes.
            let gate = DispatchSemaphore(value: 0)
            for _ in 0..<CryptoThreads.count { #expect(bob.crypto.offload { gate.wait() }) }
            let published = Task {
                for number in 0..<count {
                    try await alice.publish(topic: "news", payload: [UInt8(number & 0xFF), UInt8(number >> 8)])
                }
            }
            let result = await published.result
            for _ in 0..<CryptoThreads.count { gate.signal() }
            try result.get()
            var received: Set<[UInt8]> = []
            while received.count < count {
                guard case .message(let message) = try await nextElement(of: events) else { return }
                received.insert(message.payload)
            }
            let diagnostics = await bob.gossipDiagnostics()
            #expect(diagnostics.stages.drops[.verificationOverload] == 0)
            #expect(diagnostics.receivePump.pubSub.droppedFull == 0)
            #expect(diagnostics.dispatcher.pubSub.received == diagnostics.dispatcher.pubSub.completed)
        }
    }
}

/// More than the executor has threads, whatever the machine.
private enum CryptoThreads {
    static let count = 64
}
