// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import Identity
import Primitives
import X0XAPI
import X0XClient

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `x0x why`: explains step by step why an agent can or cannot be reached.
package struct WhyCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Explain why an agent can or cannot be reached, and what to try next.",
        discussion: """
            Asks the daemon what it knows, searches the network for an agent it does not know, and tries to connect. \
            Exit code 0: it can be reached. 1: it cannot, or nobody is called so. 2: no daemon.
            """
    )

    @OptionGroup package var globals: GlobalOptions

    @Argument(help: "The agent: its id, the first digits of it, the label of a contact, or four words.")
    var agent: [String]

    @Flag(name: .customLong("offline"), help: "Neither search nor connect: only say what is known.")
    var isOffline = false

    package init() {}

    package func run() async throws {
        let reference = AgentReference(self.agent)
        let client = try await self.globals.connect()
        let output = self.globals.output
        let facts = try await FactCollector(client: client, isOffline: self.isOffline, note: output.note).collect(
            reference
        )
        let diagnosis = ReachabilityDiagnosis(facts)
        let words = JSONValue.string(facts.agentID).identifier(as: AgentID.self).map { "\(IdentityWords($0))" }
        if output.style == .json {
            try output.show(diagnosis.json(agentID: facts.agentID, words: words))
        } else {
            let title = "\(facts.agentID)\(words.map { " (\($0))" } ?? "")"
            try output.write(diagnosis.text(of: title, output))
        }
        if !diagnosis.isReachable { throw ExitCode.failure }
    }
}

/// Asks the daemon everything that matters for one agent.
private struct FactCollector {
    let client: X0XClient
    let isOffline: Bool
    let note: (String) -> Void

    func collect(_ reference: AgentReference) async throws -> AgentFacts {
        let own = try await self.client.agent().agentID
        let book = try await self.client.contactBook()
        let discovered = try await self.client.discoveredAgents(unfiltered: true)
        let known = discovered.map(\.agentID) + (book.revocations ?? []).map(\.agentID) + [own]
        let id = try reference.resolve(among: known, contacts: book.contacts)
        var facts = AgentFacts(agentID: id, now: UInt64(max(0, Date().timeIntervalSince1970)))
        facts.isOwn = id == own
        guard !facts.isOwn else { return facts }
        facts.contact = book.contacts.first { $0.agentID == id }
        facts.revocationReason = book.revocations?.first { $0.agentID == id }?.reason
        facts.record = discovered.first { $0.agentID == id }
        facts.peerCount = try await self.client.peers().count
        try await self.judge(&facts)
        guard !facts.isShutOut else { return facts }
        try await self.search(&facts)
        try await self.connect(&facts)
        try await self.judge(&facts)
        return facts
    }

    /// The decision about the machine it runs on, as far as that is known.
    private func judge(_ facts: inout AgentFacts) async throws {
        let machine = facts.connectedMachine ?? facts.machineID ?? String(repeating: "0", count: 64)
        facts.trustDecision = try await self.client.evaluateTrust(agent: facts.agentID, machine: machine)
    }

    private func search(_ facts: inout AgentFacts) async throws {
        guard facts.record == nil, !self.isOffline else { return }
        self.note("Searching the network for \(facts.agentID.prefix(8))…, up to 10 s")
        facts.wasSearched = true
        guard try await self.client.findAgent(facts.agentID) != nil else { return }
        facts.record = try await self.client.discoveredAgent(facts.agentID)
    }

    private func connect(_ facts: inout AgentFacts) async throws {
        try await self.noteConnection(&facts)
        if facts.connectedMachine == nil, facts.record?.addresses.isEmpty == false, !self.isOffline {
            self.note("Connecting to \(facts.agentID.prefix(8))…, up to 8 s")
            facts.outcome = try await self.client.connectAgent(facts.agentID).outcome
            try await self.noteConnection(&facts)
        }
        if facts.record != nil { facts.lastDial = try await self.client.agentReachability(facts.agentID).lastDial }
        guard let machine = facts.connectedMachine ?? facts.machineID else { return }
        let health = try await self.client.peerHealth(machine)
        facts.closeReason = health.snapshot.closeReason
        if health.snapshot.connected { facts.connectionHealth = health.health }
    }

    private func noteConnection(_ facts: inout AgentFacts) async throws {
        let live = try await self.client.directConnections().first { $0.agentID == facts.agentID }
        if let live { facts.connectedMachine = live.machineID ?? facts.machineID }
        guard facts.connectedMachine == nil, let machine = facts.machineID else { return }
        // A machine may be connected before its agent has said anything.
        if try await self.client.peers().contains(machine) { facts.connectedMachine = machine }
    }
}
