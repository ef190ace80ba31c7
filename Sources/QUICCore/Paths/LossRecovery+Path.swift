// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

extension LossRecovery {
    /// The path was exchanged for another one (RFC 9000 §9.4).
    ///
    /// What is in flight went to the old address and counts as lost, but says nothing about the new path. A peer of the
    /// same host keeps its estimates: only a NAT device on the way chose another port.
    ///
    /// - Returns: The packets whose frames go out again.
    mutating func pathChanged(isSameHost: Bool, now: Instant) -> [SentPacket] {
        var lost: [SentPacket] = []
        _ = self.spaces[.application].sent.removeLost(
            largestAcknowledged: .max,
            reorderingThreshold: 0,
            lostSendTime: now,
            into: &lost
        )
        for packet in lost where packet.isInFlight { self.bytesInFlight -= packet.byteCount }
        self.spaces[.application].lossTime = nil
        self.probeTimeoutCount = 0
        self.timerAnchor = now
        self.pacingDeadline = nil
        guard !isSameHost else { return lost }
        let datagramByteCount = self.congestion.datagramByteCount
        self.roundTrip = RoundTripEstimator()
        self.congestion = self.congestion.restarted()
        self.deliveryRate = DeliveryRate()
        self.pacer = Pacer(datagramByteCount: datagramByteCount)
        return lost
    }
}
