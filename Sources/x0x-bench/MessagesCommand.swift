// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import Primitives
import QUICCore

/// Small messages, each on a unidirectional stream of its own, through `QUICCore` without sockets.
struct MessagesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "messages",
        abstract: "Messages per second of processor time, one stream each, both ends in one thread, no sockets."
    )

    /// Messages on their way: fewer than the connection keeps for sending, so that none is taken in part.
    private static let outstandingCountMax = 4096

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

    func run() throws {
        var pair = try InProcessPair(datagramByteCountMax: self.datagram)
        let (client, _) = try pair.connect()
        var rate = Samples()
        for index in 0...self.runs {
            let start = ProcessMeter.cpuSeconds
            try self.send(over: client, &pair)
            // The first run warms caches and opens the congestion window.
            if index > 0 { rate.append(Double(self.count) / (ProcessMeter.cpuSeconds - start)) }
        }
        print(rate.summary("messages of \(self.bytes) bytes", unit: "1/s", digits: 0))
        print("datagrams sent: \(pair.client.statistics.datagramsSent) for \(self.count * (self.runs + 1)) messages")
    }

    private func send(over handle: ConnectionHandle, _ pair: inout InProcessPair) throws {
        let message = [UInt8](repeating: 0x5A, count: self.bytes)[...]
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
        guard arrivedByteCount == self.count * self.bytes else { throw ValidationError("bytes were lost") }
    }
}
