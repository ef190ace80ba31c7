// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding

/// An ACK frame, type 0x02 or 0x03 (RFC 9000 §19.3).
///
/// | field | encoding |
/// |---|---|
/// | largest acknowledged, delay, range count, first range | varints |
/// | per further range: gap, length | varints |
/// | in type 0x03: packets with ECT(0), ECT(1), CE | varints |
package struct AckFrame: Equatable, Sendable {
    /// The acknowledged packet numbers, largest range first; never empty, neighbours are at least two numbers apart.
    package let ranges: [ClosedRange<UInt64>]
    /// The delay field as sent: microseconds divided by 2^ack_delay_exponent.
    package let delay: UInt64
    /// Counts of marked packets, in a frame of type 0x03.
    package let ecnCounts: ECNCounts?

    /// Ranges kept of one frame; older ones beyond are read and ignored, which only costs a retransmission.
    package static let rangeCountMax = 256

    /// Creates a frame from ranges in descending order.
    package init(ranges: [ClosedRange<UInt64>], delay: UInt64, ecnCounts: ECNCounts? = nil) {
        precondition(!ranges.isEmpty, "an ACK frame acknowledges something")
        self.ranges = ranges
        self.delay = delay
        self.ecnCounts = ecnCounts
    }

    /// The largest acknowledged packet number.
    package var largest: UInt64 { self.ranges[0].upperBound }

    /// Reads the fields behind the type.
    package init(from reader: inout ByteReader, hasECNCounts: Bool) throws(DecodeError) {
        let largest = try reader.readVarint()
        self.delay = try reader.readVarint()
        let rangeCount = try reader.readVarint()
        // Each further range takes at least two bytes, which bounds the loop by the packet.
        guard rangeCount <= UInt64(reader.remainingByteCount) / 2 else { throw .truncated }
        let firstLength = try reader.readVarint()
        guard firstLength <= largest else { throw .invalid(field: "first ACK range") }
        var ranges = [largest - firstLength...largest]
        var smallest = largest - firstLength
        for _ in 0..<rangeCount {
            let gap = try reader.readVarint()
            let length = try reader.readVarint()
            guard gap + 2 <= smallest, length <= smallest - gap - 2 else { throw .invalid(field: "ACK range") }
            let upper = smallest - gap - 2
            smallest = upper - length
            if ranges.count < Self.rangeCountMax { ranges.append(smallest...upper) }
        }
        self.ranges = ranges
        self.ecnCounts =
            hasECNCounts
            ? ECNCounts(
                capable0: try reader.readVarint(),
                capable1: try reader.readVarint(),
                congestionExperienced: try reader.readVarint()
            ) : nil
    }

    /// Appends the frame with its type.
    package func encode(into writer: inout ByteWriter) {
        writer.writeVarint(self.ecnCounts == nil ? FrameType.ack : FrameType.ackWithECN)
        writer.writeVarint(self.largest)
        writer.writeVarint(self.delay)
        writer.writeVarint(UInt64(self.ranges.count - 1))
        writer.writeVarint(self.ranges[0].upperBound - self.ranges[0].lowerBound)
        var smallest = self.ranges[0].lowerBound
        for range in self.ranges.dropFirst() {
            precondition(range.upperBound + 2 <= smallest, "ACK ranges descend with gaps between them")
            writer.writeVarint(smallest - range.upperBound - 2)
            writer.writeVarint(range.upperBound - range.lowerBound)
            smallest = range.lowerBound
        }
        guard let ecnCounts else { return }
        writer.writeVarint(ecnCounts.capable0)
        writer.writeVarint(ecnCounts.capable1)
        writer.writeVarint(ecnCounts.congestionExperienced)
    }

    /// Bytes of the encoding.
    package var byteCount: Int {
        var writer = ByteWriter(reservedByteCount: 64)
        self.encode(into: &writer)
        return writer.byteCount
    }
}
