// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import Identity
internal import Primitives
internal import Trust
internal import X0X
internal import X0XAPI

extension AgentResponse {
    init(_ identity: LocalIdentitySummary) {
        self.init(
            agentID: identity.agentID.hex,
            machineID: identity.machineID.hex,
            userID: identity.userID?.hex,
            keyEncapsulationPublicKey: Base64.encode(identity.keyEncapsulationPublicKey)
        )
    }
}

extension CardDocument {
    init(_ card: AgentCard) {
        self.init(
            displayName: card.displayName,
            agentID: card.agentID.hex,
            machineID: (card.machineID ?? .zero).hex,
            userID: card.userID?.hex,
            addresses: card.signature?.addressTexts ?? card.addresses.map(\.description),
            groups: card.groups.isEmpty ? nil : card.groups.map { Group(name: $0.name, inviteLink: $0.inviteLink) },
            stores: card.stores.isEmpty ? nil : card.stores.map { Store(name: $0.name, topic: $0.topic) },
            createdAt: card.createdAt,
            directMessageCapabilities: card.directMessages.map(DirectMessageCapabilities.init),
            agentPublicKey: card.signature?.agentPublicKey.hex,
            signature: card.signature?.bytes.hex
        )
    }
}

extension CardDocument.DirectMessageCapabilities {
    init(_ capabilities: Identity.DirectMessageCapabilities) {
        self.init(
            maximumProtocolVersion: capabilities.protocolVersionMax,
            gossipInbox: capabilities.hasGossipInbox,
            keyEncapsulationAlgorithm: capabilities.keyEncapsulationAlgorithm,
            maximumEnvelopeByteCount: capabilities.envelopeByteCountMax,
            keyEncapsulationPublicKey: capabilities.keyEncapsulationPublicKey
        )
    }
}

extension AgentCard {
    /// The card a person pasted, as a link or as an object.
    init(importing card: CardImportRequest.Card) throws(APIFailure) {
        do {
            switch card {
            case .link(let link): self = try AgentCard(link: link)
            case .document(let document):
                self = try AgentCard(json: String(decoding: try JSONReply.bytes(document), as: UTF8.self))
            case .unreadable(let reason): throw APIFailure.badRequest("invalid card: \(reason)")
            }
        } catch let failure as APIFailure {
            throw failure
        } catch {
            throw .badRequest("invalid card: \(error)")
        }
    }
}

extension CardImportResponse {
    init(_ outcome: CardImportOutcome) {
        self.init(
            agentID: outcome.agentID.hex,
            displayName: outcome.displayName,
            trustLevel: outcome.trustLevel.capitalizedName,
            groups: UInt64(outcome.groupCount),
            stores: UInt64(outcome.storeCount),
            isVerified: outcome.isVerified,
            isTrustDowngradeIgnored: outcome.isTrustDowngradeIgnored ? true : nil
        )
    }
}

extension IntroductionResponse {
    init(_ introduction: Trust.Introduction) {
        let details = introduction.details
        self.init(
            agentID: introduction.agentID.hex,
            displayName: nil,
            identityWords: introduction.identityWords,
            services: introduction.services.map {
                Service(name: $0.name, description: $0.description, minimumTrust: $0.minimumTrust.rawValue)
            },
            machineID: details?.machineID.hex,
            userID: details?.userID?.hex,
            certificate: details?.certificate == nil ? nil : "(present)",
            signature: (details?.signature.prefix(8)).map { Array($0).hex },
            machinePublicKey: details?.machinePublicKey.hex,
            fullSignature: details?.signature.hex,
            agentCertificate: details?.certificate?.encoded.hex
        )
    }
}
