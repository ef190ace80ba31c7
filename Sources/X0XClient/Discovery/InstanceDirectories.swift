// SPDX-License-Identifier: MIT OR Apache-2.0

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The directories in which daemons of this user keep their data (spec 13 §1.1).
///
/// | System | data base | fallback without a home |
/// |---|---|---|
/// | Linux | `$XDG_DATA_HOME` if absolute, else `~/.local/share` | `/var/lib` |
/// | macOS | `~/Library/Application Support` | `/var/lib` |
///
/// The default instance lives in `x0x` below it, the instance `bob` in `x0x-bob`.
public struct InstanceDirectories: Sendable, Hashable {
    /// The directory that holds one directory per instance.
    public let dataBase: String
    /// The directory below which configuration files lie: `$XDG_CONFIG_HOME` if absolute, else `~/.config`; on macOS
    /// the data base; without a home `/etc`.
    public let configurationBase: String

    /// Finds the data base from environment variables (nil: the process's own); the account's home directory serves
    /// when `HOME` is unset.
    public init(environment: [String: String]? = nil) {
        self.init(
            environment: environment ?? ProcessInfo.processInfo.environment,
            accountHome: FileManager.default.homeDirectoryForCurrentUser.path
        )
    }

    package init(environment: [String: String], accountHome: String?) {
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? accountHome
        #if os(macOS)
        self.dataBase = home.map { "\($0)/Library/Application Support" } ?? "/var/lib"
        self.configurationBase = home.map { "\($0)/Library/Application Support" } ?? "/etc"
        #else
        if let base = environment["XDG_CONFIG_HOME"], base.hasPrefix("/") {
            self.configurationBase = base
        } else {
            self.configurationBase = home.map { "\($0)/.config" } ?? "/etc"
        }
        if let base = environment["XDG_DATA_HOME"], base.hasPrefix("/") {
            self.dataBase = base
        } else {
            self.dataBase = home.map { "\($0)/.local/share" } ?? "/var/lib"
        }
        #endif
    }

    /// The data directory of an instance; nil names the default instance.
    public func dataDirectory(instance: String?) -> String {
        self.dataBase + "/" + Self.directoryName(instance: instance)
    }

    /// The file a daemon reads when none is named and it exists; nil names the default instance.
    public func configurationPath(instance: String?) -> String {
        "\(self.configurationBase)/\(Self.directoryName(instance: instance))/config.toml"
    }

    /// The instances that have a data directory holding `api.port`, sorted by name, the default instance (nil) first.
    ///
    /// Such a daemon runs or was killed: only `GET /health` tells which.
    public func instances() -> [String?] {
        // A missing or unreadable data base holds no instance of ours.
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: self.dataBase)) ?? []
        var found: [String?] = []
        for entry in entries.sorted() where entry == "x0x" || entry.hasPrefix("x0x-") {
            guard FileManager.default.fileExists(atPath: "\(self.dataBase)/\(entry)/api.port") else { continue }
            found.append(entry == "x0x" ? nil : String(entry.dropFirst("x0x-".count)))
        }
        return found
    }

    /// Whether `name` may name an instance: 1–64 ASCII letters, digits and `-`, not starting with `-` (spec 13 §2).
    public static func isValidName(_ name: String) -> Bool {
        let isAlphanumeric = { (character: Character) in
            character.isASCII && (character.isLetter || character.isNumber)
        }
        guard let first = name.first, isAlphanumeric(first), name.count <= 64 else { return false }
        return name.allSatisfy { isAlphanumeric($0) || $0 == "-" }
    }

    private static func directoryName(instance: String?) -> String {
        instance.map { "x0x-\($0)" } ?? "x0x"
    }
}
