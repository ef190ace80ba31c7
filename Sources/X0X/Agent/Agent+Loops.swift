// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Connectivity
internal import DirectMessages
internal import Discovery
internal import GossipCore
internal import Identity
internal import Logging
internal import Node
internal import Presence
internal import Primitives
internal import Trust

// The loops that carry what comes from below to the services that handle it.
extension Agent {
    func consumePeerEvents() async {
        for await event in self.network.peerEvents {
            self.peerWatch.note(event, at: self.clock.wallTime())
            await self.gossip.handle(event)
            await self.overlay.handle(event)
            await self.direct.handle(event)
            switch event {
            case .connected(let peer):
                self.presence.note(.machineConnected(peer.id))
                self.peerMemory.connected(to: peer)
                self.reachability.connected(peer)
                self.announcer.peerConnected()
                self.logger.info(
                    "peer connected",
                    metadata: ["peer.id": "\(peer.id.shortHex)", "peer.address": "\(peer.address)"]
                )
            case .disconnected(let peer, _, let reason):
                self.presence.note(.machineDisconnected(peer, PresenceTracker.Departure(reason)))
                self.router.forget(peer)
                self.logger.info(
                    "peer disconnected",
                    metadata: ["peer.id": "\(peer.shortHex)", "reason": "\(reason.rawValue)"]
                )
            }
        }
    }

    func consumeDirectMessages() async {
        for await message in self.router.direct {
            self.router.directTaken(message)
            await self.direct.receive(message.bytes, from: message.peer, at: self.clock.wallTime())
        }
    }

    func consumeAnnouncements() async {
        for await message in self.hub.announcements {
            if message.topic.hasPrefix(AnnouncementTopic.rendezvousPrefix) {
                if let agent = await self.rendezvous.take(message) { self.discovery.board.tell(of: .agent(agent)) }
                continue
            }
            let (identity, actions) = await self.discovery.take(message)
            await self.perform(actions)
            if let identity {
                self.presence.announced(
                    identity.agentID,
                    on: identity.machineID,
                    announcedAt: identity.announcedAt
                )
            }
        }
    }

    /// Lets discovery forget, once a minute, what nobody has heard of for long.
    func sweepDiscovery() async {
        while (try? await self.clock.sleep(until: self.clock.now() + .seconds(60))) != nil {
            let connected = Set(await self.network.peers.connectedPeers().map(\.id))
            await self.perform(self.discovery.sweep(connected: connected))
        }
    }

    private func perform(_ actions: [DiscoveryCache.Action]) async {
        for action in actions {
            switch action {
            case .observeMachine(let machine, of: let agent):
                // Somebody else's word does not put a machine on an owner's list.
                if self.discovery.isAuthenticated(agent, on: machine) { self.activity.note(agent, on: machine) }
            case .bind(let agent, to: let machine):
                self.presence.note(.bound(agent, to: machine))
                await self.direct.register(agent, on: machine)
            case .unbind(let agent):
                self.presence.note(.unbound(agent))
                await self.direct.forget(agent)
            case .learnAddresses(let addresses, of: let machine):
                self.peerMemory.learned(addresses, of: machine)
                self.autoConnector.announced(machine)
            case .drop: break  // counted by the cache
            }
        }
    }
}
