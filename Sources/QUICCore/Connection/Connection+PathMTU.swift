// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// Finding out how large datagrams may be: probes out, arrivals and losses in (RFC 9000 §14.3).
extension Connection {
    /// The next probe, when one is due and fits into half of the congestion window.
    ///
    /// On a connection that never sends much the window stays small, so that it never probes for sizes it has no use for.
    mutating func nextPathMTUProbe(now: Instant) -> [UInt8]? {
        guard self.isHandshakeConfirmed, self.amplification.isValidated, self.probesToSend[.application] == 0,
            let byteCount = self.pathMTU.nextProbeByteCount(now: now),
            byteCount <= self.recovery.congestion.window / 2, self.recovery.sendPermission(now: now) == .allowed
        else { return nil }
        var draft = PacketDraft(
            space: .application,
            packetNumber: self.recovery.takePacketNumber(in: .application),
            largestAcknowledged: self.recovery.largestAcknowledged(in: .application),
            destination: self.remoteIDs.current.id,
            source: self.localIDs.handshakeID,
            keyPhase: self.keyUpdate.phase
        )
        draft.append(.ping, .pathMTUProbe(byteCount: byteCount))
        draft.pad(byteCount: byteCount - draft.byteCount)
        draft.isPathMTUProbe = true
        let datagram = self.protect([draft], now: now)
        guard !datagram.isEmpty else { return nil }
        self.pathMTU.probeSent(byteCount: byteCount)
        return datagram
    }

    /// A probe of this size was acknowledged.
    mutating func pathMTUProbeArrived(byteCount: Int) {
        guard self.pathMTU.probeAcknowledged(byteCount: byteCount) else { return }
        self.recovery.setDatagramByteCount(self.pathMTU.current)
    }

    /// A 1-RTT packet was acknowledged.
    mutating func noteArrived(_ packet: SentPacket) {
        self.pathMTU.packetAcknowledged(packetNumber: packet.packetNumber, byteCount: packet.byteCount)
    }

    /// 1-RTT packets are lost; when that is so for the large ones only, datagrams become small again.
    mutating func noteLost(_ packets: [SentPacket], now: Instant) {
        let large = packets.last { $0.byteCount > PathMTUDiscovery.base && !$0.isPathMTUProbe }
        guard let large, self.pathMTU.largePacketsLost(largest: large.packetNumber, now: now) else { return }
        self.recovery.setDatagramByteCount(self.pathMTU.current)
    }

    /// The connection has moved to another path, of which nothing is known (RFC 9000 §9.4, §14.3).
    mutating func restartPathMTUDiscovery() {
        self.pathMTU.pathChanged()
        self.recovery.setDatagramByteCount(self.pathMTU.current)
    }
}
