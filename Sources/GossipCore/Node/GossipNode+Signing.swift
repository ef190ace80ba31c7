// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// What is done when a signature arrives.
enum SigningPurpose: Sendable {
    case publishEnvelope(PublishRequest)
    case publishHeader(RequestID, MessageHeader, envelope: [UInt8], topicName: String)
    case reframe(MessageHeader, payload: [UInt8], priority: SendPriority, holders: [PeerID])
    case control(MessageHeader, payload: [UInt8], peers: [PeerID])

    var isControl: Bool {
        switch self {
        case .publishEnvelope, .publishHeader, .reframe: false
        case .control: true
        }
    }
}

extension GossipNode {
    /// Asks the shell for a signature; `false` when too many are being made.
    @discardableResult
    mutating func requestSignature(
        _ key: SigningRequest.Key,
        of message: [UInt8],
        for purpose: SigningPurpose,
        now: Instant,
        into actions: inout [GossipAction]
    ) -> Bool {
        let hasShare = !purpose.isControl || self.controlSigningCount < self.configuration.controlSigningCountMax
        guard hasShare, self.signings.count < self.configuration.signingCountMax else {
            self.drop(.signingOverload, from: nil, into: &actions)
            return false
        }
        let id = self.nextRequestID()
        self.signings[id] = purpose
        if purpose.isControl { self.controlSigningCount += 1 }
        actions.append(.sign(SigningRequest(id: id, key: key, message: message)))
        return true
    }

    mutating func signed(
        _ id: RequestID,
        signature: [UInt8]?,
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        guard let purpose = self.signings.removeValue(forKey: id) else { return }
        if purpose.isControl { self.controlSigningCount -= 1 }
        guard let signature, signature.count == self.configuration.scheme.signatureByteCount else {
            return self.signingFailed(purpose, into: &actions)
        }
        switch purpose {
        case .publishEnvelope(let request):
            self.envelopeSigned(request, signature: signature, now: now, into: &actions)
        case .publishHeader(let request, let header, let envelope, let topicName):
            self.publishHeaderSigned(
                request,
                header,
                envelope: envelope,
                topicName: topicName,
                signature: signature,
                now: now,
                into: &actions
            )
        case .reframe(let header, let payload, let priority, let holders):
            let forward = Forward(
                topic: header.topic,
                messageID: header.messageID,
                bytes: self.transportMessage(header, payload: payload, signature: signature),
                priority: priority,
                holders: holders
            )
            _ = self.spread(forward, now: now, into: &actions)
        case .control(let header, let payload, let peers):
            self.sendControl(header, payload: payload, signature: signature, to: peers, now: now, into: &actions)
        }
    }

    /// The original sends an empty signature here; we send nothing (spec 04 §5.3).
    private mutating func signingFailed(_ purpose: SigningPurpose, into actions: inout [GossipAction]) {
        switch purpose {
        case .publishEnvelope(let request): actions.append(.publishFailed(request.id, .signingFailed))
        case .publishHeader(let request, _, _, _): actions.append(.publishFailed(request, .signingFailed))
        case .reframe, .control: self.drop(.signingFailed, from: nil, into: &actions)
        }
    }
}
