// SPDX-License-Identifier: MIT OR Apache-2.0

/// The file that makes the system's service manager start a daemon at log-in (spec 13 §8.1).
package struct ServiceFile: Hashable, Sendable {
    /// Whose format it has.
    package enum Manager: Sendable { case systemd, launchd }

    package let manager: Manager
    /// The named instance; nil is the default one.
    ///
    /// Every instance has a file of its own.
    package let instance: String?
    /// The path of `x0xd`.
    package let executable: String
    /// The folder the daemon's output goes to (launchd; systemd keeps a journal).
    package let logDirectory: String

    package init(manager: Manager, instance: String?, executable: String, logDirectory: String) {
        self.manager = manager
        self.instance = instance
        self.executable = executable
        self.logDirectory = logDirectory
    }

    /// The name of the unit or job.
    package var name: String {
        let suffix = self.instance.map { "-\($0)" } ?? ""
        return switch self.manager {
        case .systemd: "x0xd\(suffix).service"
        case .launchd: "org.x0x.x0xd\(suffix).plist"
        }
    }

    /// The content of the file.
    package var text: String {
        switch self.manager {
        case .systemd: self.unit
        case .launchd: self.propertyList
        }
    }

    private var unit: String {
        let arguments = self.instance.map { " --name \($0)" } ?? ""
        return """
            [Unit]
            Description=x0x agent daemon\(self.instance.map { " (\($0))" } ?? "")
            After=network-online.target
            Wants=network-online.target

            [Service]
            Type=simple
            ExecStart=\(Self.systemdQuoted(self.executable))\(arguments)
            Restart=always
            RestartSec=5
            NoNewPrivileges=yes
            LimitCORE=0

            [Install]
            WantedBy=default.target

            """
    }

    private var propertyList: String {
        let arguments = [self.executable] + (self.instance.map { ["--name", $0] } ?? [])
        let strings = arguments.map { "    <string>\(Self.xmlEscaped($0))</string>" }.joined(separator: "\n")
        let log = Self.xmlEscaped("\(self.logDirectory)/x0xd.log")
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
            <plist version="1.0">
            <dict>
              <key>Label</key>
              <string>\(Self.xmlEscaped(String(self.name.dropLast(".plist".count))))</string>
              <key>ProgramArguments</key>
              <array>
            \(strings)
              </array>
              <key>RunAtLoad</key>
              <true/>
              <key>KeepAlive</key>
              <true/>
              <key>StandardOutPath</key>
              <string>\(log)</string>
              <key>StandardErrorPath</key>
              <string>\(log)</string>
            </dict>
            </plist>

            """
    }

    /// A word of a command line in a unit file: quoted, `%` and `$` not taken as specifiers (systemd.service(5)).
    static func systemdQuoted(_ word: String) -> String {
        var quoted = "\""
        for character in word {
            switch character {
            case "\"", "\\": quoted += "\\\(character)"
            case "%": quoted += "%%"
            case "$": quoted += "$$"
            default: quoted.append(character)
            }
        }
        return quoted + "\""
    }

    static func xmlEscaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
