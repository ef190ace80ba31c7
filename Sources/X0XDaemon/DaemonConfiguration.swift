// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives
package import X0X
internal import X0XAPI

/// The settings in force: defaults, file and flags combined and validated (spec 13 §2.1, §3).
package struct DaemonConfiguration: Sendable {
    /// How log lines look.
    package enum LogFormat: String, Sendable { case text, json }

    /// The instance, if named.
    package var name: InstanceName?
    /// Folder of the database, the token and the port file.
    package var dataDirectory: String
    /// Folder of the keys.
    package var identityDirectory: String
    /// Where QUIC binds.
    package var bindAddress: NetworkAddress
    /// Where the API binds; port 0 lets the system choose.
    package var apiAddress: NetworkAddress
    /// Names of this machine that the API answers to, lower case.
    package var apiHostNames: Set<String>
    /// Whether `/gui` carries the token.
    package var isPageTokenInjected: Bool
    /// Whether `/metrics` needs no token.
    package var areMetricsOpen: Bool
    /// Peers to dial after start.
    package var bootstrapPeers: [NetworkAddress]
    /// How many API clients there may be.
    package var clientLimits: ClientLimits
    package var userKeyPath: String?
    package var heartbeatIntervalSeconds: Int
    package var identityTTLSeconds: Int
    package var presence: PresenceSettings
    /// The level of the file; the environment may override it.
    package var logLevel: String
    package var logFormat: LogFormat
    /// The `[gossip]` table.
    package var gossip: GossipSettings
    /// Whether `X0X_LOOPBACK_ONLY` is set.
    package var loopbackOnly: Bool
    /// What the user should know: keys without effect, changed addresses.
    package var warnings: [String] = []
    /// Every key with its value in force and where it comes from, for `--check`.
    package var settings: [EffectiveSetting] = []

    /// Combines everything, in the order of spec 13 §2.1.
    ///
    /// - Parameters:
    ///   - options: The command line.
    ///   - environment: The environment.
    ///   - readFile: Gives the content of a file, or `nil` when it does not exist or cannot be read.
    /// - Throws: `ConfigurationError`.
    package init(
        options: DaemonOptions,
        environment: [String: String],
        readFile: (String) -> String?
    ) throws(ConfigurationError) {
        let directories = BaseDirectories(environment: environment)
        let (parsed, path) = try Self.load(options, directories, readFile)
        let file = parsed.file
        self.warnings = parsed.warnings

        let configuredName = try Self.instanceName(file, path)
        let name = options.name ?? configuredName
        self.name = name
        self.loopbackOnly = environment["X0X_LOOPBACK_ONLY"].map { !$0.isEmpty && $0 != "0" } ?? false
        let isNamed = name != nil
        self.dataDirectory = file.dataDirectory ?? directories.dataDirectory(of: name)
        self.identityDirectory =
            environment["X0X_IDENTITY_DIR"].flatMap { $0.hasPrefix("/") ? $0 : nil }
            ?? directories.identityDirectory(of: name)
        self.apiAddress =
            try Self.address(file.apiAddress, "api_address", path)
            ?? NetworkAddress(ipv4: Self.loopback, port: isNamed ? 0 : 12700)
        self.bindAddress =
            try Self.address(file.bindAddress, "bind_address", path)
            ?? NetworkAddress(ipv6High: 0, low: 0, port: isNamed ? 0 : 5483)
        if let port = options.apiPort { self.apiAddress.port = port }
        self.apiHostNames = try Self.hostNames(file.apiHostNames ?? [], path)
        self.isPageTokenInjected = try Self.injectsPageToken(file.pageToken, path)
        self.areMetricsOpen = file.areMetricsOpen ?? false
        self.bootstrapPeers = try Self.addresses(file.bootstrapPeers ?? [], "bootstrap_peers", path)
        // One user for all instances; the file is read if it is there and never created (spec 01 §2.2).
        self.userKeyPath = file.userKeyPath ?? directories.home.map { "\($0)/.x0x/user.key" }
        self.heartbeatIntervalSeconds = file.heartbeatIntervalSeconds ?? 300
        self.identityTTLSeconds = file.identityTTLSeconds ?? 900
        self.presence = PresenceSettings(file)
        self.clientLimits = ClientLimits(file)
        self.logLevel = file.logLevel ?? "info"
        self.logFormat =
            LogFormat(rawValue: (file.logFormat ?? environment["X0X_LOG_FORMAT"] ?? "text").lowercased()) ?? .text
        self.gossip = file.gossip?.settings ?? GossipSettings()
        try self.checkAPIAddress(isRemoteAllowed: file.allowsRemoteAPI ?? false, path)
        self.normaliseAddresses()
        self.settings = self.effectiveSettings(parsed.values, options, environment)
    }

    /// The API has no TLS: other machines may reach it only when the file says so (spec 13 §10, flaw 6).
    private mutating func checkAPIAddress(isRemoteAllowed: Bool, _ path: String) throws(ConfigurationError) {
        guard !self.apiAddress.isLoopback else { return }
        guard isRemoteAllowed, !self.loopbackOnly else {
            throw .invalidValue(
                path: path,
                key: "api_address",
                reason: "\(self.apiAddress) is not a loopback address; set api_allow_remote = true to allow it"
            )
        }
        self.warnings.append(
            "the API listens on \(self.apiAddress) without TLS: whoever sees the token rules this daemon"
        )
    }

    /// `0.0.0.0` becomes the dual-stack `[::]`; loopback-only mode replaces wildcard addresses by 127.0.0.1.
    private mutating func normaliseAddresses() {
        if self.loopbackOnly, self.bindAddress.isUnspecified {
            self.bindAddress = NetworkAddress(ipv4: Self.loopback, port: self.bindAddress.port)
        } else if self.bindAddress.family == .ipv4, self.bindAddress.isUnspecified {
            self.bindAddress = NetworkAddress(ipv6High: 0, low: 0, port: self.bindAddress.port)
        }
    }

    private static let loopback: UInt32 = 0x7F00_0001

    private static func load(
        _ options: DaemonOptions,
        _ directories: BaseDirectories,
        _ readFile: (String) -> String?
    ) throws(ConfigurationError) -> (ParsedConfigurationFile, path: String) {
        let path = options.configurationPath ?? directories.configurationPath(of: options.name)
        guard let text = readFile(path) else {
            guard options.configurationPath == nil else { throw .unreadable(path: path) }
            return (ParsedConfigurationFile(), path)
        }
        return (try ParsedConfigurationFile(parsing: text, path: path), path)
    }

    private static func instanceName(
        _ file: ConfigurationFile,
        _ path: String
    ) throws(ConfigurationError) -> InstanceName? {
        guard let text = file.instanceName else { return nil }
        guard let name = InstanceName(text) else {
            throw .invalidValue(
                path: path,
                key: "instance_name",
                reason: DaemonOptionsError.invalidName(text).description
            )
        }
        return name
    }

    private static func hostNames(_ names: [String], _ path: String) throws(ConfigurationError) -> Set<String> {
        for name in names {
            let isName = name.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
                    || Character(Unicode.Scalar(byte)).isASCIIAlphanumeric
            }
            guard isName, (1...253).contains(name.utf8.count) else {
                throw .invalidValue(path: path, key: "api_host_names", reason: "'\(name)' is not a host name")
            }
        }
        return Set(names.map { $0.lowercased() })
    }

    /// Anything but the two words is an error: a typing mistake must not hand out the token.
    private static func injectsPageToken(_ text: String?, _ path: String) throws(ConfigurationError) -> Bool {
        switch text {
        case nil, "inject": return true
        case "off": return false
        case let other?:
            throw .invalidValue(path: path, key: "gui_token", reason: "must be inject or off, not '\(other)'")
        }
    }

    private static func address(
        _ text: String?,
        _ key: String,
        _ path: String
    ) throws(ConfigurationError) -> NetworkAddress? {
        guard let text else { return nil }
        return try Self.addresses([text], key, path).first
    }

    private static func addresses(
        _ texts: [String],
        _ key: String,
        _ path: String
    ) throws(ConfigurationError) -> [NetworkAddress] {
        var addresses: [NetworkAddress] = []
        for text in texts {
            guard let address = NetworkAddress(text) else {
                throw .invalidValue(path: path, key: key, reason: "'\(text)' is not a numeric address with port")
            }
            addresses.append(address)
        }
        return addresses
    }

    /// The settings of the agent.
    package var agent: AgentConfiguration {
        var agent = AgentConfiguration(
            dataDirectory: self.dataDirectory,
            identityDirectory: self.identityDirectory,
            bindAddress: self.bindAddress
        )
        agent.userKeyPath = self.userKeyPath
        agent.bootstrapPeers = self.bootstrapPeers
        agent.loopbackOnly = self.loopbackOnly
        agent.gossip = self.gossip
        agent.heartbeatInterval = .seconds(Int64(self.heartbeatIntervalSeconds))
        agent.identityLifetime = .seconds(Int64(self.identityTTLSeconds))
        self.presence.apply(to: &agent)
        return agent
    }
}

extension ConfigurationFile.Gossip {
    /// The values for the agent; missing ones have their defaults, and the ranges have been checked.
    ///
    /// `dispatch_workers` has no effect: one value handles all messages, and signatures have threads of their own.
    fileprivate var settings: GossipSettings {
        var settings = GossipSettings()
        settings.activeViewSize = self.activeViewSize ?? settings.activeViewSize
        settings.passiveViewSize = self.passiveViewSize ?? settings.passiveViewSize
        settings.activeRandomWalkLength = self.activeRandomWalkLength ?? settings.activeRandomWalkLength
        settings.passiveRandomWalkLength = self.passiveRandomWalkLength ?? settings.passiveRandomWalkLength
        return settings
    }
}

extension Character {
    fileprivate var isASCIIAlphanumeric: Bool { self.isASCII && (self.isLetter || self.isNumber) }
}
