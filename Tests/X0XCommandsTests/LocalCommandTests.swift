// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import TestSupport
import Testing
import X0XAPI
import X0XClient
import X0XCommands

/// Commands that need no daemon.
@Suite(.timeLimit(.minutes(1))) struct LocalCommandTests {
    @Test func configExampleAndKeys() async throws {
        let example = await CommandRun.x0x(["config", "example"])
        #expect(example.code == 0)
        #expect(example.output == ConfigurationExample.toml)
        let keys = await CommandRun.x0x(["config", "keys", "--json"])
        let list = try JSONValue(parsing: Array(keys.output.utf8))
        #expect(list.arrayValue?.count == ConfigurationKey.all.count)
        let text = await CommandRun.x0x(["config", "keys"])
        for key in ConfigurationKey.all { #expect(text.output.contains(key.path)) }
        let path = await CommandRun.x0x(["--name", "ann", "config", "path"], environment: ["XDG_CONFIG_HOME": "/c"])
        #expect(path.output == "/c/x0x-ann/config.toml\n")
    }

    @Test func theTreeNamesEveryVisibleCommand() async {
        let tree = await CommandRun.x0x(["tree"])
        #expect(tree.code == 0)
        #expect(tree.output.hasPrefix("x0x (v\(X0XCommand.version))\n"))
        for route in Registry.built where !route.command.hasPrefix("ws") {
            guard let word = route.command.split(separator: " ").first else { continue }
            #expect(tree.output.contains("  \(word) "), "\(word)")
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func shellCompletionsAreGenerated(_ shell: String) async {
        let run = await CommandRun.x0x(["--generate-completion-script", shell])
        #expect(run.code == 0)
        #expect(run.output.contains("x0x"))
        #expect(run.output.contains("autostart"))
    }

    @Test func doctorWithoutADaemonFails() async throws {
        let run = await CommandRun.x0x(["--api", "127.0.0.1:1", "doctor"])
        #expect(run.code == 1)
        #expect(run.output.hasPrefix("Running diagnostics...\nHealth check: FAIL — "))
        #expect(run.output.hasSuffix("Diagnostics complete.\n"))
        let json = await CommandRun.x0x(["--api", "127.0.0.1:1", "--json", "doctor"])
        #expect(try JSONValue(parsing: Array(json.output.utf8))["ok"] == .bool(false))
    }

    @Test func spec13_check30_autostartWritesAUnitPerInstanceAndRemovesIt() async throws {
        try await withTemporaryDirectory { home in
            let (executable, environment) = try Self.user(in: home)
            let units = "\(home)/.config/systemd/user"
            for name in [nil, "ann"] as [String?] {
                let instance = name.map { ["--name", $0] } ?? []
                let run = await CommandRun.x0x(
                    instance + ["autostart"],
                    environment: environment,
                    executablePath: executable
                )
                #expect(run.code == 0, "\(run.errors)")
            }
            let files = try FileManager.default.contentsOfDirectory(atPath: units).sorted()
            #expect(files == ["x0xd-ann.service", "x0xd.service"])
            let unit = try String(contentsOfFile: "\(units)/x0xd-ann.service", encoding: .utf8)
            #expect(unit.contains("ExecStart=\"\(home)/bin/x0xd\" --name ann\n"))
            #expect(unit.contains("Restart=always\nRestartSec=5\n"))
            let calls = try String(contentsOfFile: "\(home)/calls", encoding: .utf8)
            #expect(calls.contains("--user enable x0xd-ann.service"))

            let removal = ["--name", "ann", "autostart", "--remove"]
            for _ in 0..<2 {
                let run = await CommandRun.x0x(removal, environment: environment, executablePath: executable)
                #expect(run.code == 0, "\(run.errors)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: units) == ["x0xd.service"])
        }
    }

    @Test func strangePathsStayOneWord() {
        let service = ServiceFile(
            manager: .systemd,
            instance: nil,
            executable: "/opt/my \"x\"/100%/$HOME/x0xd",
            logDirectory: "/tmp"
        )
        #expect(service.text.contains(#"ExecStart="/opt/my \"x\"/100%%/$$HOME/x0xd""# + "\n"))
        let job = ServiceFile(manager: .launchd, instance: "a", executable: "/a&b/<x>", logDirectory: "/l")
        #expect(job.text.contains("<string>/a&amp;b/&lt;x&gt;</string>"))
        #expect(job.name == "org.x0x.x0xd-a.plist")
    }

    /// A home with an `x0xd` and a `systemctl` that only notes how it was called.
    private static func user(in home: String) throws -> (executable: String, environment: [String: String]) {
        let folder = "\(home)/bin"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, text) in [("x0xd", "#!/bin/sh\n"), ("systemctl", "#!/bin/sh\necho \"$@\" >> '\(home)/calls'\n")] {
            try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
        }
        return ("\(folder)/x0x", ["HOME": home, "PATH": "\(folder):/usr/bin:/bin"])
    }
}

/// Chapters of the documentation that are generated.
@Suite struct DocumentationTests {
    @Test func configurationKeysAreDocumented() throws {
        let text = try String(contentsOf: URL(filePath: "docs/config.md"), encoding: .utf8)
        #expect(text.hasSuffix(ConfigurationExample.markdown), "run: x0x config keys --markdown")
    }

    @Test func theAPIIsDocumented() async throws {
        let text = try String(contentsOf: URL(filePath: "docs/api.md"), encoding: .utf8)
        let run = await CommandRun.x0x(["routes", "--markdown"])
        #expect(run.code == 0)
        #expect(text == run.output, "run: x0x routes --markdown > docs/api.md")
        for route in Registry.served { #expect(text.contains("\(route.method.rawValue) \(route.path)")) }
    }
}
