// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import Primitives

/// The handshake bytes of one packet number space in both directions (RFC 9000 §7.5, §19.6).
///
/// Outgoing bytes are kept until acknowledged; their number is bounded by the handshake itself. Incoming bytes may
/// arrive in any order within 16 KiB beyond what was read.
struct CryptoStream: Sendable {
    /// Bytes buffered beyond the read offset (spec 02 §4.1).
    static let reassemblyByteCountMax: UInt64 = 16 * 1024

    // Outgoing.
    /// Bytes from `acknowledgedOffset` on.
    private var outgoing: [UInt8] = []
    /// Everything below was acknowledged.
    private var acknowledgedOffset: UInt64 = 0
    private var acknowledged = RangeSet64()
    /// What has to be sent, for the first time or again.
    private var pending = RangeSet64()

    private var incoming = ReassemblyBuffer()

    init() {}
}

/// Sending.
extension CryptoStream {
    /// Whether a CRYPTO frame can be made.
    var hasPending: Bool { !self.pending.isEmpty }

    /// Appends bytes to be sent.
    mutating func write(_ bytes: [UInt8]) {
        let start = self.acknowledgedOffset + UInt64(self.outgoing.count)
        self.outgoing += bytes
        self.pending.insert(start..<start + UInt64(bytes.count))
    }

    /// Sends everything again that is not acknowledged, as after a Retry.
    mutating func restart() {
        self.pending.insert(self.acknowledgedOffset..<self.acknowledgedOffset + UInt64(self.outgoing.count))
        for known in self.acknowledged.ranges { self.pending.remove(known) }
    }

    /// The next bytes to send and their offset, lowest first; they count as sent.
    ///
    /// - Parameter byteCountMax: Room in the packet.
    /// - Returns: `nil` when nothing is pending or there is no room.
    mutating func nextChunk(byteCountMax: Int) -> (offset: UInt64, bytes: ArraySlice<UInt8>)? {
        guard byteCountMax > 0, let first = self.pending.ranges.first else { return nil }
        let range = first.lowerBound..<min(first.upperBound, first.lowerBound + UInt64(byteCountMax))
        self.pending.remove(range)
        let start = Int(range.lowerBound - self.acknowledgedOffset)
        return (range.lowerBound, self.outgoing[start..<start + range.count])
    }

    /// A packet with these bytes was acknowledged.
    mutating func acknowledged(_ range: Range<UInt64>) {
        self.pending.remove(range)
        self.acknowledged.insert(range)
        guard let first = self.acknowledged.ranges.first, first.lowerBound <= self.acknowledgedOffset,
            first.upperBound > self.acknowledgedOffset
        else { return }
        self.outgoing.removeFirst(Int(first.upperBound - self.acknowledgedOffset))
        self.acknowledgedOffset = first.upperBound
    }

    /// A packet with these bytes was lost, or they go into a probe: what is not acknowledged goes out again.
    mutating func lost(_ range: Range<UInt64>) {
        self.pending.insert(range)
        for known in self.acknowledged.ranges { self.pending.remove(known) }
    }
}

/// Receiving.
extension CryptoStream {
    /// Takes the bytes of a CRYPTO frame.
    ///
    /// - Throws: CRYPTO_BUFFER_EXCEEDED beyond the limit or with too many gaps, FRAME_ENCODING_ERROR past 2^62 − 1.
    mutating func receive(offset: UInt64, bytes: ArraySlice<UInt8>) throws(ConnectionFailure) {
        let (end, overflow) = offset.addingReportingOverflow(UInt64(bytes.count))
        guard !overflow, end <= QUICVarint.maximum else {
            throw ConnectionFailure(.frameEncodingError, "CRYPTO data ends beyond 2^62 - 1")
        }
        guard end <= self.incoming.readOffset + Self.reassemblyByteCountMax, self.incoming.insert(bytes, at: offset)
        else {
            throw ConnectionFailure(.cryptoBufferExceeded, "more CRYPTO data than the handshake needs")
        }
    }

    /// The bytes that follow what was read; empty while there is a gap.
    mutating func read() -> [UInt8] { self.incoming.read(byteCountMax: .max) }
}
