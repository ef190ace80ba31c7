// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import CryptoSuite

/// A packet that has its frames but not its padding and protection yet.
struct PacketDraft: Sendable {
    let space: PacketNumberSpace
    let packetNumber: UInt64
    let packetNumberByteCount: Int
    private let firstByte: UInt8
    private let destination: ConnectionID
    private let source: ConnectionID
    /// The token of an Initial packet.
    private let token: [UInt8]
    var payload: ByteWriter
    var contents = SentFrameList()
    var isAckEliciting = false
    /// Whether only acknowledgements are inside, which congestion control does not count (RFC 9002 §2).
    var isInFlight: Bool { self.isAckEliciting || self.hasPadding }
    private var hasPadding = false
    /// Whether the datagram has to be 1,200 bytes long because of a frame inside.
    var needsPadding = false
    /// Whether nothing but a keep-alive made it ack-eliciting.
    var isKeepAlive = false
    /// Whether it only finds out whether the path carries its size.
    var isPathMTUProbe = false

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
        spinBit: Bool = false,
        token: [UInt8] = [],
        payload: ByteWriter = ByteWriter(reservedByteCount: 1200)
    ) {
        self.space = space
        self.packetNumber = packetNumber
        self.packetNumberByteCount = PacketNumber.encodedByteCount(
            of: packetNumber,
            largestAcknowledged: largestAcknowledged
        )
        let lengthBits = UInt8(self.packetNumberByteCount - 1)
        self.firstByte =
            switch space {
            case .initial: 0xC0 | lengthBits
            case .handshake: 0xE0 | lengthBits
            case .application: 0x40 | (spinBit ? 0x20 : 0) | (keyPhase ? 0x04 : 0) | lengthBits
            }
        self.destination = destination
        self.source = source
        self.token = space == .initial ? token : []
        self.payload = payload
    }

    /// Bytes around the payload: header, packet number and tag.
    ///
    /// Long headers carry a two-byte length (spec 02 §3.3).
    var overheadByteCount: Int {
        let shared = 1 + self.destination.byteCount + self.packetNumberByteCount + AEADAlgorithm.tagByteCount
        switch self.space {
        case .application: return shared
        case .handshake: return shared + 4 + 2 + self.source.byteCount + 2
        case .initial:
            let tokenByteCount = QUICVarint.byteCount(of: UInt64(self.token.count)) + self.token.count
            return shared + 4 + 2 + self.source.byteCount + tokenByteCount + 2
        }
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
        var packet: [UInt8] = []
        packet.reserveCapacity(self.byteCount)
        try self.protect(with: keys, into: &packet)
        return packet
    }

    /// Appends the protected packet to a datagram.
    func protect(with keys: PacketKeys, into datagram: inout [UInt8]) throws(CryptoSuiteError) {
        let start = datagram.count
        datagram.append(self.firstByte)
        if self.space == .application {
            self.destination.append(to: &datagram)
        } else {
            self.appendLongHeader(to: &datagram)
        }
        for index in (0..<self.packetNumberByteCount).reversed() {
            datagram.append(UInt8(truncatingIfNeeded: self.packetNumber >> UInt64(8 * index)))
        }
        let payloadStart = datagram.count
        datagram.append(contentsOf: self.payload.bytes)
        try keys.protect(
            &datagram,
            from: start,
            payloadStart: payloadStart,
            packetNumberByteCount: self.packetNumberByteCount,
            packetNumber: self.packetNumber
        )
    }

    /// Everything of a long header between the first byte and the packet number (RFC 9000 §17.2).
    private func appendLongHeader(to datagram: inout [UInt8]) {
        var header = ByteWriter(reservedByteCount: 64 + self.token.count)
        header.writeBigEndian(QUICVersion.one)
        header.writePrefixedConnectionID(self.destination)
        header.writePrefixedConnectionID(self.source)
        if self.space == .initial {
            header.writeVarint(UInt64(self.token.count))
            header.writeBytes(self.token)
        }
        let length = self.packetNumberByteCount + self.payload.byteCount + AEADAlgorithm.tagByteCount
        header.writeTwoByteVarint(UInt64(length))
        datagram.append(contentsOf: header.bytes)
    }
}
