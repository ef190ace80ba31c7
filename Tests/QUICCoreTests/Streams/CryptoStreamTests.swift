// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing

@testable import QUICCore

@Suite struct CryptoStreamTests {
    /// Chunks are lost, duplicated, repeated and reordered until everything is through.
    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func everyByteArrivesOnceWhateverTheNetworkDoes(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var sender = CryptoStream()
        var receiver = CryptoStream()
        let written = (0..<12_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        var read: [UInt8] = []
        var onTheWay: [(offset: UInt64, bytes: ArraySlice<UInt8>)] = []
        for start in stride(from: 0, to: written.count, by: 1_500) {
            sender.write(Array(written[start..<start + 1_500]))
        }
        var rounds = 0
        while rounds < 50_000, read.count < written.count || sender.hasPending || !onTheWay.isEmpty {
            rounds += 1
            if let chunk = sender.nextChunk(byteCountMax: Int.random(in: 1...700, using: &random)) {
                onTheWay.append(chunk)
            }
            guard let index = onTheWay.indices.randomElement(using: &random) else { continue }
            let chunk = onTheWay.remove(at: index)
            let range = chunk.offset..<chunk.offset + UInt64(chunk.bytes.count)
            switch UInt8.random(in: 0..<4, using: &random) {
            case 0: sender.lost(range)
            case 1:
                // A probe repeats it although it also arrives.
                sender.lost(range)
                try receiver.receive(offset: chunk.offset, bytes: chunk.bytes)
                sender.acknowledged(range)
            default:
                try receiver.receive(offset: chunk.offset, bytes: chunk.bytes)
                sender.acknowledged(range)
            }
            read += receiver.read()
        }
        #expect(read == written)
        #expect(!sender.hasPending)
    }

    @Test func acknowledgedBytesAreNotSentAgain() {
        var stream = CryptoStream()
        stream.write([1, 2, 3, 4, 5, 6])
        #expect(stream.nextChunk(byteCountMax: 0) == nil)
        #expect(stream.nextChunk(byteCountMax: 4)?.bytes == [1, 2, 3, 4])
        stream.acknowledged(1..<3)
        stream.lost(0..<4)
        #expect(stream.nextChunk(byteCountMax: 10).map { [$0.offset] + $0.bytes.map(UInt64.init) } == [0, 1])
        #expect(stream.nextChunk(byteCountMax: 10).map { [$0.offset] + $0.bytes.map(UInt64.init) } == [3, 4, 5, 6])
        stream.acknowledged(0..<1)
        stream.acknowledged(3..<6)
        stream.lost(0..<6)
        #expect(!stream.hasPending)
        stream.write([7])
        #expect(stream.nextChunk(byteCountMax: 10)?.offset == 6)
    }

    @Test func theReassemblyLimitIs16KiBBeyondTheReadOffset() throws {
        var stream = CryptoStream()
        try stream.receive(offset: 16_383, bytes: [9])
        let failure = #expect(throws: ConnectionFailure.self) { try stream.receive(offset: 16_384, bytes: [9]) }
        #expect(failure?.code == .cryptoBufferExceeded)
        try stream.receive(offset: 0, bytes: [UInt8](repeating: 1, count: 16_383)[...])
        #expect(stream.read().count == 16_384)
        try stream.receive(offset: 16_384, bytes: [UInt8](repeating: 1, count: 16_384)[...])
        #expect(stream.read().count == 16_384)
        // Old bytes again are no news.
        try stream.receive(offset: 0, bytes: [UInt8](repeating: 2, count: 100)[...])
        #expect(stream.read().isEmpty)
    }

    @Test func offsetsBeyondTheMaximumAreRefused() throws {
        var stream = CryptoStream()
        for offset in [(1 << 62) - 1, 1 << 62, .max] as [UInt64] {
            let failure = #expect(throws: ConnectionFailure.self) { try stream.receive(offset: offset, bytes: [1]) }
            #expect(failure?.code == .frameEncodingError)
        }
    }
}
