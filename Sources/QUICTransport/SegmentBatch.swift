// SPDX-License-Identifier: MIT OR Apache-2.0

internal import NIOCore
internal import Primitives
internal import QUICCore

/// Datagrams of one size to one destination, on their way to the kernel as one buffer (UDP segmentation offload).
///
/// The kernel cuts the buffer into datagrams again, after having gone through its network stack only once. The last
/// datagram may be shorter than the others.
struct SegmentBatch {
    /// Datagrams per buffer; the kernel takes at least 64.
    static let segmentCountMax = 64
    /// Bytes per buffer: what fits into one UDP datagram of the largest size.
    static let byteCountMax = 65_000

    let destination: NetworkAddress
    /// How every datagram is marked: the kernel gives all of them one IP header.
    let codepoint: ECNCodepoint
    /// The size of every datagram but the last.
    let segmentByteCount: Int
    private(set) var buffer: ByteBuffer
    private(set) var segmentCount = 1
    private var isComplete = false

    /// Starts with one datagram.
    init(_ datagram: OutgoingDatagram, allocator: ByteBufferAllocator) {
        self.destination = datagram.destination
        self.codepoint = datagram.codepoint
        self.segmentByteCount = datagram.bytes.count
        self.buffer = allocator.buffer(bytes: datagram.bytes)
    }

    /// Adds a datagram, or returns `false` when it has to go into the next batch.
    mutating func append(_ datagram: OutgoingDatagram) -> Bool {
        let byteCount = datagram.bytes.count
        guard !self.isComplete, datagram.destination == self.destination,
            datagram.codepoint == self.codepoint, byteCount <= self.segmentByteCount,
            self.segmentCount < Self.segmentCountMax, self.buffer.readableBytes + byteCount <= Self.byteCountMax
        else { return false }
        if self.segmentCount == 1 {
            self.buffer.reserveCapacity(min(Self.byteCountMax, Self.segmentCountMax * self.segmentByteCount))
        }
        self.buffer.writeBytes(datagram.bytes)
        self.segmentCount += 1
        self.isComplete = byteCount < self.segmentByteCount
        return true
    }
}
