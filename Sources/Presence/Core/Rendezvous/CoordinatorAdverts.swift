// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// The valid coordinator adverts, one per machine (spec 05 §12).
package struct CoordinatorAdverts: Sendable {
    private var adverts: [PeerID: CoordinatorAdvert] = [:]  // ≤ countMax
    private let countMax: Int

    /// Creates an empty collection.
    package init(countMax: Int = CoordinatorLimits.advertCountMax) {
        precondition(countMax > 0, "room for nobody")
        self.countMax = countMax
    }

    /// Machines with an advert.
    package var count: Int { self.adverts.count }

    /// The advert of a machine, if it is valid now.
    package func advert(of peer: PeerID, now: UnixMillis) -> CoordinatorAdvert? {
        self.adverts[peer].flatMap { $0.isValid(at: now) ? $0 : nil }
    }

    /// Takes in an advert whose signature was checked; `false` when it is not valid now or older than the one there is.
    package mutating func insert(_ advert: CoordinatorAdvert, now: UnixMillis) -> Bool {
        guard advert.isValid(at: now) else { return false }
        if let known = self.advert(of: advert.peer, now: now), known.notBefore > advert.notBefore { return false }
        if self.adverts[advert.peer] == nil, self.adverts.count >= self.countMax { self.makeRoom(now: now) }
        self.adverts[advert.peer] = advert
        return true
    }

    /// The best helpers now, highest score first.
    package func helpers(now: UnixMillis) -> [CoordinatorAdvert] {
        let valid = self.adverts.values.filter { $0.isValid(at: now) }
        return Array(
            valid.sorted { ($1.score, $0.peer) < ($0.score, $1.peer) }.prefix(CoordinatorLimits.helperCountMax)
        )
    }

    private mutating func makeRoom(now: UnixMillis) {
        self.adverts = self.adverts.filter { $0.value.isValid(at: now) }
        guard self.adverts.count >= self.countMax else { return }
        let first = self.adverts.values.min { ($0.notAfter, $0.peer) < ($1.notAfter, $1.peer) }
        if let first { self.adverts[first.peer] = nil }
    }
}
