// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import CryptoSuite
import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What the machine allows at best: encryption alone, and bytes through a TCP connection without any.
struct CeilingsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ceilings",
        abstract: "AES-256-GCM on packets, and a plain TCP copy over loopback: what no transport can pass."
    )

    @Option(help: "Runs; medians are printed.")
    var runs = 5

    @Option(help: "Mebibytes per run.")
    var mebibytes = 256

    func validate() throws {
        guard self.runs > 0, self.mebibytes > 0 else { throw ValidationError("numbers are positive") }
    }

    func run() async throws {
        try await report([CeilingsMeasurement(runs: self.runs, mebibytes: self.mebibytes)])
    }
}

/// See ``CeilingsCommand``.
struct CeilingsMeasurement: Measurement {
    let runs: Int
    let mebibytes: Int

    var title: String { "ceilings: \(self.mebibytes) MiB" }
    var timeLimit: Duration { .seconds(60 + self.mebibytes * (self.runs + 1)) }

    func findings() async throws -> [Finding] {
        var sealing = Samples()
        var opening = Samples()
        var copying = Samples()
        for index in 0...self.runs {
            try Task.checkCancellation()
            let rates = try self.cipherRates(packetByteCount: 1452)
            let copied = try self.copyRate()
            guard index > 0 else { continue }
            sealing.append(rates.seal)
            opening.append(rates.open)
            copying.append(copied)
        }
        return [
            Finding("AES-256-GCM seal, 1452-byte packets, one core", sealing, unit: "MB/s", digits: 0),
            Finding("AES-256-GCM open, 1452-byte packets, one core", opening, unit: "MB/s", digits: 0),
            Finding("TCP copy over loopback, 64 KiB writes", copying, unit: "MB/s", digits: 0),
        ]
    }

    private func cipherRates(packetByteCount: Int) throws -> (seal: Double, open: Double) {
        let key = try AEADKey(.aes256GCM, key: .random(byteCount: 32))
        guard let nonce = AEADNonce([UInt8](repeating: 7, count: AEADAlgorithm.nonceByteCount)) else {
            throw CryptoSuiteError.operationFailed
        }
        let count = (self.mebibytes << 20) / packetByteCount
        let megabytes = Double(count * packetByteCount) / 1e6
        let headerByteCount = 12
        let plain = [UInt8](repeating: 0xA5, count: packetByteCount - AEADAlgorithm.tagByteCount)
        var packet = plain
        packet.reserveCapacity(packetByteCount)
        let start = ProcessMeter.cpuSeconds
        for number in 0..<UInt64(count) {
            packet.removeLast(packet.count - plain.count)
            try key.seal(&packet, from: 0, plaintextStart: headerByteCount, nonce: nonce.combined(with: number))
        }
        let sealed = ProcessMeter.cpuSeconds
        let last = nonce.combined(with: UInt64(count - 1))
        for _ in 0..<count {
            _ = try key.open(
                packet.span.extracting(droppingFirst: headerByteCount),
                nonce: last,
                authenticating: packet.span.extracting(first: headerByteCount)
            )
        }
        return (megabytes / (sealed - start), megabytes / (ProcessMeter.cpuSeconds - sealed))
    }

    private func copyRate() throws -> Double {
        let (writing, reading) = try Self.connectedSockets()
        let byteCount = self.mebibytes << 20
        let start = ProcessMeter.seconds
        let writer = Thread {
            let block = [UInt8](repeating: 0xA5, count: 1 << 16)
            var written = 0
            while written < byteCount {
                let count = unsafe write(writing, block, block.count)
                guard count > 0 else { break }
                written += count
            }
            close(writing)
        }
        writer.start()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var received = 0
        while true {
            let count = unsafe read(reading, &buffer, buffer.count)
            guard count > 0 else { break }
            received += count
        }
        close(reading)
        guard received >= byteCount else { throw BenchError("\(received) of \(byteCount) bytes arrived") }
        return Double(byteCount) / 1e6 / (ProcessMeter.seconds - start)
    }

    /// Both ends of a TCP connection over 127.0.0.1.
    private static func connectedSockets() throws -> (CInt, CInt) {
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        let dialler = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var byteCount = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isConnected = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(listener, address, byteCount) == 0 && listen(listener, 1) == 0
                    && getsockname(listener, address, &byteCount) == 0 && connect(dialler, address, byteCount) == 0
            }
        }
        let accepted = isConnected ? accept(listener, nil, nil) : -1
        guard accepted >= 0 else { throw BenchError("no TCP connection over loopback: error \(errno)") }
        return (dialler, accepted)
    }
}
