// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DirectMessages
internal import FoundationEssentials
internal import Identity
internal import NIOCore
internal import NIOWebSocket
internal import Node
internal import Primitives
internal import ServiceLifecycle
internal import X0X
internal import X0XAPI

/// One WebSocket session from its first frame to its last (spec 11 §8).
///
/// Its tasks: one reads commands, one writes the outbox, one carries out direct sends, one forwards direct messages,
/// one keeps the connection alive. All end with the session; only accepted sends go on for a while.
struct WebSocketSession: Sendable {
    typealias Channel = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

    private enum Part {
        case reader
        case other
    }

    let id = UUID().uuidString.lowercased()
    let agent: any AgentService
    let sessions: WebSocketSessions
    let receivesDirect: Bool
    private let outbox: WebSocketOutbox
    private let sends: Lane<QueuedSend>

    init(agent: any AgentService, sessions: WebSocketSessions, receivesDirect: Bool) {
        self.agent = agent
        self.sessions = sessions
        self.receivesDirect = receivesDirect
        self.outbox = WebSocketOutbox(limits: sessions.limits, budget: sessions.budget)
        self.sends = Lane(
            limits: QueueLimits(
                count: sessions.limits.queuedSendCountMax,
                byteCount: sessions.limits.queuedByteCountMax
            ),
            overflow: .dropNewest,
            measure: { $0.payload.count }
        )
    }

    /// Serves a client until either side ends the session.
    func run(_ channel: Channel) async {
        let limits = self.sessions.limits
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await self.carryOutSends() }
            await self.serve(channel)
            self.sessions.remove(self.id, droppedFrames: self.outbox.droppedCount)
            self.sends.finish()
            // What was accepted is still sent: a client may close right after its last command.
            tasks.addTask { try? await Task.sleep(for: .milliseconds(limits.sendDrainMilliseconds)) }
            await tasks.next()
            tasks.cancelAll()
        }
    }

    private func serve(_ channel: Channel) async {
        // A connection that breaks ends the session; there is nobody left to tell.
        try? await channel.executeThenClose { inbound, outbound in
            await withGracefulShutdownHandler {
                await self.serve(channel.channel, inbound, outbound)
            } onGracefulShutdown: {
                self.outbox.close(.goingAway)
            }
        }
    }

    private func serve(
        _ channel: any NIOCore.Channel,
        _ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>,
        _ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    ) async {
        self.sessions.add(self.id, receivesDirect: self.receivesDirect)
        let directs = await self.openDirectFeed()
        self.outbox.send(.connected(sessionID: self.id, agentID: self.agent.identity.agentID.hex))
        self.outbox.send(.pong)
        await withTaskGroup(of: Part.self) { tasks in
            tasks.addTask {
                await self.read(inbound)
                return .reader
            }
            tasks.addTask {
                await self.keepAlive()
                return .other
            }
            tasks.addTask {
                await self.limitFlush(of: channel)
                return .other
            }
            if let directs {
                tasks.addTask {
                    await self.forward(directs)
                    return .other
                }
            }
            await self.write(to: outbound, channel)
            // The client answers a close frame with its own; waiting for that keeps its last bytes readable.
            while let part = await tasks.next(), part != .reader {}
            tasks.cancelAll()
        }
    }

    // MARK: - Writing

    private func write(to outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>, _ channel: any NIOCore.Channel) async
    {
        do {
            for await item in self.outbox.items {
                self.outbox.took(item)
                try await outbound.write(try item.frame(self.sessions.encodings))
            }
            let closing = self.outbox.end ?? .goingAway
            try await channel.writeAndFlush(closing.frame)
        } catch {
            // The client is gone, and with it the reader.
            channel.close(mode: .all, promise: nil)
        }
    }

    /// Ends the connection when a closing session cannot deliver what is queued.
    private func limitFlush(of channel: any NIOCore.Channel) async {
        await self.outbox.waitForClose()
        // Cancelled when everything was delivered in time.
        guard (try? await Task.sleep(for: .milliseconds(self.sessions.limits.flushMilliseconds))) != nil else { return }
        channel.close(mode: .all, promise: nil)
    }

    private func keepAlive() async {
        let interval = Duration.milliseconds(self.sessions.limits.keepAliveMilliseconds)
        while (try? await Task.sleep(for: interval)) != nil { self.outbox.send(.pong) }
    }

    private func openDirectFeed() async -> EventFeed<DirectMessage>? {
        guard self.receivesDirect else { return nil }
        do throws(TooManyStreams) {
            return try await self.agent.directEvents()
        } catch {
            self.outbox.close(.tooMany)
            return nil
        }
    }

    private func forward(_ feed: EventFeed<DirectMessage>) async {
        for await item in feed {
            switch item {
            case .element(let message): self.outbox.offer(.direct(message))
            case .lagged: self.outbox.close(.slowConsumer)
            }
        }
    }

    // MARK: - Reading

    private func read(_ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>) async {
        var commands = WebSocketCommands(session: self, outbox: self.outbox, sends: self.sends)
        do {
            for try await frame in inbound {
                switch frame.opcode {
                case .text: await commands.carryOut(Array(buffer: frame.unmaskedData))
                case .ping: self.outbox.offer(.pong(Array(buffer: frame.unmaskedData)))
                case .connectionClose:
                    self.outbox.close(WebSocketOutbox.Closing(answering: frame.unmaskedData))
                    await commands.leaveAllTopics()
                    return
                default: break  // binary frames and pongs are ignored
                }
            }
            self.outbox.close(.normal)
        } catch let error as NIOWebSocketFrameAggregator.Error {
            self.outbox.close(error == .accumulatedFrameSizeIsTooLarge ? .messageTooLong : .protocolError)
        } catch {
            self.outbox.close(.protocolError)
        }
        await commands.leaveAllTopics()
    }

    private func carryOutSends() async {
        for await send in self.sends {
            do throws(DirectSendError) {
                _ = try await self.agent.sendDirect(
                    to: send.recipient,
                    payload: send.payload,
                    requireAcknowledgementWithin: nil
                )
            } catch {
                self.outbox.send(.error(message: error == .blocked ? "agent is blocked" : "send failed"))
            }
        }
    }
}

/// A direct message that waits for its turn.
struct QueuedSend: Sendable {
    let recipient: AgentID
    let payload: [UInt8]
}
