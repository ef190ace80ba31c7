// SPDX-License-Identifier: MIT OR Apache-2.0

/// The command line of `x0xd` (spec 13 §2).
///
/// Scanned by hand because the contract is older than any library's: the first of repeated flags counts, a missing value
/// exits 1, an unknown argument exits 2, and `--version` wins over everything else on the line.
package struct DaemonOptions: Equatable, Sendable {
    /// What the process is to do.
    package enum Mode: Equatable, Sendable {
        case run
        case version
        case help
        /// Validate the configuration, print it, exit.
        case check
        /// Say whether an update is available, exit.
        case checkUpdates
        /// Look for what could be wrong, exit.
        case doctor
        /// List the daemons of this user, exit.
        case list
    }

    /// What to do.
    package var mode = Mode.run
    /// The value of `--config`.
    package var configurationPath: String?
    /// The value of `--name`.
    package var name: InstanceName?
    /// The value of `--exec-acl`; the file must exist.
    package var execACLPath: String?
    /// The value of `--api-port`.
    package var apiPort: UInt16?
    /// `--no-hard-coded-bootstrap`; the built-in list is off anyway unless a network is chosen.
    package var usesBuiltInBootstrap = true
    /// Whether the deprecated spelling `--no-bootstrap` was used.
    package var usedDeprecatedFlag = false

    /// Creates the options of an empty command line.
    package init() {}

    /// Parses the arguments after the program name.
    package init(arguments: [String]) throws(DaemonOptionsError) {
        guard !arguments.contains(where: { $0 == "--version" || $0 == "-V" }) else {
            self.mode = .version
            return
        }
        guard !arguments.contains(where: { $0 == "--help" || $0 == "-h" }) else {
            self.mode = .help
            return
        }
        var portText: String?
        var nameText: String?
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--config":
                self.configurationPath = try Self.value(of: argument, &rest, unless: self.configurationPath)
            case "--name": nameText = try Self.value(of: argument, &rest, unless: nameText)
            case "--api-port": portText = try Self.value(of: argument, &rest, unless: portText)
            case "--no-hard-coded-bootstrap": self.usesBuiltInBootstrap = false
            case "--no-bootstrap":
                self.usesBuiltInBootstrap = false
                self.usedDeprecatedFlag = true
            case "--exec-acl": self.execACLPath = try Self.value(of: argument, &rest, unless: self.execACLPath)
            case "--check": self.mode = .check
            case "--doctor", "doctor": self.mode = .doctor
            case "--list": self.mode = .list
            case "--check-updates": self.mode = .checkUpdates
            case "--skip-update-check": break  // nothing is checked at start: self-update ships switched off
            default: throw .unknownArgument(argument)
            }
        }
        if let nameText {
            guard let name = InstanceName(nameText) else { throw .invalidName(nameText) }
            self.name = name
        }
        if let portText {
            guard let port = UInt16(portText) else { throw .invalidPort(portText) }
            self.apiPort = port
        }
    }

    /// Takes the argument behind a flag; the first occurrence of the flag keeps its value.
    private static func value(
        of flag: String,
        _ rest: inout ArraySlice<String>,
        unless earlier: String?
    ) throws(DaemonOptionsError) -> String {
        guard let value = rest.popFirst() else { throw .missingValue(flag) }
        return earlier ?? value
    }

    /// The text of `--help`.
    package static let help = """
        usage: x0xd [options]

          --config <path>            configuration file (TOML); must exist
          --name <name>              instance name: 1-64 letters, digits or '-', first a letter or digit
          --api-port <0-65535>       port of the HTTP API; 0 lets the system choose
          --no-hard-coded-bootstrap  do not use built-in bootstrap peers; configured ones stay
          --no-bootstrap             deprecated alias of --no-hard-coded-bootstrap
          --exec-acl <path>          access list of remote execution; must exist
          --check                    validate the configuration, print it, exit
          --check-updates            say whether an update is available, exit
          --skip-update-check        do not look for updates at start
          --doctor                   look for what could be wrong, exit 1 if something is
          --list                     list the daemons of this user, exit
          -V, --version              print the version, exit
          -h, --help                 print this text, exit

        environment: RUST_LOG, X0X_LOG_DIR, X0X_LOOPBACK_ONLY=1, HOME, XDG_DATA_HOME, XDG_CONFIG_HOME
        """
}

/// Why a command line was refused.
package enum DaemonOptionsError: Error, Equatable, Sendable, CustomStringConvertible {
    case unknownArgument(String)
    case missingValue(String)
    case invalidName(String)
    case invalidPort(String)

    /// 2 for usage errors, 1 for values (spec 13 §2).
    package var exitCode: Int32 {
        switch self {
        case .unknownArgument: 2
        case .missingValue, .invalidName, .invalidPort: 1
        }
    }

    package var description: String {
        switch self {
        case .unknownArgument(let argument): "unknown argument: \(argument)"
        case .missingValue(let flag): "\(flag) needs a value"
        case .invalidName(let name):
            "invalid instance name '\(name)': 1-64 letters, digits or '-', the first a letter or digit"
        case .invalidPort(let text): "invalid API port '\(text)': a number from 0 to 65535"
        }
    }
}
