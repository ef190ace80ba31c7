// SPDX-License-Identifier: MIT OR Apache-2.0

import DequeModule
import NIOCore
import Primitives
import Testing

@testable import QUICCore
@testable import QUICTransport

@Suite struct SegmentBatchTests {
    private static let address = NetworkAddress(ipv4: 0x7F00_0001, port: 9)

    private static func datagram(_ byteCount: Int, to address: NetworkAddress = Self.address) -> OutgoingDatagram {
        OutgoingDatagram(bytes: [UInt8](repeating: UInt8(byteCount & 255), count: byteCount), destination: address)
    }

    private static func batch(_ byteCount: Int) -> SegmentBatch {
        SegmentBatch(Self.datagram(byteCount), allocator: ByteBufferAllocator())
    }

    @Test func equalDatagramsAreJoinedUpToTheLimit() {
        var batch = Self.batch(100)
        func append(_ byteCount: Int) -> Bool { batch.append(Self.datagram(byteCount)) }
        for count in 2...64 {
            #expect(append(100))
            #expect(batch.segmentCount == count)
        }
        #expect(!append(100), "one past the limit of segments")
        #expect(batch.buffer.readableBytes == 6_400)
        var large = Self.batch(1_400)
        var count = 1
        while large.append(Self.datagram(1_400)) { count += 1 }
        #expect(count == 65_000 / 1_400)
    }

    @Test func aShorterDatagramEndsTheBatchAndALargerOneDoesNotFit() {
        var batch = Self.batch(100)
        func append(_ byteCount: Int) -> Bool { batch.append(Self.datagram(byteCount)) }
        #expect(!append(101))
        #expect(append(40))
        #expect(!append(40), "only the last may be shorter")
        #expect(batch.buffer.readableBytes == 140)
    }

    @Test func oneBatchHasOneDestination() {
        var batch = Self.batch(100)
        let isJoined = batch.append(Self.datagram(100, to: NetworkAddress(ipv4: 0x7F00_0001, port: 10)))
        #expect(!isJoined && batch.segmentCount == 1)
    }
}

@Suite struct DestinationTableTests {
    private static let ipv4 = NetworkAddress(ipv4: 0x7F00_0001, port: 9)
    private static let ipv6 = NetworkAddress(ipv6High: 0, low: 1, port: 9)
    private static let foreign = NetworkAddress(ipv4: 0xC000_0201, port: 9)
    private static let now = Instant.epoch + .seconds(100)

    private static func route(
        _ destination: NetworkAddress,
        _ table: inout DestinationTable,
        after span: Nanoseconds = .zero
    ) -> String {
        switch table.route(destination, now: Self.now + span) {
        case .known: "known"
        case .fresh: "fresh"
        case .blocked: "blocked"
        case .unreachable: "unreachable"
        }
    }

    @Test func onlyLoopbackUnderTheSwitchAndOnlyTheSocketsFamily() {
        var table = DestinationTable(isIPv6Socket: false, loopbackOnly: true)
        let routes = [Self.ipv4, Self.ipv4, Self.foreign, Self.ipv6].map { Self.route($0, &table) }
        #expect(routes == ["fresh", "known", "blocked", "unreachable"])
        var dual = DestinationTable(isIPv6Socket: true, loopbackOnly: false)
        #expect([Self.ipv6, Self.foreign, Self.ipv6].map { Self.route($0, &dual) } == ["fresh", "fresh", "fresh"])
    }

    @Test func aFailedAddressIsLeftAloneForAWhile() {
        var table = DestinationTable(isIPv6Socket: false, loopbackOnly: true)
        let first = Self.route(Self.ipv4, &table)
        table.failed(Self.ipv4, now: Self.now)
        let soon = Self.route(Self.ipv4, &table, after: .milliseconds(4_999))
        let later = Self.route(Self.ipv4, &table, after: .seconds(5))
        #expect([first, soon, later] == ["fresh", "unreachable", "fresh"])
    }
}

@Suite struct SocketAddressConversionTests {
    @Test(arguments: [
        NetworkAddress(ipv4: 0x7F00_0001, port: 1), NetworkAddress(ipv4: 0xC0A8_0102, port: 65_535),
        NetworkAddress(ipv6High: 0, low: 1, port: 5_483),
        NetworkAddress(ipv6High: 0x2001_0DB8_0001_0203, low: 0x0405_0607_0809_0A0B, port: 443),
    ])
    func everyAddressSurvivesTheWayToTheSocketAndBack(address: NetworkAddress) throws {
        #expect(NetworkAddress(socketAddress: try SocketAddress(address)) == address)
        // ::ffff:a.b.c.d of a dual-stack socket comes back as IPv4 (spec 02 §2).
        #expect(NetworkAddress(socketAddress: try SocketAddress(address, mappedToIPv6: true)) == address)
    }

    @Test func otherFamiliesAreNoAddresses() throws {
        #expect(NetworkAddress(socketAddress: try SocketAddress(unixDomainSocketPath: "/nowhere")) == nil)
    }
}

@Suite struct CommandMailboxTests {
    @Test func theFirstCommandWakesTheLoopAndAFullMailboxRefuses() {
        let mailbox = CommandMailbox<Int>(capacity: 2)
        #expect(mailbox.append(1) == .first)
        #expect(mailbox.append(2) == .queued)
        #expect(mailbox.append(3) == .refused)
        #expect(Array(mailbox.drain()) == [1, 2])
        #expect(mailbox.append(4) == .first)
    }
}
