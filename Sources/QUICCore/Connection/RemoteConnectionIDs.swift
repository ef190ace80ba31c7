// SPDX-License-Identifier: MIT OR Apache-2.0

/// The connection ids the peer has given us (RFC 9000 §5.1.1).
struct RemoteConnectionIDs: Sendable {
    /// One received id.
    struct Received: Equatable, Sendable {
        let sequence: UInt64
        let id: ConnectionID
        let resetToken: [UInt8]?
    }

    /// The limit we advertise (active_connection_id_limit).
    static let activeCountMax = 5
    /// Retirements waiting to be sent; more is an attack (spec 02 §3.2).
    static let pendingRetirementCountMax = 50

    private(set) var current: Received
    private var spare: [Received] = []
    private var largestRetirePriorTo: UInt64 = 0
    private var retiredSequences: Set<UInt64> = []
    /// Sequences whose RETIRE_CONNECTION_ID is waiting to be sent.
    private(set) var pendingRetirements: [UInt64] = []

    /// Starts with the id the peer chose in its first long header, sequence 0.
    init(handshakeID: ConnectionID) {
        self.current = Received(sequence: 0, id: handshakeID, resetToken: nil)
    }

    /// Replaces the id of sequence 0 before any other is known: the server's choice seen by the client.
    mutating func replaceHandshakeID(_ id: ConnectionID) {
        self.current = Received(sequence: 0, id: id, resetToken: self.current.resetToken)
    }

    /// The reset token of the handshake id, from the server's transport parameters.
    mutating func setHandshakeResetToken(_ token: [UInt8]) {
        guard self.current.sequence == 0 else { return }
        self.current = Received(sequence: 0, id: self.current.id, resetToken: token)
    }

    /// The id that `switchToSpare` would move to.
    var spareID: ConnectionID? { self.spare.first?.id }

    /// Every reset token that would end this connection.
    var resetTokens: [[UInt8]] { ([self.current] + self.spare).compactMap(\.resetToken) }

    /// A NEW_CONNECTION_ID frame arrived (RFC 9000 §19.15).
    mutating func receive(_ new: Received, retirePriorTo: UInt64) throws(ConnectionFailure) {
        guard retirePriorTo <= new.sequence else {
            throw ConnectionFailure(.frameEncodingError, "NEW_CONNECTION_ID retires itself")
        }
        guard self.current.id.byteCount > 0 else {
            throw ConnectionFailure(.protocolViolation, "NEW_CONNECTION_ID to a peer with empty ids")
        }
        for known in [self.current] + self.spare {
            let sameSequence = known.sequence == new.sequence
            if sameSequence != (known.id == new.id) || (sameSequence && known.resetToken != new.resetToken) {
                throw ConnectionFailure(.protocolViolation, "NEW_CONNECTION_ID contradicts an earlier one")
            }
            if sameSequence { return }
        }
        self.largestRetirePriorTo = max(self.largestRetirePriorTo, retirePriorTo)
        if new.sequence < self.largestRetirePriorTo {
            try self.queueRetirement(new.sequence)
        } else if !self.retiredSequences.contains(new.sequence) {
            self.spare.append(new)
        }
        try self.retireOutdated()
        guard self.spare.count < Self.activeCountMax else {
            throw ConnectionFailure(.connectionIDLimitError, "more connection ids than the limit allows")
        }
    }

    private mutating func retireOutdated() throws(ConnectionFailure) {
        for outdated in self.spare where outdated.sequence < self.largestRetirePriorTo {
            try self.queueRetirement(outdated.sequence)
        }
        self.spare.removeAll { $0.sequence < self.largestRetirePriorTo }
        if self.current.sequence < self.largestRetirePriorTo, !self.spare.isEmpty {
            try self.queueRetirement(self.current.sequence)
            self.current = self.spare.removeFirst()
        }
    }

    /// Moves to the next spare id and retires the current one; does nothing without a spare.
    mutating func switchToSpare() throws(ConnectionFailure) {
        guard !self.spare.isEmpty else { return }
        try self.queueRetirement(self.current.sequence)
        self.current = self.spare.removeFirst()
    }

    private mutating func queueRetirement(_ sequence: UInt64) throws(ConnectionFailure) {
        guard self.retiredSequences.insert(sequence).inserted else { return }
        // Remembering every retired sequence would grow for ever; below the prior-to mark the mark itself answers.
        if self.retiredSequences.count > 4 * Self.pendingRetirementCountMax {
            self.retiredSequences = self.retiredSequences.filter { $0 >= self.largestRetirePriorTo }
        }
        self.pendingRetirements.append(sequence)
        guard self.pendingRetirements.count <= Self.pendingRetirementCountMax else {
            throw ConnectionFailure(.connectionIDLimitError, "too many connection ids to retire")
        }
    }

    /// The next sequence to retire on the wire.
    mutating func nextRetirement() -> UInt64? {
        self.pendingRetirements.isEmpty ? nil : self.pendingRetirements.removeFirst()
    }

    /// Queues a retirement again after its packet was lost.
    mutating func retirementLost(sequence: UInt64) {
        self.pendingRetirements.append(sequence)
    }
}
