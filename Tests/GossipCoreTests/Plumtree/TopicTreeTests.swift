// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import TestVectors
import Testing

@testable import GossipCore

/// Eager and lazy peers of one topic (spec 04 §7.4; checks 14 and 16).
@Suite struct TopicTreeTests {
    private let now = Instant.epoch + .seconds(100)
    private let peers = (1...20).map { PeerID(words: Words32(UInt64($0), 0, 0, 0)) }

    private func tree(_ configuration: GossipConfiguration = .test) -> TopicTree {
        TopicTree(topic: .zero, configuration: configuration)
    }

    /// The degrees of the original.
    private var originalDegrees: GossipConfiguration {
        var configuration = GossipConfiguration.test
        configuration.eagerDegreeMin = 6
        return configuration
    }

    @Test func spec04_check14_twentyPeersGiveABoundedSample() {
        var tree = self.tree()
        var random = SplitMix64(seed: 7)
        tree.sample(self.peers, using: &random)
        #expect(tree.eager.count == 6)
        #expect(tree.eager == tree.eager.sorted())
        let first = tree.eager
        tree.sample(self.peers, using: &random)
        #expect(tree.eager != first, "a topic without traffic is sampled anew")
    }

    @Test func spec04_check14_anUnknownDelivererStaysLazyWhenTheSetIsFull() {
        var tree = self.tree()
        for peer in self.peers.prefix(12) { #expect(tree.delivered(by: peer, now: self.now) == true) }
        #expect(tree.delivered(by: self.peers[12], now: self.now) == false)
        #expect(tree.eager.count == 12)
        #expect(!tree.isEager(self.peers[12]))
    }

    @Test func aShapedTreeIsNotSampledAgain() {
        var tree = self.tree()
        var random = SplitMix64(seed: 7)
        _ = tree.delivered(by: self.peers[0], now: self.now)
        tree.sample(self.peers, using: &random)
        #expect(tree.eager == [self.peers[0]])
    }

    @Test func spec04_check16_belowTheMinimumTheBestArePromoted() {
        var tree = self.tree(self.originalDegrees)
        for peer in self.peers.prefix(3) { tree.record(.delivered, of: peer, now: self.now) }
        for peer in self.peers[3..<5] {
            tree.record(.iWantSent, of: peer, now: self.now)
            for _ in 0..<10 { tree.record(.sendTimedOut, of: peer, now: self.now) }
        }
        let moves = tree.maintain(
            connected: Array(self.peers.prefix(9)),
            configuration: self.originalDegrees,
            now: self.now
        )
        #expect(moves == TopicTree.Moves(prunes: 0, grafts: 6))
        #expect(self.peers.prefix(3).allSatisfy { tree.isEager($0) }, "the best first")
        #expect(self.peers[3..<5].allSatisfy { tree.score(of: $0, now: self.now) < PeerScore.eagerMin })
        #expect(self.peers[3..<5].allSatisfy { !tree.isEager($0) }, "bad ones not while better exist")
    }

    @Test func spec04_check16_badPeersFillUpWhenNobodyElseIsLeft() {
        var tree = self.tree(self.originalDegrees)
        for _ in 0..<20 { tree.record(.sendTimedOut, of: self.peers[0], now: self.now) }
        tree.record(.iWantSent, of: self.peers[0], now: self.now)
        #expect(tree.score(of: self.peers[0], now: self.now) < PeerScore.eagerMin)
        let moves = tree.maintain(
            connected: Array(self.peers.prefix(3)),
            configuration: self.originalDegrees,
            now: self.now
        )
        #expect(moves.grafts == 3)
        #expect(tree.isEager(self.peers[0]))
    }

    @Test func spec04_check16_aboveTheMaximumTheWorstIsDemoted() {
        var tree = self.tree(self.originalDegrees)
        for peer in self.peers.prefix(13) { tree.insertEager(peer) }
        for peer in self.peers.prefix(12) { tree.record(.delivered, of: peer, now: self.now) }
        let moves = tree.maintain(connected: self.peers, configuration: self.originalDegrees, now: self.now)
        #expect(moves.prunes == 1)
        #expect(!tree.isEager(self.peers[12]))
    }

    @Test func spec04_check16_oneSwapAMinute() {
        var tree = self.tree(self.originalDegrees)
        let connected = Array(self.peers.prefix(8))
        for peer in connected.prefix(6) {
            tree.insertEager(peer)
            for _ in 0..<10 { tree.record(.sendTimedOut, of: peer, now: self.now) }
            tree.record(.iWantSent, of: peer, now: self.now)
        }
        for peer in connected.suffix(2) { tree.record(.delivered, of: peer, now: self.now) }
        #expect(tree.maintain(connected: connected, configuration: self.originalDegrees, now: self.now).grafts == 1)
        let soon = self.now + .seconds(59)
        #expect(tree.maintain(connected: connected, configuration: self.originalDegrees, now: soon).grafts == 0)
        let later = self.now + .seconds(60)
        #expect(tree.maintain(connected: connected, configuration: self.originalDegrees, now: later).grafts == 1)
        #expect(connected.suffix(2).allSatisfy { tree.isEager($0) })
    }

    @Test func spec04_check18_aCoolingPeerIsNotPromoted() {
        var tree = self.tree()
        tree.insertEager(self.peers[0])
        tree.insertEager(self.peers[1])
        for index in 1...5 {
            #expect(tree.admit(self.peers[0], id: RequestID(UInt64(index)), now: self.now) == true)
            let left = tree.sendFinished(RequestID(UInt64(index)), to: self.peers[0], .timedOut, now: self.now)
            #expect(left == (index == 5 ? .cooled : .none))
        }
        #expect(!tree.isEager(self.peers[0]))
        #expect(tree.graft(self.peers[0]) == false)
        #expect(tree.admit(self.peers[0], id: RequestID(6), now: self.now) == false)
        let moves = tree.maintain(connected: [self.peers[0]], configuration: .test, now: self.now)
        #expect(moves.grafts == 0)
        #expect(tree.delivered(by: self.peers[0], now: self.now) == false)
        // The probe succeeds: all is forgiven.
        let later = self.now + .seconds(120)
        #expect(tree.peersToProbe(now: later) == [self.peers[0]])
        #expect(tree.admit(self.peers[0], id: RequestID(7), now: later) == true)
        #expect(tree.admit(self.peers[0], id: RequestID(8), now: later) == false)
        #expect(tree.peersToProbe(now: later) == [])
        #expect(tree.sendFinished(RequestID(7), to: self.peers[0], .sent, now: later) == .recovered)
        #expect(tree.graft(self.peers[0]) == true)
    }

    @Test func aPrunedPeerIsHeldBack() {
        var tree = self.tree()
        tree.insertEager(self.peers[0])
        tree.insertEager(self.peers[1])
        #expect(tree.duplicate(from: self.peers[0], now: self.now) == .redundant(moved: true))
        #expect(tree.duplicate(from: self.peers[1], now: self.now) == .redundant(moved: false), "somebody must be left")
        tree.peerDisconnected(self.peers[1])
        let connected = [self.peers[0], self.peers[2]]
        _ = tree.maintain(connected: connected, configuration: .test, now: self.now + .seconds(1))
        #expect(tree.eager == [self.peers[2]])
        tree.peerDisconnected(self.peers[2])
        _ = tree.maintain(connected: [self.peers[0]], configuration: .test, now: self.now + .seconds(2))
        #expect(tree.eager == [self.peers[0]], "better a pruned one than nobody")
    }

    @Test func aProvenEdgeMustBeLateForAWhile() {
        var tree = self.tree()
        _ = tree.delivered(by: self.peers[0], now: self.now)
        _ = tree.delivered(by: self.peers[1], now: self.now)
        #expect(tree.duplicate(from: self.peers[0], now: self.now) == .tolerated)
        #expect(tree.duplicate(from: self.peers[0], now: self.now) == .tolerated)
        #expect(tree.duplicate(from: self.peers[0], now: self.now + .milliseconds(999)) == .tolerated)
        _ = tree.delivered(by: self.peers[0], now: self.now + .milliseconds(999))
        #expect(tree.duplicate(from: self.peers[0], now: self.now + .seconds(1)) == .tolerated, "it was useful again")
        #expect(tree.duplicate(from: self.peers[0], now: self.now + .seconds(2)) == .tolerated, "two are not three")
        #expect(tree.duplicate(from: self.peers[0], now: self.now + .seconds(2)) == .redundant(moved: true))
        #expect(tree.duplicate(from: self.peers[0], now: self.now + .seconds(2)) == .redundant(moved: false))
    }

    @Test func noticesAreRateLimited() {
        var tree = self.tree()
        #expect(tree.takeNotice(to: self.peers[0], now: self.now) == true)
        #expect(tree.takeNotice(to: self.peers[0], now: self.now + .milliseconds(999)) == false)
        #expect(tree.takeNotice(to: self.peers[1], now: self.now) == true)
        var at = self.now
        for pause in [1, 2, 4, 8, 16, 32, 64, 64, 64] as [Int64] {
            #expect(tree.takeNotice(to: self.peers[0], now: at + .seconds(pause) - .milliseconds(1)) == false)
            at = at + .seconds(pause)
            #expect(tree.takeNotice(to: self.peers[0], now: at) == true, "after \(pause) s")
        }
        _ = tree.delivered(by: self.peers[0], now: at)
        #expect(tree.takeNotice(to: self.peers[0], now: at + .seconds(1)) == true, "it understood after all")
    }

    @Test func randomOperationsKeepTheSetSortedAndBounded() {
        var random = TestRandom("topic tree operations")
        var tree = self.tree()
        var connected: [PeerID] = []
        var now = self.now
        for step in 0..<4000 {
            now = now + .milliseconds(Int64.random(in: 0...2000, using: &random))
            let peer = self.peers[Int.random(in: 0..<self.peers.count, using: &random)]
            switch Int.random(in: 0..<9, using: &random) {
            case 0:
                if !connected.contains(peer) { connected.append(peer) }
                _ = tree.peerConnected(peer)
            case 1:
                connected.removeAll { $0 == peer }
                tree.peerDisconnected(peer)
            case 2 where connected.contains(peer): _ = tree.delivered(by: peer, now: now)
            case 3 where connected.contains(peer): _ = tree.duplicate(from: peer, now: now)
            case 4 where connected.contains(peer): _ = tree.graft(peer)
            case 5 where connected.contains(peer): _ = tree.prune(peer, now: now)
            case 6 where connected.contains(peer):
                let id = RequestID(UInt64(step))
                if tree.admit(peer, id: id, now: now) { _ = tree.sendFinished(id, to: peer, .timedOut, now: now) }
            case 7 where connected.contains(peer):
                let id = RequestID(UInt64(step))
                if tree.admit(peer, id: id, now: now) { _ = tree.sendFinished(id, to: peer, .sent, now: now) }
            default: _ = tree.maintain(connected: connected.sorted(), configuration: .test, now: now)
            }
            #expect(tree.eager == Set(tree.eager).sorted(), "\(TestSeed.note)")
            #expect(tree.eager.count <= 12, "\(TestSeed.note)")
            #expect(tree.eager.allSatisfy { connected.contains($0) && !tree.isSuppressed($0) }, "\(TestSeed.note)")
        }
    }
}
