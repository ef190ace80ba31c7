// SPDX-License-Identifier: MIT OR Apache-2.0

internal import FoundationEssentials
internal import Node
internal import Primitives
internal import Trust
internal import X0X
internal import X0XAPI

/// Carries out the commands of one session in order; knows the topics the session is subscribed to (spec 11 §8.3).
struct WebSocketCommands {
    private let session: WebSocketSession
    private let outbox: WebSocketOutbox
    private let sends: Lane<QueuedSend>
    private var topics: [String: SubscriptionID] = [:]  // ≤ limits.topicCountMax

    init(session: WebSocketSession, outbox: WebSocketOutbox, sends: Lane<QueuedSend>) {
        self.session = session
        self.outbox = outbox
        self.sends = sends
    }

    /// Carries out the command in a text frame; what is wrong with it is answered, the session goes on.
    mutating func carryOut(_ text: [UInt8]) async {
        let command: WebSocketCommand
        do {
            command = try JSONDecoder().decode(WebSocketCommand.self, from: Data(text))
        } catch {
            self.fail("invalid command: \(Self.reason(error))")
            return
        }
        switch command {
        case .ping: self.outbox.send(.pong)
        case .subscribe(let topics): await self.subscribe(to: topics)
        case .unsubscribe(let topics):
            for topic in topics { await self.leave(topic) }
            self.outbox.send(.unsubscribed(topics: topics))
        case .publish(let topic, let payload): await self.publish(topic: topic, payload: payload)
        case .sendDirect(let agentID, let payload): await self.send(to: agentID, payload: payload)
        }
    }

    /// The session ends.
    mutating func leaveAllTopics() async {
        for topic in self.topics.keys { await self.leave(topic) }
    }

    // MARK: - Topics

    private mutating func subscribe(to topics: [String]) async {
        var joined: [String] = []
        for topic in topics where await self.join(topic) { joined.append(topic) }
        self.session.sessions.setTopics(Set(self.topics.keys), of: self.session.id)
        self.outbox.send(.subscribed(topics: joined))
    }

    /// Whether the session has the topic now.
    private mutating func join(_ topic: String) async -> Bool {
        guard self.topics[topic] == nil else { return true }
        let limits = self.session.sessions.limits
        guard (1...limits.topicByteCountMax).contains(topic.utf8.count) else {
            self.fail("a topic has 1 to \(limits.topicByteCountMax) bytes")
            return false
        }
        guard self.topics.count < limits.topicCountMax else {
            self.fail("too many topics")
            return false
        }
        let outbox = self.outbox
        do throws(SubscribeError) {
            self.topics[topic] = try await self.session.agent.subscribe(topic: topic) { outbox.offer(.topic($0)) }
            return true
        } catch {
            self.fail("subscribe failed: \(topic)")
            return false
        }
    }

    private mutating func leave(_ topic: String) async {
        guard let id = self.topics.removeValue(forKey: topic) else { return }
        _ = await self.session.agent.unsubscribe(id)
        self.session.sessions.setTopics(Set(self.topics.keys), of: self.session.id)
    }

    // MARK: - Messages

    private func publish(topic: String, payload: String) async {
        guard !topic.isEmpty else { return self.fail("topic must not be empty") }
        guard let payload = Base64.decode(payload) else { return self.fail("invalid base64 in payload") }
        do throws(PublishError) {
            _ = try await self.session.agent.publish(topic: topic, payload: payload)
        } catch {
            self.fail("publish failed")
        }
    }

    /// Checks the command here and leaves the send, which may take seconds, to the queue beside the command loop.
    private func send(to agentID: String, payload: String) async {
        let recipient: AgentID
        do throws(APIFailure) {
            recipient = try Parse.agentID(agentID)
        } catch {
            return self.fail(error.body.error)
        }
        guard await self.session.agent.evaluateTrust(agent: recipient, machine: .zero) != .rejectBlocked else {
            return self.fail("agent is blocked")
        }
        guard let payload = Base64.decode(payload) else { return self.fail("invalid base64 in payload") }
        guard self.sends.offer(QueuedSend(recipient: recipient, payload: payload)).isAccepted else {
            return self.fail("send queue full")
        }
    }

    private func fail(_ message: String) { self.outbox.send(.error(message: message)) }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "missing field `\(key.stringValue)`"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            context.codingPath.last.map { "field `\($0.stringValue)` has the wrong type" } ?? "not a JSON object"
        case DecodingError.dataCorrupted(let context):
            context.codingPath.last.map { "field `\($0.stringValue)` has an unknown value" } ?? "not valid JSON"
        default: "not valid JSON"
        }
    }
}
