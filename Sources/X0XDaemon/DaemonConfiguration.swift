// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives
package import X0X

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
    /// Peers to dial after start.
    package var bootstrapPeers: [NetworkAddress]
    package var userKeyPath: String?
    package var heartbeatIntervalSeconds: Int
    package var identityTTLSeconds: Int
    package var presence: PresenceSettings
    /// The level of the file; the environment may override it.
    package var logLevel: String
    package var logFormat: LogFormat
    /// Whether `X0X_LOOPBACK_ONLY` is set.
    package var loopbackOnly: Bool
    /// What the user should know: unknown keys, changed addresses.
    package var warnings: [String] = []

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
        let (file, path, unknownKeys) = try Self.load(options, directories, readFile)
        self.warnings = unknownKeys.map { "unknown configuration key: \($0)" }

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
        self.bootstrapPeers = try Self.addresses(file.bootstrapPeers ?? [], "bootstrap_peers", path)
        self.userKeyPath = file.userKeyPath
        self.heartbeatIntervalSeconds = try Self.positive(
            file.heartbeatIntervalSeconds,
            300,
            "heartbeat_interval_secs",
            path
        )
        self.identityTTLSeconds = try Self.positive(file.identityTTLSeconds, 900, "identity_ttl_secs", path)
        self.presence = try PresenceSettings(file, path: path)
        self.logLevel = file.logLevel ?? "info"
        self.logFormat =
            LogFormat(rawValue: (file.logFormat ?? environment["X0X_LOG_FORMAT"] ?? "text").lowercased()) ?? .text
        try Self.validate(file.gossip ?? ConfigurationFile.Gossip())
        try self.checkAPIAddress(isRemoteAllowed: file.allowsRemoteAPI ?? false, path)
        self.normaliseAddresses()
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
    ) throws(ConfigurationError) -> (ConfigurationFile, path: String, unknownKeys: [String]) {
        let path = options.configurationPath ?? directories.configurationPath(of: options.name)
        guard let text = readFile(path) else {
            guard options.configurationPath == nil else { throw .unreadable(path: path) }
            return (ConfigurationFile(), path, [])
        }
        let (file, unknownKeys) = try ConfigurationFile.parse(text, path: path)
        return (file, path, unknownKeys)
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

    private static func positive(
        _ value: Int?,
        _ defaultValue: Int,
        _ key: String,
        _ path: String
    ) throws(ConfigurationError) -> Int {
        let value = value ?? defaultValue
        guard (1...Self.secondsMax).contains(value) else {
            throw .invalidValue(path: path, key: key, reason: "must be between 1 and \(Self.secondsMax)")
        }
        return value
    }

    /// One year: longer intervals are typing errors, and the arithmetic stays far from overflow.
    private static let secondsMax = 31_536_000

    private static func validate(_ gossip: ConfigurationFile.Gossip) throws(ConfigurationError) {
        let positive = [
            ("active_view_size", gossip.activeViewSize), ("passive_view_size", gossip.passiveViewSize),
            ("arwl", gossip.activeRandomWalkLength), ("prwl", gossip.passiveRandomWalkLength),
        ]
        for (key, value) in positive where value.map({ $0 <= 0 }) ?? false {
            throw .invalidGossip(reason: "\(key) must be greater than 0")
        }
        if let workers = gossip.dispatchWorkers, !(1...32).contains(workers) {
            throw .invalidGossip(reason: "dispatch_workers must be between 1 and 32")
        }
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
        agent.heartbeatInterval = .seconds(Int64(self.heartbeatIntervalSeconds))
        agent.identityLifetime = .seconds(Int64(self.identityTTLSeconds))
        self.presence.apply(to: &agent)
        return agent
    }

    /// The dump of `--check`: one `key = value` per line.
    package var summary: String {
        """
        instance_name = \(self.name?.description ?? "(default)")
        data_dir = \(self.dataDirectory)
        identity_dir = \(self.identityDirectory)
        bind_address = \(self.bindAddress)
        api_address = \(self.apiAddress)
        bootstrap_peers = \(self.bootstrapPeers.map(\.description).joined(separator: ", "))
        heartbeat_interval_secs = \(self.heartbeatIntervalSeconds)
        identity_ttl_secs = \(self.identityTTLSeconds)
        presence_beacon_interval_secs = \(self.presence.beaconIntervalSeconds)
        presence_event_poll_interval_secs = \(self.presence.pollSeconds)
        presence_offline_timeout_secs = \(self.presence.offlineSeconds)
        rendezvous_enabled = \(self.presence.rendezvousEnabled)
        rendezvous_validity_ms = \(self.presence.rendezvousValidityMilliseconds)
        log_level = \(self.logLevel)
        log_format = \(self.logFormat.rawValue)
        loopback_only = \(self.loopbackOnly)
        """
    }
}
