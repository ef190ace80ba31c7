// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser

/// `x0x`: the command-line client of the daemon.
package struct X0XCommand: AsyncParsableCommand {
    /// The version of the API and wire formats this program speaks.
    package static let version = "0.19.21"
    /// What `--version` prints.
    package static let versionText = "x0x \(Self.version)"

    package static let configuration = CommandConfiguration(
        commandName: "x0x",
        abstract: "Talk to the x0x agent network through the local daemon.",
        version: Self.versionText,
        groupedSubcommands: [
            CommandGroup(
                name: "Daemon",
                subcommands: [
                    StartCommand.self, StopCommand.self, HealthCommand.self, StatusCommand.self, InstancesCommand.self,
                    RoutesCommand.self, ConstitutionCommand.self, GUICommand.self, DemoCommand.self, DoctorCommand.self,
                    AutostartCommand.self, ConfigCommand.self, TreeCommand.self,
                    UpgradeCommand.self, FollowWebSocketCommand.self, OpenAPICommand.self, MetricsCommand.self,
                    UninstallCommand.self, PurgeCommand.self,
                ]
            ),
            CommandGroup(
                name: "Identity",
                subcommands: [AgentCommand.self, AnnounceCommand.self, UserCommand.self, KeyCommand.self]
            ),
            CommandGroup(
                name: "Network",
                subcommands: [
                    FindCommand.self, ConnectCommand.self, WhyCommand.self, PeersCommand.self, PeerCommand.self,
                    PresenceCommand.self,
                    AgentsCommand.self, MachinesCommand.self, NetworkCommand.self, DiagnosticsCommand.self,
                ]
            ),
            CommandGroup(name: "Contacts and trust", subcommands: [ContactsCommand.self, TrustCommand.self]),
            CommandGroup(
                name: "Messages",
                subcommands: [
                    PublishCommand.self, SubscribeCommand.self, UnsubscribeCommand.self, EventsCommand.self,
                    DirectCommand.self,
                ]
            ),
        ]
    )

    @OptionGroup var globals: GlobalOptions

    package init() {}
}
