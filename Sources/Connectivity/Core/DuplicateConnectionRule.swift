// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// Which of two authenticated connections to one peer survives; both ends decide alike (spec 02 §4.8).
package struct DuplicateConnectionRule: Sendable {
    /// What the rule looks at.
    package struct Candidate: Equatable, Sendable {
        /// Who dialled.
        package let initiator: PeerID
        /// TLS exporter value, label `ant-quic/lifecycle-connection-id/v1`, context `canonical`, 32 bytes.
        package let exporterValue: [UInt8]

        /// Creates a candidate.
        package init(initiator: PeerID, exporterValue: [UInt8]) {
            self.initiator = initiator
            self.exporterValue = exporterValue
        }
    }

    /// Label of the exporter value.
    package static let exporterLabel = "ant-quic/lifecycle-connection-id/v1"
    /// Context of the exporter value.
    package static let exporterContext = Array("canonical".utf8)
    /// Length of the exporter value.
    package static let exporterByteCount = 32

    /// Whether `newer` replaces `established`.
    ///
    /// Opposite diallers: the greater exporter value wins, bytewise. Same dialler: the later connection wins.
    package static func replaces(newer: Candidate, established: Candidate) -> Bool {
        guard newer.initiator != established.initiator else { return true }
        return established.exporterValue.lexicographicallyPrecedes(newer.exporterValue)
    }
}
