// SPDX-License-Identifier: MIT OR Apache-2.0

import GossipCore
import Primitives

extension GossipConfiguration {
    /// The test constants with membership; nothing else goes on by itself.
    static var overlay: GossipConfiguration {
        var configuration = GossipConfiguration.test
        configuration.membership = MembershipConfiguration()
        return configuration
    }
}

extension TestBed {
    /// The transport identity of a numbered node.
    static func peer(_ number: UInt64) -> PeerID { GossipIdentity.test(number).peerID }

    /// Takes a membership message from a peer.
    @discardableResult
    mutating func receive(_ message: MembershipMessage, from peer: PeerID) -> [GossipAction] {
        self.run(.messageReceived(message.transportMessage, from: peer))
    }

    /// Connects peers that join, so that they become neighbours.
    mutating func connectNeighbors(_ numbers: some Sequence<UInt64>) -> [PeerID] {
        numbers.map { number in
            let peer = Self.peer(number)
            self.run(.peerConnected(peer))
            self.receive(.join(sender: peer, timeToLive: 0), from: peer)
            return peer
        }
    }
}

extension [GossipAction] {
    /// Sent membership messages, decoded.
    var membership: [(peer: PeerID, message: MembershipMessage)] {
        self.compactMap { action in
            guard case .send(let request) = action,
                let message = try? MembershipMessage(decodingTransportMessage: request.bytes)
            else { return nil }
            return (request.peer, message)
        }
    }

    /// The membership messages sent to one peer.
    func membership(to peer: PeerID) -> [MembershipMessage] {
        self.membership.filter { $0.peer == peer }.map(\.message)
    }

    /// Peers a connection is wanted to.
    var connects: [PeerID] { self.compactMap { if case .connect(let peer) = $0 { peer } else { nil } } }

    /// Peers whose connection is not needed any more.
    var releases: [PeerID] { self.compactMap { if case .release(let peer) = $0 { peer } else { nil } } }
}
