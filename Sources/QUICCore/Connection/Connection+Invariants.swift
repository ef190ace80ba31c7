// SPDX-License-Identifier: MIT OR Apache-2.0

/// What is true between any two inputs; asserted in debug builds after every one.
extension Connection {
    /// Whether all of it holds.
    var holdsInvariants: Bool {
        let isNothingSent = PacketNumberSpace.allCases.allSatisfy { self.recovery.spaces[$0].sent.isEmpty }
        return self.recovery.bytesInFlight >= 0
            && (!isNothingSent || self.recovery.bytesInFlight == 0)
            && self.streams.heldByteCount >= 0
            && self.streams.sentByteCount <= self.streams.sendLimit
            && self.undecryptable.count <= Self.undecryptableDatagramCountMax
            && self.pathResponses.count <= Self.pathResponseCountMax
            && self.foreignPaths.paths.count <= ForeignPaths.countMax
            && self.localIDs.active.count <= LocalConnectionIDs.countMax
            && (self.isOpen || self.streams.count == 0)
    }
}
