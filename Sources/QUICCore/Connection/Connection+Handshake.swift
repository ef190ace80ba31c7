// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// The handshake: bytes and answers into TLS, its actions out (RFC 9001 §4).
extension Connection {
    /// The answer to a `cryptoRequested` event; late answers are ignored.
    mutating func cryptoCompleted(_ id: TLSCryptoRequest.ID, result: TLSCryptoResult, now: Instant) {
        guard self.isOpen else { return }
        self.feedTLS(.cryptoCompleted(id, result), now: now)
    }

    mutating func feedTLS(_ event: TLSHandshake.Event, now: Instant) {
        var actions: [TLSHandshake.Action] = []
        self.tls.handle(event, into: &actions)
        do throws(ConnectionFailure) {
            for action in actions { try self.perform(action, now: now) }
        } catch {
            self.fail(error, now: now)
        }
        if self.hasNewKeys {
            self.hasNewKeys = false
            self.retryUndecryptable(now: now)
        }
    }

    private mutating func perform(_ action: TLSHandshake.Action, now: Instant) throws(ConnectionFailure) {
        switch action {
        case .sendCryptoData(let level, let bytes): self.crypto[PacketNumberSpace(level)].write(bytes)
        case .installSecrets(let level, let suite, let local, let remote):
            guard let keys = try? ProtectionLevel(suite: suite, local: local, remote: remote) else {
                throw ConnectionFailure(.internalError, "packet keys could not be derived")
            }
            self.levels[PacketNumberSpace(level)] = keys
            self.recovery.keysInstalled(PacketNumberSpace(level))
            if level == .application {
                self.keyUpdate = KeyUpdate(suite: suite, local: local, remote: remote, keys: keys)
                if self.configuration.updatesKeysEarly {
                    self.keyUpdate.earlyPacketCount = self.unpredictable.next(in: KeyUpdate.earlyPacketCounts)
                }
            }
            self.hasNewKeys = true
        case .requestCrypto(let request): self.events.append(.cryptoRequested(request))
        case .peerTransportParameters(let bytes): try self.peerParametersReceived(bytes)
        case .handshakeCompleted(let peerPublicKey): self.handshakeCompleted(peerPublicKey, now: now)
        case .fail(let alert, let reason):
            throw ConnectionFailure(TransportErrorCode(rawValue: alert.quicErrorCode), reason)
        }
    }

    /// Checks the peer's parameters and lets the streams use its limits.
    private mutating func peerParametersReceived(_ bytes: [UInt8]) throws(ConnectionFailure) {
        let parameters: TransportParameters
        do throws(TransportParameterError) {
            parameters = try TransportParameters(decoding: bytes, sender: self.role.peer)
            try parameters.authenticate(
                TransportParameters.ObservedConnectionIDs(
                    initialSource: self.peerHandshakeID.bytes,
                    originalDestination: self.role == .client ? self.originalDestinationID.bytes : nil,
                    retrySource: self.retry?.sourceID.bytes
                )
            )
        } catch {
            throw ConnectionFailure(.transportParameterError, "transport parameters: \(error)")
        }
        if self.role == .client, let token = parameters.statelessResetToken {
            self.remoteIDs.setHandshakeResetToken(token)
        }
        self.peerParameters = parameters
        self.recovery.peerMaxAckDelay = .milliseconds(Int64(parameters.maxAckDelayMilliseconds))
        self.recovery.peerAckDelayExponent = parameters.ackDelayExponent
        self.streams.applyPeerLimits(parameters)
    }

    private mutating func handshakeCompleted(_ peerPublicKey: [UInt8], now: Instant) {
        self.peerPublicKey = peerPublicKey
        self.state = .established
        self.establishedAt = now
        self.pendingObservedAddress = self.peerParameters?.addressDiscovery != nil
        self.events.append(.handshakeCompleted(peerPublicKey: peerPublicKey))
        if self.role == .server {
            // RFC 9001 §4.1.2: the server confirms with completion and tells the client.
            self.pendingHandshakeDone = true
            self.confirmHandshake(now: now)
            self.hasNewKeys = true
        }
        self.keepAliveDeadline = now + self.configuration.keepAliveInterval
    }

    /// The handshake is confirmed: Handshake keys are no longer needed (RFC 9001 §4.9.2).
    mutating func confirmHandshake(now: Instant) {
        guard !self.isHandshakeConfirmed else { return }
        self.isHandshakeConfirmed = true
        self.discard(.handshake, now: now)
        self.recovery.handshakeConfirmed()
        if let peerParameters { self.pathMTU.start(peerLimit: peerParameters.maxUDPPayloadSize) }
    }

    /// Forgets the keys and all recovery state of a space (RFC 9001 §4.9).
    mutating func discard(_ space: PacketNumberSpace, now: Instant, forgettingCrypto: Bool = true) {
        guard self.levels[space] != nil else { return }
        self.levels[space] = nil
        self.recovery.discard(space, now: now)
        if forgettingCrypto { self.crypto[space] = CryptoStream() }
        self.probesToSend[space] = 0
    }
}

extension PacketNumberSpace {
    /// The space whose packets carry a level's CRYPTO frames.
    init(_ level: EncryptionLevel) {
        self =
            switch level {
            case .initial: .initial
            case .handshake: .handshake
            case .application: .application
            }
    }

    /// The TLS level of this space's CRYPTO frames.
    var level: EncryptionLevel {
        switch self {
        case .initial: .initial
        case .handshake: .handshake
        case .application: .application
        }
    }
}
