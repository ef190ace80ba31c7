// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import CryptoSuite

/// A packet that has its frames but not its padding and protection yet.
struct PacketDraft {
    let space: PacketNumberSpace
    let packetNumber: UInt64
    let packetNumberByteCount: Int
    /// The header without packet number; for long headers without the length either.
    private let headerStart: [UInt8]
    var payload = ByteWriter(reservedByteCount: 1200)
    var contents: [SentFrame] = []
    var isAckEliciting = false
    /// Whether only acknowledgements are inside, which congestion control does not count (RFC 9002 §2).
    var isInFlight: Bool { self.isAckEliciting || self.hasPadding }
    private var hasPadding = false
    /// Whether the datagram has to be 1,200 bytes long because of a frame inside.
    var needsPadding = false
    /// Whether nothing but a keep-alive made it ack-eliciting.
    var isKeepAlive = false

    /// Room that every control frame fits into: the largest is NEW_CONNECTION_ID with 54 bytes.
    static let controlFrameByteCountMax = 64
    /// Room below which no STREAM or CRYPTO frame is begun: its fields take up to 25 bytes.
    static let streamFrameByteCountMin = 32

    /// Starts an empty packet.
    init(
        space: PacketNumberSpace,
        packetNumber: UInt64,
        largestAcknowledged: UInt64?,
        destination: ConnectionID,
        source: ConnectionID,
        keyPhase: Bool,
        token: [UInt8] = []
    ) {
        self.space = space
        self.packetNumber = packetNumber
        self.packetNumberByteCount = PacketNumber.encodedByteCount(
            of: packetNumber,
            largestAcknowledged: largestAcknowledged
        )
        let lengthBits = UInt8(self.packetNumberByteCount - 1)
        var header = ByteWriter(reservedByteCount: 64)
        switch space {
        case .initial, .handshake:
            header.writeUInt8((space == .initial ? 0xC0 : 0xE0) | lengthBits)
            header.writeBigEndian(QUICVersion.one)
            header.writePrefixedConnectionID(destination)
            header.writePrefixedConnectionID(source)
            if space == .initial {
                header.writeVarint(UInt64(token.count))
                header.writeBytes(token)
            }
        case .application:
            // The spin bit stays 0 (RFC 9000 §17.4 lets us).
            header.writeUInt8(0x40 | (keyPhase ? 0x04 : 0) | lengthBits)
            header.writeBytes(destination.bytes)
        }
        self.headerStart = header.bytes
    }

    /// Bytes around the payload: header, packet number and tag.
    ///
    /// Long headers carry a two-byte length (spec 02 §3.3).
    var overheadByteCount: Int {
        self.headerStart.count + (self.space == .application ? 0 : 2) + self.packetNumberByteCount
            + AEADAlgorithm.tagByteCount
    }

    /// Bytes of the whole packet as it stands.
    var byteCount: Int { self.overheadByteCount + self.payload.byteCount }

    /// Appends a frame and remembers what it means; frames without `content` are never repeated.
    mutating func append(_ frame: Frame, _ content: SentFrame?) {
        frame.encode(into: &self.payload)
        if let content { self.contents.append(content) }
        if frame.isAckEliciting { self.isAckEliciting = true }
    }

    /// Appends PADDING frames; padding counts as in flight.
    mutating func pad(byteCount: Int) {
        guard byteCount > 0 else { return }
        self.payload.writeZeros(byteCount: byteCount)
        self.hasPadding = true
    }

    /// Makes sure that header protection has enough bytes to sample (RFC 9001 §5.4.2).
    mutating func padForSample() {
        self.payload.writeZeros(byteCount: max(0, 4 - self.packetNumberByteCount - self.payload.byteCount))
    }

    /// The protected packet.
    func protect(with keys: PacketKeys) throws(CryptoSuiteError) -> [UInt8] {
        var header = ByteWriter(reservedByteCount: self.overheadByteCount)
        header.writeBytes(self.headerStart)
        if self.space != .application {
            let length = self.packetNumberByteCount + self.payload.byteCount + AEADAlgorithm.tagByteCount
            header.writeTwoByteVarint(UInt64(length))
        }
        for index in (0..<self.packetNumberByteCount).reversed() {
            header.writeUInt8(UInt8(truncatingIfNeeded: self.packetNumber >> UInt64(8 * index)))
        }
        return try keys.protect(
            header: header.bytes,
            packetNumberByteCount: self.packetNumberByteCount,
            packetNumber: self.packetNumber,
            payload: self.payload.bytes
        )
    }
}
