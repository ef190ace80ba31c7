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
    /// The range with the largest acknowledged packet number; inline, so that the usual ACK with one costs no array.
    package let first: ClosedRange<UInt64>
    /// The other ranges, descending; neighbours are at least two numbers apart.
    package let others: [ClosedRange<UInt64>]
    /// The delay field as sent: microseconds divided by 2^ack_delay_exponent.
    package let delay: UInt64
    /// Counts of marked packets, in a frame of type 0x03.
    package let ecnCounts: ECNCounts?

    /// Ranges kept of one frame; older ones beyond are read and ignored, which only costs a retransmission.
    package static let rangeCountMax = 256

    /// Creates a frame from ranges in descending order.
    package init(ranges: [ClosedRange<UInt64>], delay: UInt64, ecnCounts: ECNCounts? = nil) {
        precondition(!ranges.isEmpty, "an ACK frame acknowledges something")
        self.init(first: ranges[0], others: Array(ranges.dropFirst()), delay: delay, ecnCounts: ecnCounts)
    }

    /// Creates a frame from its first range and the others in descending order.
    package init(
        first: ClosedRange<UInt64>,
        others: [ClosedRange<UInt64>],
        delay: UInt64,
        ecnCounts: ECNCounts?
    ) {
        self.first = first
        self.others = others
        self.delay = delay
        self.ecnCounts = ecnCounts
    }

    /// All ranges, descending; an array of its own.
    package var ranges: [ClosedRange<UInt64>] { [self.first] + self.others }

    /// The largest acknowledged packet number.
    package var largest: UInt64 { self.first.upperBound }

    /// Reads the fields behind the type.
    package init(from reader: inout ByteReader, hasECNCounts: Bool) throws(DecodeError) {
        let largest = try reader.readVarint()
        self.delay = try reader.readVarint()
        let rangeCount = try reader.readVarint()
        // Each further range takes at least two bytes, which bounds the loop by the packet.
        guard rangeCount <= UInt64(reader.remainingByteCount) / 2 else { throw .truncated }
        let firstLength = try reader.readVarint()
        guard firstLength <= largest else { throw .invalid(field: "first ACK range") }
        self.first = largest - firstLength...largest
        var others: [ClosedRange<UInt64>] = []
        var smallest = largest - firstLength
        for _ in 0..<rangeCount {
            let gap = try reader.readVarint()
            let length = try reader.readVarint()
            guard gap + 2 <= smallest, length <= smallest - gap - 2 else { throw .invalid(field: "ACK range") }
            let upper = smallest - gap - 2
            smallest = upper - length
            if others.count < Self.rangeCountMax - 1 { others.append(smallest...upper) }
        }
        self.others = others
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
        writer.writeVarint(UInt64(self.others.count))
        writer.writeVarint(self.first.upperBound - self.first.lowerBound)
        var smallest = self.first.lowerBound
        for range in self.others {
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
        var byteCount = 1 + QUICVarint.byteCount(of: self.largest) + QUICVarint.byteCount(of: self.delay)
        byteCount += QUICVarint.byteCount(of: UInt64(self.others.count))
        byteCount += QUICVarint.byteCount(of: self.first.upperBound - self.first.lowerBound)
        var smallest = self.first.lowerBound
        for range in self.others {
            byteCount += QUICVarint.byteCount(of: smallest - range.upperBound - 2)
            byteCount += QUICVarint.byteCount(of: range.upperBound - range.lowerBound)
            smallest = range.lowerBound
        }
        guard let ecnCounts else { return byteCount }
        return byteCount + QUICVarint.byteCount(of: ecnCounts.capable0) + QUICVarint.byteCount(of: ecnCounts.capable1)
            + QUICVarint.byteCount(of: ecnCounts.congestionExperienced)
    }
}
