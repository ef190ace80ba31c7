// SPDX-License-Identifier: MIT OR Apache-2.0

/// The one list of endpoints: the server answers exactly these, and the CLI, the client and the docs are checked against it.
///
/// It holds every endpoint of the specification. To build a planned one: declare it in `Endpoints`, add it below, give it
/// a handler, a client method, a command, and delete its line in `Planned/`.
package enum Registry {
    /// All endpoints of the specification (11 §5, 12 §8).
    package static let routes: [Route] = Self.built + Self.planned

    /// What this implementation answers beside them.
    package static let additions: [Route] = [Endpoints.openAPI.route, Endpoints.metrics.route]

    /// Every endpoint the server answers.
    package static let served: [Route] = Self.routes + Self.additions

    /// The endpoints of the specification that work.
    package static let built: [Route] = Self.status + Self.people + Self.directory + Self.messages

    /// The endpoints that answer 501.
    package static let planned: [Route] = PlannedRoutes.all.filter { planned in
        !Self.built.contains { $0.method == planned.method && $0.path == planned.path }
    }

    /// The route a CLI command calls, or nil.
    package static func route(command: String) -> Route? {
        self.served.first { $0.command == command }
    }

    private static let status: [Route] = [
        Endpoints.health.route,
        Endpoints.status.route,
        Endpoints.shutdown.route,
        Endpoints.constitution.route,
        Endpoints.constitutionDocument.route,
        Endpoints.gui.route,
        Endpoints.agent.route,
        Endpoints.agentUserID.route,
        Endpoints.card.route,
        Endpoints.importCard.route,
        Endpoints.introduction.route,
        Endpoints.announce.route,
        Endpoints.peers.route,
        Endpoints.networkStatus.route,
        Endpoints.bootstrapCache.route,
        Endpoints.connectivityDiagnostics.route,
        Endpoints.gossipDiagnostics.route,
        Endpoints.directDiagnostics.route,
        Endpoints.groupDiagnostics.route,
        Endpoints.execDiagnostics.route,
        Endpoints.probePeer.route,
        Endpoints.peerHealth.route,
        Endpoints.peerEvents.route,
        Endpoints.upgrade.route,
        Endpoints.applyUpgrade.route,
    ]

    private static let people: [Route] = [
        Endpoints.presence.route,
        Endpoints.online.route,
        Endpoints.friendsOnline.route,
        Endpoints.findPresence.route,
        Endpoints.presenceStatus.route,
        Endpoints.presenceEvents.route,
        Endpoints.discoveredAgents.route,
        Endpoints.discoveredAgent.route,
        Endpoints.contacts.route,
        Endpoints.addContact.route,
        Endpoints.setTrust.route,
        Endpoints.updateContact.route,
        Endpoints.removeContact.route,
        Endpoints.evaluateTrust.route,
        Endpoints.revokeContact.route,
        Endpoints.revocations.route,
        Endpoints.contactMachines.route,
        Endpoints.addContactMachine.route,
        Endpoints.removeContactMachine.route,
        Endpoints.pinMachine.route,
        Endpoints.unpinMachine.route,
    ]

    private static let directory: [Route] = [
        Endpoints.findAgent.route,
        Endpoints.agentReachability.route,
        Endpoints.agentMachine.route,
        Endpoints.userAgents.route,
        Endpoints.discoveredMachines.route,
        Endpoints.discoveredMachine.route,
        Endpoints.userMachines.route,
        Endpoints.connectMachine.route,
    ]

    private static let messages: [Route] = [
        Endpoints.publish.route,
        Endpoints.subscribe.route,
        Endpoints.unsubscribe.route,
        Endpoints.events.route,
        Endpoints.connect.route,
        Endpoints.sendDirect.route,
        Endpoints.directConnections.route,
        Endpoints.directEvents.route,
        Endpoints.webSocket.route,
        Endpoints.directWebSocket.route,
        Endpoints.webSocketSessions.route,
    ]
}
