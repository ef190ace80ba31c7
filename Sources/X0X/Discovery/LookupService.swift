// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Discovery
internal import Identity
internal import Primitives

/// Searches for agents and machines the cache does not know: listens to their shard topic for a while (spec 01 §8).
///
/// Announcements that come in that way pass the same checks as all others; a search only adds a subscription.
final class LookupService: Sendable {
    private let discovery: DiscoveryService
    private let rendezvous: RendezvousService
    private let gossip: GossipService
    private let hub: PubSubHub

    init(discovery: DiscoveryService, rendezvous: RendezvousService, gossip: GossipService, hub: PubSubHub) {
        self.discovery = discovery
        self.rendezvous = rendezvous
        self.gossip = gossip
        self.hub = hub
    }

    /// An agent from the cache, of any age, or heard of within the limit.
    func agent(_ id: AgentID, within limit: Nanoseconds) async -> DiscoveredAgent? {
        // Both stages of spec 05 §10.1 at once: whichever shard speaks first.
        let topics = [AnnouncementTopic.identityShard(of: id), AnnouncementTopic.rendezvousShard(of: id)]
        return await self.search(.agent(id), on: topics, within: limit) {
            self.discovery.agent(id) ?? self.rendezvous.stub(of: id)
        }
    }

    /// A machine from the cache, of any age, or heard of within the limit.
    func machine(_ id: MachineID, within limit: Nanoseconds) async -> DiscoveredMachine? {
        await self.search(.machine(id), on: [AnnouncementTopic.machineShard(of: id)], within: limit) {
            self.discovery.machine(id)
        }
    }

    private func search<Record: Sendable>(
        _ subject: LookupBoard.Subject,
        on topics: [String],
        within limit: Nanoseconds,
        cached: @Sendable () -> Record?
    ) async -> Record? {
        if let record = cached() { return record }
        guard limit > .zero, let ticket = self.discovery.board.enter(subject) else { return nil }
        for topic in topics { await self.listen(to: topic) }
        // What came in between the first look and the ticket tells nobody any more.
        var record = cached()
        if record == nil {
            let news = ticket.news
            _ = await withTimeLimit(.nanoseconds(limit.count)) {
                await news.wait()
                return true
            }
            record = cached()
        }
        self.discovery.board.leave(ticket)
        for topic in topics { await self.stopListening(to: topic) }
        return record
    }

    private func listen(to topic: String) async {
        if self.hub.listen(to: topic) { await self.gossip.updateSubscription(of: topic) }
    }

    private func stopListening(to topic: String) async {
        guard self.hub.stopListening(to: topic) else { return }
        await self.gossip.updateSubscription(of: topic)
    }
}
