// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import DirectMessages
import Node
import Primitives
import Synchronization
import Testing
import Trust

@Suite(.timeLimit(.minutes(1))) struct DirectMessageServiceTests {
    private let local = AgentID(words: Words32(1, 0, 0, 0))
    private let alice = AgentID(words: Words32(2, 0, 0, 0))
    private let aliceMachine = MachineID(words: Words32(2, 2, 0, 0))
    private let mallory = MachineID(words: Words32(3, 3, 0, 0))
    private let now = UnixMillis(milliseconds: 1_700_000_000_123)

    private final class Inbox: Sendable {
        private let received = Mutex<[DirectMessage]>([])
        var messages: [DirectMessage] { self.received.withLock { $0 } }
        func append(_ message: DirectMessage) { self.received.withLock { $0.append(message) } }
    }

    private struct Fixture {
        let transport = FakeTransport()
        let directory = FakeDirectory()
        let inbox = Inbox()
        let service: DirectMessageService

        init(local: AgentID) {
            let inbox = self.inbox
            self.service = DirectMessageService(
                .init(
                    localAgent: local,
                    transport: self.transport,
                    directory: self.directory,
                    heartbeatSeconds: 300
                ) { message in
                    inbox.append(message)
                    return 1
                }
            )
        }

        func connect(_ machine: MachineID) async {
            self.transport.connect(machine)
            await self.service.handle(
                .connected(
                    ConnectedPeer(
                        id: machine,
                        address: NetworkAddress(ipv4: 0x7F00_0001, port: 9),
                        isOutbound: true,
                        generation: 1,
                        smoothedRoundTrip: .milliseconds(1)
                    )
                )
            )
        }

        func locate(_ agent: AgentID, _ machine: MachineID?, isVerified: Bool = true, secondsSinceSeen: UInt64 = 0) {
            self.directory.state.withLock {
                $0.locations[agent] = AgentLocation(
                    machineID: machine,
                    isVerified: isVerified,
                    secondsSinceSeen: secondsSinceSeen
                )
            }
        }

        func decide(_ agent: AgentID, _ decision: TrustDecision) {
            self.directory.state.withLock { $0.decisions[agent] = decision }
        }
    }

    private func frame(_ payload: [UInt8]) throws -> [UInt8] {
        try RawDirectFrame(sender: self.alice, payload: payload).encoded
    }

    // MARK: - Receiving

    @Test func aVerifiedSenderIsDeliveredAndRegistered() async throws {
        let fixture = Fixture(local: self.local)
        fixture.locate(self.alice, self.aliceMachine)
        fixture.decide(self.alice, .accept)
        await fixture.connect(self.aliceMachine)
        await fixture.service.receive(try self.frame([1, 2]), from: self.aliceMachine, at: self.now)
        let message = try #require(fixture.inbox.messages.first)
        #expect(message.sender == self.alice)
        #expect(message.machineID == self.aliceMachine)
        #expect(message.payload == [1, 2])
        #expect(message.isVerified)
        #expect(message.trustDecision == .accept)
        #expect(message.receivedAt == self.now)
        #expect(await fixture.service.connections.map(\.agent) == [self.alice])
    }

    @Test func spec08_check17_anImpersonatorChangesNothing() async throws {
        let fixture = Fixture(local: self.local)
        fixture.locate(self.alice, self.aliceMachine)
        fixture.decide(self.alice, .accept)
        await fixture.connect(self.mallory)
        await fixture.service.receive(try self.frame([1]), from: self.mallory, at: self.now)
        let message = try #require(fixture.inbox.messages.first)
        #expect(!message.isVerified)
        #expect(message.trustDecision == .unknown)
        #expect(await fixture.service.connections.isEmpty)
    }

    @Test(arguments: [TrustDecision.rejectBlocked, .rejectMachineMismatch], [true, false])
    func spec01_check37_aRefusedSenderIsStoppedAndCounted(_ decision: TrustDecision, _ isVerified: Bool) async throws {
        let fixture = Fixture(local: self.local)
        if isVerified { fixture.locate(self.alice, self.aliceMachine) }
        fixture.decide(self.alice, decision)
        await fixture.connect(self.aliceMachine)
        await fixture.service.receive(try self.frame([1]), from: self.aliceMachine, at: self.now)
        #expect(fixture.inbox.messages.isEmpty)
        #expect(await fixture.service.statistics.incomingTrustRejected == 1)
        #expect(await fixture.service.statistics.incomingEnvelopesTotal == 0)
        #expect(await fixture.service.connections.isEmpty)
    }

    @Test func aClaimedBindingDoesNotVerify() async throws {
        let fixture = Fixture(local: self.local)
        fixture.locate(self.alice, self.aliceMachine, isVerified: false)
        await fixture.connect(self.aliceMachine)
        await fixture.service.receive(try self.frame([1]), from: self.aliceMachine, at: self.now)
        #expect(fixture.inbox.messages.map(\.isVerified) == [false])
        #expect(await fixture.service.connections.isEmpty)
    }

    @Test func aBlockedSenderIsDroppedAndCounted() async throws {
        let fixture = Fixture(local: self.local)
        fixture.locate(self.alice, self.aliceMachine)
        fixture.decide(self.alice, .rejectBlocked)
        await fixture.service.receive(try self.frame([1]), from: self.aliceMachine, at: self.now)
        #expect(fixture.inbox.messages.isEmpty)
        #expect(await fixture.service.statistics.incomingTrustRejected == 1)
    }

    @Test func garbageIsCounted() async {
        let fixture = Fixture(local: self.local)
        await fixture.service.receive([0x10, 1, 2, 3], from: self.mallory, at: self.now)
        await fixture.service.receive([], from: self.mallory, at: self.now)
        #expect(fixture.inbox.messages.isEmpty)
        #expect(await fixture.service.statistics.incomingDecodeFailed == 2)
    }

    // MARK: - Sending

    private func send(
        _ fixture: Fixture,
        to agent: AgentID,
        _ payload: [UInt8] = [9],
        probe: Nanoseconds? = nil
    ) async -> Result<DirectSendReceipt, DirectSendError> {
        do throws(DirectSendError) {
            return .success(
                try await fixture.service.send(to: agent, payload: payload, probeTimeout: probe, now: self.now)
            )
        } catch {
            return .failure(error)
        }
    }

    private func error(_ result: Result<DirectSendReceipt, DirectSendError>) -> DirectSendError? {
        if case .failure(let error) = result { error } else { nil }
    }

    @Test func spec08_check10_sendToSelfIsLoopback() async throws {
        let fixture = Fixture(local: self.local)
        let receipt = try await self.send(fixture, to: self.local, [5]).get()
        #expect(receipt.path == .loopback)
        #expect(receipt.requestID.count == 16)
        let message = try #require(fixture.inbox.messages.first)
        #expect(message.isVerified)
        #expect(message.trustDecision == .accept)
        #expect(message.machineID == fixture.transport.localPeerID)
    }

    @Test func spec08_check11_anUnknownAgentFailsAtOnce() async {
        let fixture = Fixture(local: self.local)
        #expect(self.error(await self.send(fixture, to: self.alice)) == .recipientKeyUnavailable)
        #expect(fixture.directory.state.withLock { $0.connectCalls } == 0)
    }

    @Test func spec08_check12_aBlockedRecipientIsRefusedFirst() async {
        let fixture = Fixture(local: self.local)
        fixture.decide(self.alice, .rejectBlocked)
        let tooLarge = [UInt8](repeating: 0, count: RawDirectFrame.payloadByteCountMax + 1)
        #expect(self.error(await self.send(fixture, to: self.alice, tooLarge)) == .blocked)
        #expect(fixture.transport.sent.isEmpty)
    }

    @Test func spec08_check15_rawSendToAConnectedPeer() async throws {
        let fixture = Fixture(local: self.local)
        fixture.locate(self.alice, self.aliceMachine)
        await fixture.connect(self.aliceMachine)
        let receipt = try await self.send(fixture, to: self.alice, [1, 2, 3]).get()
        #expect(receipt.path == .rawQUIC)
        #expect(receipt.acknowledgement == nil)
        let sent = try #require(fixture.transport.sent.first)
        #expect(sent.bytes == [0x10] + self.local.bytes + [1, 2, 3])
        #expect(sent.peer == self.aliceMachine)
    }

    @Test func spec08_check19_aLostPeerFailsAsDisconnected() async {
        let fixture = Fixture(local: self.local)
        fixture.locate(self.alice, self.aliceMachine)
        await fixture.connect(self.aliceMachine)
        fixture.transport.lose(self.aliceMachine)
        #expect(self.error(await self.send(fixture, to: self.alice)) == .peerDisconnected)
        await fixture.service.handle(.disconnected(self.aliceMachine, generation: 1, reason: .timedOut))
        #expect(self.error(await self.send(fixture, to: self.alice)) == .peerDisconnected)
        #expect(fixture.directory.state.withLock { $0.connectCalls } == 1)
    }

    @Test func anAgentSilentForLongIsLikelyOffline() async {
        let fixture = Fixture(local: self.local)
        fixture.locate(self.alice, self.aliceMachine, secondsSinceSeen: 8 * 300 + 299)
        #expect(self.error(await self.send(fixture, to: self.alice)) == .peerDisconnected)
        fixture.locate(self.alice, self.aliceMachine, secondsSinceSeen: 9 * 300)
        #expect(self.error(await self.send(fixture, to: self.alice)) == .peerLikelyOffline)
    }

    @Test func spec08_check23_probeFollowsTheSend() async throws {
        let fixture = Fixture(local: self.local)
        fixture.locate(self.alice, self.aliceMachine)
        await fixture.connect(self.aliceMachine)
        let receipt = try await self.send(fixture, to: self.alice, probe: .seconds(3)).get()
        #expect(receipt.acknowledgement == .roundTrip(.milliseconds(3)))
    }

    @Test func payloadOverTheLimitIsRefusedBeforeSending() async {
        let fixture = Fixture(local: self.local)
        let limit = RawDirectFrame.payloadByteCountMax
        let payload = [UInt8](repeating: 0, count: limit + 1)
        let expected = DirectSendError.payloadTooLarge(byteCount: limit + 1, limit: limit)
        #expect(self.error(await self.send(fixture, to: self.local, payload)) == expected)
        #expect(await fixture.service.statistics.outgoingSendTotal == 0)
    }

    @Test func spec08_check30_concurrentSendsAreBoundedAndLeakNothing() async {
        let fixture = Fixture(local: self.local)
        fixture.locate(self.alice, self.aliceMachine)
        await fixture.connect(self.aliceMachine)
        fixture.transport.hold()
        let results = await withTaskGroup(of: Result<DirectSendReceipt, DirectSendError>.self) { tasks in
            for _ in 0..<100 { tasks.addTask { await self.send(fixture, to: self.alice) } }
            var results: [Result<DirectSendReceipt, DirectSendError>] = []
            // 32 wait in the transport, 68 are refused at once.
            while results.count < 68, let result = await tasks.next() { results.append(result) }
            while fixture.transport.heldCount < 32 { await Task.yield() }
            fixture.transport.release()
            for await result in tasks { results.append(result) }
            return results
        }
        #expect(results.count { self.error($0) == .localGossipUnavailable } == 68)
        #expect(results.count { self.error($0) == nil } == 32)
        #expect(fixture.transport.sent.count == 32)
        #expect(self.error(await self.send(fixture, to: self.alice)) == nil)
        let statistics = await fixture.service.statistics
        #expect(statistics.outgoingSendTotal == 33)
        #expect(statistics.outgoingPathRawQUIC == 33)
    }
}
