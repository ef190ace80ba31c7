// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import Subprocess
import X0XClient

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

package struct AutostartCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "autostart",
        abstract: "Start the daemon at every log-in, or no longer.",
        discussion: """
            Writes a systemd user unit (Linux) or a launch agent (macOS), one per instance. A systemd user unit runs from \
            log-in to log-out; `loginctl enable-linger` lets it run from boot.
            """
    )

    @OptionGroup package var globals: GlobalOptions

    @Flag(help: "Remove it again; no error if it is not there.")
    var remove = false

    @Flag(help: "Print the file instead of installing it.")
    var show = false

    package init() {}

    package func run() async throws {
        let service = try self.service()
        let output = self.globals.output
        if self.show { return try output.write(service.text) }
        let folder = try Self.folder(of: service.manager)
        let path = "\(folder)/\(service.name)"
        if self.remove {
            try await Self.uninstall(service, at: path)
            return try output.show("Removed \(path)", json: .object(["ok": .bool(true), "removed": .string(path)]))
        }
        try Self.write(service.text, to: path, in: folder)
        for command in Self.commands(toEnable: service, at: path) {
            guard await Self.succeeds(command) else {
                output.note("\(command.joined(separator: " ")) failed; the file \(path) is written, enable it by hand")
                throw ExitCode.failure
            }
        }
        try output.show(
            (["Installed \(path)"] + Self.hints(service)).joined(separator: "\n"),
            json: .object(["ok": .bool(true), "installed": .string(path)])
        )
    }

    /// Takes an instance out of the log-in; nothing happens when it is not there.
    static func remove(instance: String?) async throws {
        let service = ServiceFile(manager: Self.manager, instance: instance, executable: "x0xd", logDirectory: "")
        // Without a place for such files there is none.
        guard let folder = try? Self.folder(of: service.manager) else { return }
        try await Self.uninstall(service, at: "\(folder)/\(service.name)")
    }

    private static var manager: ServiceFile.Manager {
        #if os(macOS)
        .launchd
        #else
        .systemd
        #endif
    }

    private func service() throws -> ServiceFile {
        ServiceFile(
            manager: Self.manager,
            instance: self.globals.instance,
            // A file to be removed has the same name whatever it starts.
            executable: self.remove ? "x0xd" : try findDaemon(),
            logDirectory: try self.globals.locator().dataDirectory
        )
    }

    /// Where the service manager looks for files of this user.
    private static func folder(of manager: ServiceFile.Manager) throws -> String {
        let environment = Surroundings.current.environment
        switch manager {
        case .systemd: return InstanceDirectories(environment: environment).configurationBase + "/systemd/user"
        case .launchd:
            guard let home = environment["HOME"], home.hasPrefix("/") else { throw CommandError("HOME is not set") }
            return "\(home)/Library/LaunchAgents"
        }
    }

    private static func write(_ text: String, to path: String, in folder: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw CommandError("cannot write \(path): \(error)")
        }
    }

    private static func uninstall(_ service: ServiceFile, at path: String) async throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        // A service that is not loaded cannot be unloaded: the file is what counts.
        for command in Self.commands(toDisable: service, at: path) { _ = await Self.succeeds(command) }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw CommandError("cannot remove \(path): \(error)")
        }
        if service.manager == .systemd { _ = await Self.succeeds(["systemctl", "--user", "daemon-reload"]) }
    }

    private static func commands(toEnable service: ServiceFile, at path: String) -> [[String]] {
        switch service.manager {
        case .systemd:
            [["systemctl", "--user", "daemon-reload"], ["systemctl", "--user", "enable", service.name]]
        case .launchd: [["launchctl", "load", "-w", path]]
        }
    }

    private static func commands(toDisable service: ServiceFile, at path: String) -> [[String]] {
        switch service.manager {
        case .systemd: [["systemctl", "--user", "disable", service.name]]
        case .launchd: [["launchctl", "unload", path]]
        }
    }

    private static func hints(_ service: ServiceFile) -> [String] {
        guard service.manager == .systemd else { return [] }
        return [
            "Start now:   systemctl --user start \(service.name)",
            "Status:      systemctl --user status \(service.name)",
            "Log:         journalctl --user -u \(service.name)",
            "It runs while you are logged in; to run it from boot: loginctl enable-linger",
        ]
    }

    /// Runs a program of the system and waits for it; what it says is not shown.
    private static func succeeds(_ command: [String]) async -> Bool {
        guard let name = command.first else { return false }
        let environment = Surroundings.current.environment
        let variables = Dictionary(
            uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
        )
        // A program that is not installed is a failure like any other.
        let result = try? await Subprocess.run(
            .name(name),
            arguments: Arguments(Array(command.dropFirst())),
            environment: .custom(variables),
            output: .discarded,
            error: .discarded
        )
        return result?.terminationStatus.isSuccess ?? false
    }
}
