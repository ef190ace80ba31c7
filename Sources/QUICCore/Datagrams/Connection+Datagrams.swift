// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import CryptoSuite

/// Why a datagram was not queued.
public enum DatagramError: Error, Equatable, Sendable {
    /// The connection is not established.
    case notEstablished
    /// The peer takes no datagrams.
    case notSupported
    /// A datagram has to fit into one packet and into what the peer accepts.
    case tooLarge(limit: Int)
}

/// Unreliable datagrams (RFC 9221): whole or not at all, in no order, never repeated.
extension Connection {
    /// Bytes a datagram may have now; `nil` when the peer takes none or the connection is not established.
    public var datagramPayloadByteCountMax: Int? {
        guard self.isEstablished, let frameMax = self.peerParameters?.maxDatagramFrameSize, frameMax > 0 else {
            return nil
        }
        // Short header with the longest packet number, tag, frame type and a length of two bytes.
        let packetOverhead = 1 + self.remoteIDs.current.id.byteCount + 4 + AEADAlgorithm.tagByteCount
        let frameOverhead = 3
        let packetRoom = self.datagramByteCountMax - packetOverhead
        return max(0, Int(min(frameMax, UInt64(packetRoom))) - frameOverhead)
    }

    /// Queues a datagram; the oldest ones make room when the queue is full.
    public mutating func sendDatagram(_ bytes: [UInt8]) throws(DatagramError) {
        guard self.isEstablished else { throw .notEstablished }
        guard let limit = self.datagramPayloadByteCountMax else { throw .notSupported }
        guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
        self.outgoingDatagrams.append(bytes)
    }

    /// Takes the oldest datagram received; ask until `nil` after a `datagramsReadable` event.
    public mutating func receiveDatagram() -> [UInt8]? { self.incomingDatagrams.popFirst() }

    /// Datagrams that were thrown away because nobody took or sent them in time.
    public var droppedDatagramCount: UInt64 {
        self.incomingDatagrams.droppedCount + self.outgoingDatagrams.droppedCount
    }

    /// RFC 9221 §3: only what was negotiated.
    mutating func datagramFrameReceived(_ data: ArraySlice<UInt8>) throws(ConnectionFailure) {
        guard UInt64(data.count) < self.localParameters.maxDatagramFrameSize else {
            throw ConnectionFailure(.protocolViolation, "DATAGRAM was not negotiated, or not of this size")
        }
        let wasEmpty = self.incomingDatagrams.isEmpty
        self.incomingDatagrams.append(Array(data))
        if wasEmpty { self.events.append(.datagramsReadable) }
    }

    /// Fills the rest of a packet with datagrams.
    mutating func writeDatagrams(into draft: inout PacketDraft, byteCountMax: Int) {
        while let byteCount = self.outgoingDatagrams.nextByteCount {
            // Frame type and a length of two bytes.
            guard byteCount + 3 <= byteCountMax - draft.byteCount else {
                // Alone in its packet and still too large: the path has become narrower.
                if draft.payload.byteCount == 0 { self.outgoingDatagrams.dropFirst() }
                return
            }
            guard let datagram = self.outgoingDatagrams.popFirst() else { return }
            draft.append(.datagram(datagram[...]), nil)
        }
    }
}
