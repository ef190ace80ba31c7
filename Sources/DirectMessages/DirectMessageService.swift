// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
package import Node
package import Primitives
internal import Trust

/// Sends and receives direct messages over the raw path of spec 08.
///
/// Inbound frames come one by one from a bounded lane; outbound sends run concurrently within a ``SendBudget``. The
/// actor is never held across a wait: it decides, suspends, and re-validates.
package actor DirectMessageService {
    /// What the service needs from the node around it.
    package struct Surroundings: Sendable {
        /// The own agent.
        package var localAgent: AgentID
        /// The transport.
        package var transport: any PeerTransport
        /// Discovery and contacts.
        package var directory: any DirectDirectory
        /// Re-announcement interval of agents, for the offline test.
        package var heartbeatSeconds: UInt64
        /// Hands a message to every subscriber and returns how many there are.
        package var fanOut: @Sendable (DirectMessage) -> Int

        /// Creates the surroundings.
        package init(
            localAgent: AgentID,
            transport: any PeerTransport,
            directory: any DirectDirectory,
            heartbeatSeconds: UInt64,
            fanOut: @escaping @Sendable (DirectMessage) -> Int
        ) {
            self.localAgent = localAgent
            self.transport = transport
            self.directory = directory
            self.heartbeatSeconds = heartbeatSeconds
            self.fanOut = fanOut
        }
    }

    private let surroundings: Surroundings
    private var registry = DirectRegistry()
    private var budget = SendBudget()
    private var random = SystemSecureRandom()

    /// Counters since start.
    package private(set) var statistics = DirectStatistics()
    /// Counters per agent since start.
    package private(set) var ledger = DirectPeerLedger()

    /// Creates the service.
    package init(_ surroundings: Surroundings) { self.surroundings = surroundings }

    // MARK: - Receiving

    /// Takes one inbound frame with the authenticated machine that carried it.
    package func receive(_ message: [UInt8], from machine: MachineID, at receivedAt: UnixMillis) {
        guard let frame = try? RawDirectFrame(message: message) else {
            self.statistics.incomingDecodeFailed += 1
            return
        }
        let directory = self.surroundings.directory
        let location = directory.location(of: frame.sender)
        // The frame's sender is a claim; the agent's own announcement of this machine is the proof (spec 01 F1, F2).
        let isVerified = location.map { $0.isVerified && $0.machineID == machine } ?? false
        switch directory.verdict(on: .rawDirect, agent: frame.sender, machine: machine, isVerified: isVerified) {
        case .refuse: self.statistics.incomingTrustRejected += 1
        case .admit(let decision):
            if isVerified { self.registry.register(frame.sender, on: machine) }
            self.deliver(
                DirectMessage(
                    sender: frame.sender,
                    machineID: machine,
                    payload: frame.payload,
                    receivedAt: receivedAt,
                    isVerified: isVerified,
                    trustDecision: decision
                )
            )
        }
    }

    private func deliver(_ message: DirectMessage) {
        self.statistics.incomingEnvelopesTotal += 1
        self.ledger.received(from: message.sender, at: message.receivedAt)
        if self.surroundings.fanOut(message) > 0 { self.statistics.incomingDeliveredToSubscribe += 1 }
    }

    // MARK: - Sending

    /// Sends a message (spec 08 §5.2, §5.4).
    ///
    /// - Parameters:
    ///   - recipient: The agent.
    ///   - payload: At most ``RawDirectFrame/payloadByteCountMax`` bytes.
    ///   - probeTimeout: When given, a probe of the recipient's machine follows the send (100…30,000 ms).
    ///   - now: The time of the call, for the loopback message.
    /// - Returns: The receipt.
    /// - Throws: ``DirectSendError``.
    package func send(
        to recipient: AgentID,
        payload: [UInt8],
        probeTimeout: Nanoseconds?,
        now: UnixMillis
    ) async throws(DirectSendError) -> DirectSendReceipt {
        guard !self.surroundings.directory.isBlocked(recipient) else { throw .blocked }
        let frame = try RawDirectFrame(sender: self.surroundings.localAgent, payload: payload)
        guard self.budget.begin(recipient) else { throw .localGossipUnavailable }
        defer { self.budget.end(recipient) }
        self.statistics.outgoingSendTotal += 1
        let requestID = self.random.bytes(16)
        do {
            let path = try await self.transmit(frame, to: recipient, now: now)
            self.statistics.sendFinished(over: path)
            self.ledger.sent(to: recipient, over: path, at: now)
            var receipt = DirectSendReceipt(path: path, retriesUsed: 0, requestID: requestID)
            if let probeTimeout { receipt.acknowledgement = await self.probe(recipient, timeout: probeTimeout) }
            return receipt
        } catch {
            self.statistics.sendFinished(over: nil)
            self.ledger.sent(to: recipient, over: nil, at: now)
            throw error
        }
    }

    private func transmit(
        _ frame: RawDirectFrame,
        to recipient: AgentID,
        now: UnixMillis
    ) async throws(DirectSendError) -> DirectPath {
        guard recipient != self.surroundings.localAgent else {
            self.deliver(
                DirectMessage(
                    sender: recipient,
                    machineID: self.surroundings.transport.localPeerID,
                    payload: frame.payload,
                    receivedAt: now,
                    isVerified: true,
                    trustDecision: .accept
                )
            )
            return .loopback
        }
        let machine = try await self.connectedMachine(of: recipient)
        do {
            try await self.surroundings.transport.send(frame.encoded, to: machine)
        } catch {
            throw Self.sendError(error)
        }
        return .rawQUIC
    }

    /// The connected machine of the recipient; one attempt to connect when there is none (spec 08 §5.4).
    private func connectedMachine(of recipient: AgentID) async throws(DirectSendError) -> MachineID {
        let directory = self.surroundings.directory
        let location = directory.location(of: recipient)
        let candidates = [location?.machineID, self.registry.machine(of: recipient)].compactMap(\.self)
        if let machine = candidates.first(where: self.registry.isConnected) { return machine }
        guard location != nil || !candidates.isEmpty else { throw .recipientKeyUnavailable }
        if let location, location.secondsSinceSeen / max(1, self.surroundings.heartbeatSeconds) > 8 {
            throw .peerLikelyOffline
        }
        guard let machine = await directory.connect(to: recipient, within: Self.reconnectLimit) else {
            throw candidates.isEmpty ? .recipientKeyUnavailable : .peerDisconnected
        }
        return machine
    }

    /// How long a send may try to reach a recipient that is not connected: 3 s (spec 08 §5.4).
    private static let reconnectLimit = Nanoseconds.seconds(3)

    private func probe(_ recipient: AgentID, timeout: Nanoseconds) async -> DirectSendReceipt.Acknowledgement {
        guard let machine = self.surroundings.directory.location(of: recipient)?.machineID else {
            return .failed("agent not in discovery cache (peer_id unknown)")
        }
        guard recipient != self.surroundings.localAgent else { return .roundTrip(.zero) }
        let limit = min(max(timeout, .milliseconds(100)), .milliseconds(30_000))
        do {
            return .roundTrip(try await self.surroundings.transport.probe(machine, timeout: limit))
        } catch {
            return .failed("probe failed: \(Self.text(of: error))")
        }
    }

    private static func sendError(_ error: TransportError) -> DirectSendError {
        switch error {
        case .messageTooLarge(let byteCount, let limit):
            .payloadTooLarge(
                byteCount: byteCount - RawDirectFrame.headerByteCount,
                limit: limit - RawDirectFrame.headerByteCount
            )
        case .notConnected, .closed, .wrongPeer, .timedOut: .peerDisconnected
        case .overloaded: .localGossipUnavailable
        case .shutDown: .noConnectivity
        case .addressNotAllowed: .publishFailed
        }
    }

    private static func text(of error: TransportError) -> String {
        switch error {
        case .notConnected: "no live connection"
        case .timedOut: "timed out"
        case .closed(let reason): "closed: \(reason.rawValue)"
        case .shutDown: "the transport is shut down"
        case .messageTooLarge, .wrongPeer, .addressNotAllowed, .overloaded: "not sent"
        }
    }

    // MARK: - Registry

    /// Takes a change in who is connected.
    package func handle(_ event: PeerEvent) {
        switch event {
        case .connected(let peer): self.registry.connected(peer.id)
        case .disconnected(let peer, _, _): self.registry.disconnected(peer)
        }
    }

    /// Registers a binding that the agent itself signed.
    package func register(_ agent: AgentID, on machine: MachineID) { self.registry.register(agent, on: machine) }

    /// Forgets a blocked agent.
    package func forget(_ agent: AgentID) { self.registry.forget(agent) }

    /// Registered agents whose machine is connected, sorted by agent.
    package var connections: [(agent: AgentID, machine: MachineID)] { self.registry.connections }
}
