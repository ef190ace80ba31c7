// SPDX-License-Identifier: MIT OR Apache-2.0

internal import X0XAPI

/// A key of the configuration with the value in force and where that comes from.
package struct EffectiveSetting: Equatable, Sendable {
    /// Who decided.
    package enum Origin: Equatable, Sendable, CustomStringConvertible {
        case builtIn
        case file
        case flag(String)
        case environment(String)
        /// Follows from another value.
        case derived(from: String)

        package var description: String {
            switch self {
            case .builtIn: "default"
            case .file: "file"
            case .flag(let flag): flag
            case .environment(let variable): variable
            case .derived(let reason): "because of \(reason)"
            }
        }
    }

    /// The dotted path.
    package let key: String
    /// TOML; nil when there is no value.
    package let value: String?
    package let origin: Origin
}

extension DaemonConfiguration {
    /// Compares what is in force with what was asked for.
    ///
    /// - Parameters:
    ///   - file: The values of the file as TOML, by dotted path.
    ///   - options: The command line.
    ///   - environment: The environment.
    /// - Returns: One setting per key, in the order of the table.
    func effectiveSettings(
        _ file: [String: String],
        _ options: DaemonOptions,
        _ environment: [String: String]
    ) -> [EffectiveSetting] {
        let name = self.name.map { ParsedConfigurationFile.quoted("\($0)") }
        let nameOrigin: EffectiveSetting.Origin? = self.name == nil ? nil : .derived(from: "the instance name")
        let logLevel = environment["RUST_LOG"].flatMap { text in LogFilter(parsing: text).map { _ in text } }
        // What flags, environment and rules changed; everything else is as the file or the table of keys says.
        let inForce: [String: (value: String?, origin: EffectiveSetting.Origin?)] = [
            "instance_name": (name, options.name == nil ? nil : .flag("--name")),
            "data_dir": (ParsedConfigurationFile.quoted(self.dataDirectory), nameOrigin),
            "bind_address": (
                ParsedConfigurationFile.quoted("\(self.bindAddress)"),
                self.loopbackOnly ? .environment("X0X_LOOPBACK_ONLY") : nameOrigin
            ),
            "api_address": (
                ParsedConfigurationFile.quoted("\(self.apiAddress)"),
                options.apiPort == nil ? nameOrigin : .flag("--api-port")
            ),
            "log_level": (logLevel.map(ParsedConfigurationFile.quoted), .environment("RUST_LOG")),
            "log_format": (ParsedConfigurationFile.quoted(self.logFormat.rawValue), .environment("X0X_LOG_FORMAT")),
        ]
        return ConfigurationKey.all.map { key in
            let asked = file[key.path] ?? key.defaultValue
            let origin: EffectiveSetting.Origin = file[key.path] == nil ? .builtIn : .file
            guard let (value, changer) = inForce[key.path], let value, value != asked else {
                return EffectiveSetting(key: key.path, value: asked, origin: origin)
            }
            return EffectiveSetting(key: key.path, value: value, origin: changer ?? origin)
        }
    }

    /// The dump of `--check`: one `key = value  # origin` per line, and what no key says.
    package var summary: String {
        let lines = self.settings.map { setting in
            (left: "\(setting.key) = \(setting.value ?? "(none)")", right: "\(setting.origin)")
        }
        let width = lines.map(\.left.count).max() ?? 0
        let padded = lines.map { $0.left + String(repeating: " ", count: width - $0.left.count) + "  # " + $0.right }
        let rest = [
            "# identity directory: \(self.identityDirectory)",
            "# loopback only: \(self.loopbackOnly ? "yes (X0X_LOOPBACK_ONLY)" : "no")",
        ]
        return (padded + rest).joined(separator: "\n")
    }
}

extension ParsedConfigurationFile {
    /// What the user should know about the keys of the file.
    var warnings: [String] {
        let silent = ConfigurationKey.all.filter { !$0.hasEffect && self.values[$0.path] != nil }
        return self.obsoleteKeys.map { "obsolete configuration key without effect: \($0)" }
            + silent.map { "configuration key without effect yet: \($0.path) (\($0.summary))" }
    }
}
