// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// An address of the peer that is not the path of the connection, at least not yet.
struct ForeignPath: Sendable {
    let address: NetworkAddress
    /// Its own budget: three times what arrived from there (RFC 9000 §8.1, §9.3.1).
    var amplification = AmplificationLimit(isValidated: false)
    /// The latest PATH_CHALLENGE from there, to be answered there (RFC 9000 §8.2.2).
    var response: UInt64?
    /// Whether the peer seems to have moved there, which it has to prove.
    var validation: PathValidation?

    func hasFrameDue(now: Instant) -> Bool {
        self.response != nil || self.validation?.isChallengeDue(now: now) == true
    }
}

/// The addresses an authenticated peer was heard from besides its path; a few, newest last, at most one under validation.
struct ForeignPaths: Sendable {
    /// More addresses than a peer probes at a time; beyond, the oldest is forgotten.
    static let countMax = 4

    private(set) var paths: [ForeignPath] = []

    /// Whether there is none, as nearly always.
    var isEmpty: Bool { self.paths.isEmpty }

    /// The address under validation.
    var candidate: NetworkAddress? { self.paths.first { $0.validation != nil }?.address }

    /// When something is due.
    var nextDeadline: Instant? { self.paths.lazy.compactMap { $0.validation?.deadline }.min() }

    private func index(of address: NetworkAddress) -> Int? { self.paths.firstIndex { $0.address == address } }

    /// Counts bytes of an authenticated packet from an address.
    mutating func received(byteCount: Int, from address: NetworkAddress, now: Instant) {
        if let index = self.index(of: address) {
            self.paths[index].amplification.received(byteCount: byteCount)
            self.paths[index].validation?.challengeAllowed(now: now)
            return
        }
        if self.paths.count == Self.countMax {
            // At most one is under validation, so another one exists.
            self.paths.remove(at: self.paths.firstIndex { $0.validation == nil } ?? 0)
        }
        var path = ForeignPath(address: address)
        path.amplification.received(byteCount: byteCount)
        self.paths.append(path)
    }

    /// A PATH_CHALLENGE arrived from an address.
    mutating func challenged(_ data: UInt64, from address: NetworkAddress) {
        guard let index = self.index(of: address) else { return }
        self.paths[index].response = data
    }

    /// The peer seems to have moved; whoever was under validation before is no longer.
    mutating func validate(_ address: NetworkAddress, probeTimeout: Nanoseconds, now: Instant) {
        guard let index = self.index(of: address), self.paths[index].validation == nil else { return }
        self.cancelValidation()
        self.paths[index].validation = PathValidation(probeTimeout: probeTimeout, now: now)
    }

    /// The peer is still where it was.
    mutating func cancelValidation() {
        for index in self.paths.indices { self.paths[index].validation = nil }
    }

    /// A PATH_RESPONSE arrived, from wherever (RFC 9000 §8.2.3); returns the address it proves and forgets it here.
    mutating func answered(_ data: UInt64) -> NetworkAddress? {
        guard let index = self.paths.firstIndex(where: { $0.validation?.isAnswered(by: data) == true }) else {
            return nil
        }
        return self.paths.remove(at: index).address
    }

    /// Gives up a validation whose time is over.
    mutating func handleTimeout(now: Instant) {
        for index in self.paths.indices where self.paths[index].validation.map({ $0.giveUpAt <= now }) ?? false {
            self.paths[index].validation = nil
        }
    }

    /// The first path with a frame to send.
    func nextDue(now: Instant) -> Int? { self.paths.firstIndex { $0.hasFrameDue(now: now) } }

    /// Works on a path.
    mutating func update<T>(_ index: Int, _ body: (inout ForeignPath) -> T) -> T { body(&self.paths[index]) }
}
