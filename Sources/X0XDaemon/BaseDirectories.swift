// SPDX-License-Identifier: MIT OR Apache-2.0

/// Where an instance keeps its files, from the environment (spec 13 §1).
package struct BaseDirectories: Equatable, Sendable {
    /// Data of all instances, such as `~/.local/share`; `nil` when there is neither `HOME` nor an XDG variable.
    package let data: String?
    /// Configuration of all instances, such as `~/.config`.
    package let configuration: String?
    /// The home folder.
    package let home: String?

    /// Reads `HOME`, `XDG_DATA_HOME` and `XDG_CONFIG_HOME`; relative XDG values are ignored.
    package init(environment: [String: String]) {
        let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        func base(_ variable: String, _ fallback: String) -> String? {
            if let value = environment[variable], value.hasPrefix("/") { return value }
            return home.map { "\($0)/\(fallback)" }
        }
        self.home = home
        self.data = base("XDG_DATA_HOME", ".local/share")
        self.configuration = base("XDG_CONFIG_HOME", ".config")
    }

    /// The folder name of an instance: `x0x` or `x0x-<name>`.
    package static func folder(of name: InstanceName?) -> String { name.map { "x0x-\($0)" } ?? "x0x" }

    /// The default data folder of an instance.
    package func dataDirectory(of name: InstanceName?) -> String {
        "\(self.data ?? "/var/lib")/\(Self.folder(of: name))"
    }

    /// The configuration file that is read when none is named and it exists.
    package func configurationPath(of name: InstanceName?) -> String {
        "\(self.configuration ?? "/etc")/\(Self.folder(of: name))/config.toml"
    }

    /// The key folder of an instance: `~/.x0x` or `~/.x0x-<name>`; beside the data when there is no home.
    package func identityDirectory(of name: InstanceName?) -> String {
        guard let home = self.home else { return "\(self.dataDirectory(of: name))/identity" }
        return "\(home)/.\(Self.folder(of: name))"
    }
}
