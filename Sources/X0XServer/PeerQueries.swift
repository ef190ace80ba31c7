// SPDX-License-Identifier: MIT OR Apache-2.0

package import Node
package import Primitives
package import X0X

/// What the API asks about single peers and about direct messages (spec 11 §7.5, §7.6).
package protocol PeerQueries: Sendable {
    func probe(_ peer: PeerID, timeout: Nanoseconds) async throws(TransportError) -> Nanoseconds
    func peerHealth(_ peer: PeerID) async -> PeerHealth
    func peerEvents() async throws(TooManyStreams) -> EventFeed<PeerLifecycle>
    func directDiagnostics() async -> DirectDiagnostics
}
