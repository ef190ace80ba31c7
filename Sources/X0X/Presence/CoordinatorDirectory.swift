// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore
internal import Node
internal import Presence
internal import Primitives
internal import QUICTransport
internal import Synchronization

/// Machines that said they help others to reach each other, beside the peers the node remembers (spec 05 §12).
///
/// Shared by whoever holds it. Nobody publishes adverts on today's network; whoever hears one hands it in here.
final class CoordinatorDirectory: Sendable {
    private let adverts = Mutex(CoordinatorAdverts())
    private let peers: PeerMemory
    private let crypto: CryptoExecutor
    private let clock: SystemClock

    init(peers: PeerMemory, crypto: CryptoExecutor, clock: SystemClock) {
        self.peers = peers
        self.crypto = crypto
        self.clock = clock
    }

    /// Machines with an advert.
    var count: Int { self.adverts.withLock { $0.count } }

    /// Checks an advert against the machine's key and keeps it; its addresses are remembered as hearsay.
    ///
    /// - Returns: `false` when the signature is wrong, or the advert is not valid now or older than the one there is.
    func insert(_ advert: CoordinatorAdvert, publicKey: [UInt8]) async -> Bool {
        guard let check = advert.signatureCheck(publicKey: publicKey),
            await self.crypto.run({ GossipSigners.isValid(check) }) == true
        else { return false }
        let now = self.clock.wallTime()
        guard self.adverts.withLock({ $0.insert(advert, now: now) }) else { return false }
        self.peers.learned(advert.hints.map(\.address), of: advert.peer)
        return true
    }

    /// The valid advert of a machine.
    func advert(of peer: PeerID) -> CoordinatorAdvert? {
        let now = self.clock.wallTime()
        return self.adverts.withLock { $0.advert(of: peer, now: now) }
    }

    /// The best helpers now, highest score first.
    func helpers() -> [CoordinatorAdvert] {
        let now = self.clock.wallTime()
        return self.adverts.withLock { $0.helpers(now: now) }
    }
}
