// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// Contacts for the time when neighbours fail (HyParView, DSN 2007, §4).
///
/// Every entry is hearsay. When the view is full a new contact replaces a random one; whoever told us a third of the view
/// already only replaces what it told us itself, so that no peer can fill the view with its friends.
struct PassiveView: Sendable {
    private struct Entry: Sendable {
        let peer: PeerID
        let source: PeerID
    }

    private var entries: [Entry] = []
    private let countMax: Int

    init(countMax: Int) { self.countMax = countMax }

    var count: Int { self.entries.count }
    var isEmpty: Bool { self.entries.isEmpty }
    /// The contacts, sorted.
    var peers: [PeerID] { self.entries.map(\.peer).sorted() }

    func contains(_ peer: PeerID) -> Bool { self.entries.contains { $0.peer == peer } }

    /// Takes a contact `source` named; a known one keeps its source.
    mutating func insert(_ peer: PeerID, source: PeerID, using random: inout SplitMix64) {
        guard !self.contains(peer) else { return }
        let entry = Entry(peer: peer, source: source)
        guard self.entries.count >= self.countMax else { return self.entries.append(entry) }
        let own = self.entries.indices.filter { self.entries[$0].source == source }
        let victims = 3 * own.count >= self.countMax ? own : Array(self.entries.indices)
        if let victim = victims.randomElement(using: &random) { self.entries[victim] = entry }
    }

    mutating func remove(_ peer: PeerID) { self.entries.removeAll { $0.peer == peer } }

    /// Up to `count` random contacts.
    func sample(_ count: Int, using random: inout SplitMix64) -> [PeerID] {
        Array(self.entries.shuffled(using: &random).prefix(count).map(\.peer))
    }
}
