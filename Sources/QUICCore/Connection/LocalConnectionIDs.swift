// SPDX-License-Identifier: MIT OR Apache-2.0

/// The connection ids we have issued to the peer of one connection (RFC 9000 §5.1.1).
struct LocalConnectionIDs: Sendable {
    /// One issued id.
    struct Issued: Sendable {
        let sequence: UInt64
        let id: ConnectionID
        let resetToken: [UInt8]
    }

    /// Ids beyond this many are never issued, whatever the peer allows (spec 02 §3.2).
    static let countMax = 8

    /// The id of the handshake: the source id of every long header.
    let handshakeID: ConnectionID
    private(set) var active: [Issued]
    private var nextSequence: UInt64
    /// Sequences whose NEW_CONNECTION_ID frame is waiting to be sent; at most `countMax`.
    private(set) var unannounced: [UInt64] = []

    /// Starts with the id of the handshake, sequence 0.
    init(handshakeID: ConnectionID, resetToken: [UInt8]) {
        self.handshakeID = handshakeID
        self.active = [Issued(sequence: 0, id: handshakeID, resetToken: resetToken)]
        self.nextSequence = 1
    }

    /// How many more ids may be issued under the peer's active_connection_id_limit.
    func missingCount(peerLimit: UInt64) -> Int {
        max(0, Int(min(peerLimit, UInt64(Self.countMax))) - self.active.count)
    }

    /// Records a fresh id and queues its announcement.
    mutating func issue(_ id: ConnectionID, resetToken: [UInt8]) {
        self.active.append(Issued(sequence: self.nextSequence, id: id, resetToken: resetToken))
        self.unannounced.append(self.nextSequence)
        self.nextSequence += 1
    }

    /// The next id to announce.
    mutating func nextAnnouncement() -> Issued? {
        while !self.unannounced.isEmpty {
            let sequence = self.unannounced.removeFirst()
            if let issued = self.active.first(where: { $0.sequence == sequence }) { return issued }
        }
        return nil
    }

    /// Queues an announcement again after its packet was lost, unless the id is retired.
    mutating func announcementLost(sequence: UInt64) {
        if self.active.contains(where: { $0.sequence == sequence }), !self.unannounced.contains(sequence) {
            self.unannounced.append(sequence)
        }
    }

    /// The peer retires an id (RFC 9000 §19.16); returns the id to stop routing.
    ///
    /// - Parameters:
    ///   - sequence: The sequence number in the frame.
    ///   - used: The id the frame's own packet was sent to, which must not be retired by it.
    /// - Returns: The retired id, or `nil` when it was retired before.
    /// - Throws: PROTOCOL_VIOLATION for a sequence never issued, or for the id in use.
    mutating func retire(sequence: UInt64, receivedOn used: ConnectionID) throws(ConnectionFailure) -> ConnectionID? {
        guard sequence < self.nextSequence else {
            throw ConnectionFailure(.protocolViolation, "RETIRE_CONNECTION_ID for an id never issued")
        }
        guard let index = self.active.firstIndex(where: { $0.sequence == sequence }) else { return nil }
        guard self.active[index].id != used else {
            throw ConnectionFailure(.protocolViolation, "RETIRE_CONNECTION_ID for the id that carried it")
        }
        // What was not announced yet, or has to be announced again, is no longer worth it.
        self.unannounced.removeAll { $0 == sequence }
        return self.active.remove(at: index).id
    }

    /// Whether `id` is one of ours and live.
    func contains(_ id: ConnectionID) -> Bool { self.active.contains { $0.id == id } }
}
