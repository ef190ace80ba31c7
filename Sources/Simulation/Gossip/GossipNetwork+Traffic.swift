// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import GossipCore
internal import Primitives

/// Messages of the experiment: published, delivered, and checked against what was published.
extension GossipNetwork {
    /// Subscribes a node to a topic; it subscribes again after a restart.
    package mutating func subscribe(_ index: Int, to topic: String) {
        self.members[index].topics.append(topic)
        self.give(.subscribed(topic: topic), to: index)
    }

    /// Subscribes every node to a topic.
    package mutating func subscribeAll(to topic: String) {
        for index in self.members.indices { self.subscribe(index, to: topic) }
    }

    /// Publishes a message that the network follows; returns its place in ``publications``.
    ///
    /// - Parameters:
    ///   - index: The publisher.
    ///   - topic: Where.
    ///   - paddingByteCount: Bytes beyond the eight that identify the message.
    /// - Returns: The place of the message in ``publications``.
    @discardableResult
    package mutating func publish(_ index: Int, on topic: String, paddingByteCount: Int = 0) -> Int {
        let place = self.publications.count
        self.publications.append(
            GossipPublication(
                topic: topic,
                publisher: index,
                publishedAt: self.now,
                paddingByteCount: paddingByteCount,
                nodeCount: self.members.count
            )
        )
        let reading = self.members[index].clock.reading(at: self.now)
        let request = PublishRequest(
            id: RequestID(UInt64(place)),
            topic: topic,
            payload: Self.payload(place: place, paddingByteCount: paddingByteCount),
            publishedAt: UnixMillis(milliseconds: 1_700_000_000_000 + reading.nanoseconds / 1_000_000)
        )
        self.give(.publish(request), to: index)
        return place
    }

    /// Delivers a message of the test's own making at once.
    package mutating func inject(_ bytes: [UInt8], from source: Int, to destination: Int) {
        self.give(.messageReceived(bytes, from: self.peerID(source)), to: destination)
    }

    /// What the message at a place says: its number, and padding that follows from it.
    static func payload(place: Int, paddingByteCount: Int) -> [UInt8] {
        var writer = ByteWriter(reservedByteCount: 8 + paddingByteCount)
        writer.writeBigEndian(UInt64(place))
        return writer.bytes + Array(repeating: UInt8(truncatingIfNeeded: place), count: paddingByteCount)
    }

    mutating func published(_ request: RequestID, _ receipt: PublishReceipt, at index: Int) {
        guard let place = self.place(of: request, at: index) else { return }
        self.publications[place].eagerPeerCount = receipt.eagerPeerCount
    }

    mutating func publishFailed(_ request: RequestID, at index: Int) {
        guard let place = self.place(of: request, at: index) else { return }
        self.publications[place].hasFailed = true
    }

    private func place(of request: RequestID, at index: Int) -> Int? {
        guard let place = Int(exactly: request.value), self.publications.indices.contains(place),
            self.publications[place].publisher == index
        else { return nil }
        return place
    }

    /// A subscriber got a message: note when, and whether it may have.
    mutating func delivered(_ message: VerifiedMessage, at index: Int) {
        guard self.members[index].adversary == nil else { return }
        guard let sender = message.sender, let author = self.honestAgents[sender.agentID] else {
            // Unsigned, or an adversary speaking in its own name: nobody is deceived.
            self.traffic.foreignCount += 1
            return
        }
        guard let place = self.authenticPlace(of: message, by: author) else {
            self.violations.forgedCount += 1
            return self.violations.note("node \(index) accepted a message node \(author) never published")
        }
        var hops = 0
        if case .peer(let peer) = message.origin, let source = self.indices[peer] {
            hops = 1 + (self.publications[place].delivery(at: source)?.hops ?? 0)
        }
        let delivery = GossipPublication.Delivery(
            after: self.now - self.publications[place].publishedAt,
            hops: hops,
            incarnation: self.members[index].incarnation
        )
        if !self.publications[place].record(delivery, at: index) {
            self.violations.repeatedCount += 1
            self.violations.note("node \(index) delivered message \(place) twice")
        }
    }

    /// Which publication a delivered message is, byte for byte.
    private func authenticPlace(of message: VerifiedMessage, by author: Int) -> Int? {
        guard message.payload.count >= 8 else { return nil }
        let number = message.payload.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let place = Int(exactly: number), self.publications.indices.contains(place) else { return nil }
        let publication = self.publications[place]
        guard publication.publisher == author, publication.topic == message.topic,
            message.payload == Self.payload(place: place, paddingByteCount: publication.paddingByteCount)
        else { return nil }
        return place
    }
}
