// SPDX-License-Identifier: MIT OR Apache-2.0

package import Discovery
package import Primitives
package import X0X

/// What the API asks about other agents, machines and users, and how it reaches machines.
package protocol DirectoryQueries: Sendable {
    func findAgent(_ id: AgentID, within limit: Nanoseconds) async -> DiscoveredAgent?
    func machine(of agent: AgentID) async -> DiscoveredMachine?
    func agents(of user: UserID) async -> [DiscoveredAgent]
    func discoveredMachines(unfiltered: Bool) async -> [DiscoveredMachine]
    func findMachine(_ id: MachineID, within limit: Nanoseconds) async -> DiscoveredMachine?
    func machines(of user: UserID) async -> [DiscoveredMachine]
    func connect(toMachine machine: MachineID) async -> ConnectOutcome
    func lastDialAttempt(of agent: AgentID) async -> DialAttempt?
}
