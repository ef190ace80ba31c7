// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import Primitives
import QUICCore

/// Small messages, each on a unidirectional stream of its own, through `QUICCore` without sockets.
struct MessagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "messages",
        abstract: "Messages per second of processor time, one stream each, both ends in one thread, no sockets."
    )

    @Option(help: "Runs; medians are printed.")
    var runs = 5

    @Option(help: "Messages per run.")
    var count = 50_000

    @Option(help: "Bytes per message.")
    var bytes = 1024

    @Option(help: "Largest UDP payload; 1452 is what an Ethernet path carries.")
    var datagram = 1452

    func validate() throws {
        guard self.runs > 0, self.count > 0, 1...2048 ~= self.bytes else {
            throw ValidationError("runs and messages are positive numbers, a message has 1 to 2048 bytes")
        }
        guard self.datagram >= 1200 else { throw ValidationError("a datagram has 1200 bytes or more") }
    }

    func run() async throws {
        try await report([
            MessagesMeasurement(
                runs: self.runs,
                count: self.count,
                byteCount: self.bytes,
                datagramByteCountMax: self.datagram
            )
        ])
    }
}

/// See ``MessagesCommand``.
struct MessagesMeasurement: Measurement {
    /// Messages of 1 KiB per second of processor time.
    private static let budget = 50_000.0

    /// Messages on their way: fewer than the connection keeps for sending, so that none is taken in part.
    private static let outstandingCountMax = 4096

    let runs: Int
    let count: Int
    let byteCount: Int
    let datagramByteCountMax: Int

    var title: String { "messages: \(self.count) of \(self.byteCount) bytes, one stream each, no sockets" }
    var timeLimit: Duration { .seconds(60 + self.count * (self.runs + 1) / 1_000) }

    func findings() async throws -> [Finding] {
        var pair = try InProcessPair(datagramByteCountMax: self.datagramByteCountMax)
        let (client, _) = try pair.connect()
        var rate = Samples()
        for index in 0...self.runs {
            try Task.checkCancellation()
            let start = ProcessMeter.cpuSeconds
            try self.send(over: client, &pair)
            // The first run warms caches and opens the congestion window.
            if index > 0 { rate.append(Double(self.count) / (ProcessMeter.cpuSeconds - start)) }
        }
        let datagrams = Double(pair.client.statistics.datagramsSent)
        return [
            Finding("messages per second of processor time", rate, unit: "1/s", digits: 0).budget(atLeast: Self.budget),
            Finding("datagrams per message", datagrams / Double(self.count * (self.runs + 1)), unit: ""),
        ]
    }

    private func send(over handle: ConnectionHandle, _ pair: inout InProcessPair) throws {
        let message = [UInt8](repeating: 0x5A, count: self.byteCount)[...]
        var sentCount = 0
        var arrivedCount = 0
        var arrivedByteCount = 0
        while arrivedCount < self.count {
            while sentCount < self.count, sentCount - arrivedCount < Self.outstandingCountMax,
                pair.client.update(
                    handle,
                    { connection in
                        guard let stream = connection.openStream(.unidirectional) else { return false }
                        return connection.write(stream, message, finish: true) == message.count
                    }
                ) == true
            {
                sentCount += 1
            }
            pair.exchange(onServerEvent: { endpoint, handle, event in
                guard case .streamReadable(let stream) = event,
                    let piece = endpoint.update(handle, { $0.read(stream, maxByteCount: 1 << 16) }) ?? nil
                else { return }
                arrivedByteCount += piece.bytes.count
                if piece.isFinished { arrivedCount += 1 }
            })
        }
        guard arrivedByteCount == self.count * self.byteCount else { throw BenchError("bytes were lost") }
    }
}
