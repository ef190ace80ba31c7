// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import X0XClient

/// Sends numbered messages, each after the one before has arrived, and takes the time from the call that sends until
/// the receiver's client holds the decoded event.
struct MessageProbe: Sendable {
    /// A message that arrived.
    private struct Arrival: Sendable {
        let number: Int
        let time: ContinuousClock.Instant
    }

    /// A message that takes longer counts as lost.
    private static let arrivalLimit: Duration = .seconds(10)
    private static let marker = "x0x-bench"

    /// Messages that are timed.
    let count: Int
    /// Messages before them that are not.
    let warmUpCount: Int
    /// Bytes per message.
    let byteCount: Int

    /// Runs the probe.
    ///
    /// - Parameters:
    ///   - stream: Where the messages arrive; connected.
    ///   - payload: The base64 payload of an event; nil for events that are no messages.
    ///   - send: Sends one message.
    /// - Returns: Milliseconds.
    /// - Throws: `BenchError` when a message is lost or the stream ends, and what `send` throws.
    func latencies<Event: Decodable & Sendable>(
        in stream: EventSequence<Event>,
        payload: @escaping @Sendable (Event) -> String?,
        send: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws -> Samples {
        // One message is on its way at a time; duplicates beyond the cap are of no interest.
        let (arrivals, continuation) = AsyncStream.makeStream(of: Arrival.self, bufferingPolicy: .bufferingNewest(16))
        return try await withThrowingTaskGroup(of: Samples.self) { group in
            group.addTask {
                for try await item in stream {
                    guard case .event(let event) = item, let text = payload(event) else { continue }
                    let time = ContinuousClock.now
                    if let number = Self.number(in: text) { continuation.yield(Arrival(number: number, time: time)) }
                }
                throw BenchError("the event stream ended")
            }
            group.addTask { try await self.sendAll(arrivals, send) }
            defer { group.cancelAll() }
            guard let samples = try await group.next() else { throw CancellationError() }
            return samples
        }
    }

    private func sendAll(
        _ arrivals: AsyncStream<Arrival>,
        _ send: @Sendable ([UInt8]) async throws -> Void
    ) async throws -> Samples {
        var samples = Samples()
        for number in 0..<self.warmUpCount + self.count {
            let message = self.message(number)
            let start = ContinuousClock.now
            try await send(message)
            let lost: any Error = BenchError("message \(number) did not arrive within \(Self.arrivalLimit)")
            let end = try await withTimeLimit(Self.arrivalLimit, orThrow: lost) {
                for await arrival in arrivals where arrival.number == number { return arrival.time }
                throw CancellationError()
            }
            if number >= self.warmUpCount { samples.append((end - start) / .milliseconds(1)) }
        }
        return samples
    }

    /// `x0x-bench <number> …` filled up with dots.
    private func message(_ number: Int) -> [UInt8] {
        let head = Array("\(Self.marker) \(number) ".utf8)
        return head + [UInt8](repeating: 0x2E, count: max(0, self.byteCount - head.count))
    }

    private static func number(in payload: String) -> Int? {
        guard let data = Data(base64Encoded: payload) else { return nil }
        let words = String(decoding: data.prefix(40), as: UTF8.self).split(separator: " ")
        guard words.count >= 2, words[0] == Self.marker else { return nil }
        return Int(words[1])
    }
}
