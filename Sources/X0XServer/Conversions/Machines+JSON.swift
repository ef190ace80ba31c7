// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Discovery
internal import Identity
internal import Node
internal import Primitives
internal import X0X
internal import X0XAPI

extension DiscoveredMachineRecord {
    init(_ machine: DiscoveredMachine) {
        self.init(
            machineID: machine.machineID.hex,
            addresses: machine.addresses.map(\.description),
            announcedAt: machine.announcedAt,
            lastSeen: machine.lastSeen,
            natType: machine.reachability.natType,
            canReceiveDirect: machine.reachability.canReceiveDirect,
            isRelay: machine.reachability.isRelay,
            isCoordinator: machine.reachability.isCoordinator,
            agentIDs: machine.agentIDs.map(\.hex),
            userIDs: machine.userIDs.map(\.hex)
        )
    }
}

extension ReachabilityResponse {
    init(_ agent: DiscoveredAgent, lastDial: DialAttempt?) {
        self.init(
            isLikelyDirect: agent.isLikelyDirect,
            needsCoordination: agent.needsCoordination,
            isRelay: agent.reachability.isRelay ?? false,
            isCoordinator: agent.reachability.isCoordinator ?? false,
            addresses: agent.addresses.map(\.description),
            lastDial: lastDial.map(DialAttemptRecord.init)
        )
    }
}

extension DialAttemptRecord {
    init(_ attempt: DialAttempt) {
        self.init(
            at: attempt.at.milliseconds,
            connected: attempt.connected?.description,
            failures: attempt.failures.map {
                Failure(address: $0.address.description, error: $0.error.tag, detail: $0.error.text)
            }
        )
    }
}

extension TransportError {
    /// For programs.
    fileprivate var tag: String {
        switch self {
        case .notConnected: "not_connected"
        case .messageTooLarge: "message_too_large"
        case .wrongPeer: "wrong_peer"
        case .addressNotAllowed: "address_not_allowed"
        case .closed: "closed"
        case .timedOut: "timed_out"
        case .overloaded: "overloaded"
        case .shutDown: "shut_down"
        }
    }

    /// For people.
    fileprivate var text: String {
        switch self {
        case .notConnected: "no connection"
        case .messageTooLarge(let byteCount, let limit): "a message of \(byteCount) bytes, at most \(limit) fit"
        case .wrongPeer(let peer): "another machine answered: \(peer.hex)"
        case .addressNotAllowed: "this daemon may not dial that address"
        case .closed(let reason): "the handshake or connection ended: \(reason.rawValue)"
        case .timedOut: "nobody answered in time"
        case .overloaded: "too many dials at once"
        case .shutDown: "the daemon is shutting down"
        }
    }
}
