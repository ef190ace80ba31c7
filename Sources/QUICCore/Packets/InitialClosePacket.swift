// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding

/// A refusal without any connection: one Initial packet with a CONNECTION_CLOSE (RFC 9000 §5.2.2, §10.2.3).
enum InitialClosePacket {
    /// Whether an Initial authenticates, so that it is worth an answer.
    static func isGenuine(_ datagram: [UInt8], _ initial: PacketHeader) -> Bool {
        guard
            let keys = try? ProtectionLevel(
                initialFor: .server,
                destinationConnectionID: initial.destinationConnectionID
            ).receiveKeys,
            let opened = try? keys.openHeader(in: datagram, packet: initial, largestReceived: nil)
        else { return false }
        return (try? keys.openPayload(in: datagram, packet: initial, header: opened)) != nil
    }

    /// The answer to a client's Initial.
    ///
    /// - Parameters:
    ///   - initial: The header of that Initial.
    ///   - failure: Why.
    /// - Returns: A short datagram, or `nil` when no keys can be derived.
    static func encode(answering initial: PacketHeader, _ failure: ConnectionFailure) -> [UInt8]? {
        guard
            let keys = try? ProtectionLevel(
                initialFor: .server,
                destinationConnectionID: initial.destinationConnectionID
            )
        else { return nil }
        var draft = PacketDraft(
            space: .initial,
            packetNumber: 0,
            largestAcknowledged: nil,
            destination: initial.sourceConnectionID,
            source: initial.destinationConnectionID,
            keyPhase: false
        )
        let content = CloseFrameContent(
            isApplication: false,
            code: failure.code.rawValue,
            reason: failure.reason
        )
        content.encode(into: &draft.payload)
        return try? draft.protect(with: keys.sendKeys)
    }
}
