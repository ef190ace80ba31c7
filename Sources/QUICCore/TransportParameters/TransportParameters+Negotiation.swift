// SPDX-License-Identifier: MIT OR Apache-2.0

extension TransportParameters {
    /// What a server adds to its set.
    package struct ServerIdentifiers: Sendable {
        /// The Destination CID of the client's first Initial packet.
        package var originalDestinationConnectionID: [UInt8]
        /// The reset token of the handshake CID, 16 bytes.
        package var statelessResetToken: [UInt8]?
        /// The Source CID of our Retry packet, if one was sent.
        package var retrySourceConnectionID: [UInt8]?

        /// Bundles the identifiers.
        package init(
            originalDestinationConnectionID: [UInt8],
            statelessResetToken: [UInt8]? = nil,
            retrySourceConnectionID: [UInt8]? = nil
        ) {
            self.originalDestinationConnectionID = originalDestinationConnectionID
            self.statelessResetToken = statelessResetToken
            self.retrySourceConnectionID = retrySourceConnectionID
        }
    }

    /// What we send (spec 02 §5.3): the values of the original with a finite connection window of 16 MiB, and without
    /// 0x50C0 (no 4096-byte padding), 0xFF04DE1B (no ack-frequency frames), 0x2AB2 (fixed bit stays set) and 0x20.
    ///
    /// - Parameters:
    ///   - initialSourceConnectionID: The Source CID of our first packet.
    ///   - server: The identifiers a server adds; `nil` for a client.
    /// - Returns: The set to encode.
    package static func recommended(
        initialSourceConnectionID: [UInt8],
        server: ServerIdentifiers? = nil
    ) -> TransportParameters {
        var parameters = TransportParameters()
        parameters.maxIdleTimeoutMilliseconds = 30_000
        parameters.maxUDPPayloadSize = 65_527
        parameters.initialMaxData = 16 * 1_024 * 1_024
        parameters.initialMaxStreamDataBidiLocal = 1_250_000
        parameters.initialMaxStreamDataBidiRemote = 1_250_000
        parameters.initialMaxStreamDataUni = 1_250_000
        parameters.initialMaxStreamsBidi = 100
        parameters.initialMaxStreamsUni = 10_000
        parameters.activeConnectionIDLimit = 5
        parameters.initialSourceConnectionID = initialSourceConnectionID
        parameters.receiveAcknowledgement = true
        parameters.addressDiscovery = .both
        parameters.natTraversal = .concurrencyLimit(3)
        parameters.compactNATFrames = true
        if let server {
            parameters.originalDestinationConnectionID = server.originalDestinationConnectionID
            parameters.statelessResetToken = server.statelessResetToken
            parameters.retrySourceConnectionID = server.retrySourceConnectionID
        }
        return parameters
    }

    /// The connection ids of the handshake's packets, against which a peer's parameters are checked.
    package struct ObservedConnectionIDs: Sendable {
        /// The Source CID of the peer's first Initial packet.
        package var initialSource: [UInt8]
        /// As client: the Destination CID of our first Initial packet; `nil` as server.
        package var originalDestination: [UInt8]?
        /// As client: the Source CID of the Retry packet we followed, if any.
        package var retrySource: [UInt8]?

        /// Bundles the ids.
        package init(initialSource: [UInt8], originalDestination: [UInt8]? = nil, retrySource: [UInt8]? = nil) {
            self.initialSource = initialSource
            self.originalDestination = originalDestination
            self.retrySource = retrySource
        }
    }

    /// Authenticates the connection ids of the handshake (RFC 9000 §7.3, spec 02 §5.2 rule 5); called on a peer's set.
    package func authenticate(_ observed: ObservedConnectionIDs) throws(TransportParameterError) {
        try Self.compare(self.initialSourceConnectionID, observed.initialSource, .initialSourceConnectionID)
        guard let originalDestination = observed.originalDestination else { return }
        try Self.compare(
            self.originalDestinationConnectionID,
            originalDestination,
            .originalDestinationConnectionID
        )
        try Self.compare(self.retrySourceConnectionID, observed.retrySource, .retrySourceConnectionID)
    }

    private static func compare(
        _ sent: [UInt8]?,
        _ observed: [UInt8]?,
        _ id: TransportParameterID
    ) throws(TransportParameterError) {
        guard (sent == nil) == (observed == nil) else { throw .wrongPresence(id) }
        guard sent == observed else { throw .connectionIDMismatch(id) }
    }

    /// The idle timeout of a connection in milliseconds: the smaller of both, where 0 means none.
    package static func effectiveIdleTimeoutMilliseconds(
        _ local: TransportParameters,
        _ remote: TransportParameters
    ) -> UInt64 {
        let timeouts = [local.maxIdleTimeoutMilliseconds, remote.maxIdleTimeoutMilliseconds].filter { $0 > 0 }
        return timeouts.min() ?? 0
    }

    /// The NAT concurrency limit of a connection, or `nil` when NAT frames are not negotiated (spec 02 §5.1).
    ///
    /// Both sides must send the parameter; two empty ones negotiate nothing, and one empty one leaves the other's limit.
    package static func negotiatedNATConcurrencyLimit(
        _ local: TransportParameters,
        _ remote: TransportParameters
    ) -> UInt64? {
        switch (local.natTraversal, remote.natTraversal) {
        case (.concurrencyLimit(let first), .concurrencyLimit(let second)): min(first, second)
        case (.concurrencyLimit(let limit), .clientSupport), (.clientSupport, .concurrencyLimit(let limit)): limit
        default: nil
        }
    }
}
