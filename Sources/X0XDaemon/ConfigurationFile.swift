// SPDX-License-Identifier: MIT OR Apache-2.0

internal import TOMLKit
internal import X0XAPI

/// `config.toml` as written, every key optional (spec 13 §3).
///
/// `ConfigurationKey.all` says the same in words; a test keeps the two equal.
package struct ConfigurationFile: Decodable, Equatable, Sendable {
    package var bindAddress: String?
    package var apiAddress: String?
    /// Opt-in for an API address that other machines can reach; not a key of the original.
    package var allowsRemoteAPI: Bool?
    package var apiHostNames: [String]?
    package var pageToken: String?
    package var areMetricsOpen: Bool?
    package var apiConnectionLimit: Int?
    package var apiEventStreamLimit: Int?
    package var apiWebSocketLimit: Int?
    package var dataDirectory: String?
    package var logLevel: String?
    package var logFormat: String?
    package var bootstrapPeers: [String]?
    package var heartbeatIntervalSeconds: Int?
    package var identityTTLSeconds: Int?
    package var userKeyPath: String?
    package var isRendezvousEnabled: Bool?
    package var rendezvousValidityMilliseconds: Int?
    package var presenceBeaconIntervalSeconds: Int?
    package var presenceEventPollIntervalSeconds: Int?
    package var presenceOfflineTimeoutSeconds: Int?
    package var instanceName: String?
    package var directoryDigestIntervalSeconds: Int?
    package var groupCardRepublishIntervalSeconds: Int?
    package var directoryResubscribeJitterMilliseconds: Int?
    package var update: Update?
    package var gossip: Gossip?

    /// The `[update]` section.
    package struct Update: Decodable, Equatable, Sendable {
        package var isEnabled: Bool?
        package var rolloutWindowMinutes: Int?
        package var stopsOnUpgrade: Bool?
        package var fallbackCheckIntervalMinutes: Int?
        package var repository: String?
        package var includesPrereleases: Bool?
        package var usesGossip: Bool?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case isEnabled = "enabled"
            case rolloutWindowMinutes = "rollout_window_minutes"
            case stopsOnUpgrade = "stop_on_upgrade"
            case fallbackCheckIntervalMinutes = "fallback_check_interval_minutes"
            case repository = "repo"
            case includesPrereleases = "include_prereleases"
            case usesGossip = "gossip_updates"
        }
    }

    /// The `[gossip]` section.
    package struct Gossip: Decodable, Equatable, Sendable {
        package var activeViewSize: Int?
        package var passiveViewSize: Int?
        package var activeRandomWalkLength: Int?
        package var passiveRandomWalkLength: Int?
        package var dispatchWorkers: Int?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case activeViewSize = "active_view_size"
            case passiveViewSize = "passive_view_size"
            case activeRandomWalkLength = "arwl"
            case passiveRandomWalkLength = "prwl"
            case dispatchWorkers = "dispatch_workers"
        }
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case bindAddress = "bind_address"
        case apiAddress = "api_address"
        case allowsRemoteAPI = "api_allow_remote"
        case apiHostNames = "api_host_names"
        case pageToken = "gui_token"
        case areMetricsOpen = "metrics_without_token"
        case apiConnectionLimit = "api_connection_limit"
        case apiEventStreamLimit = "api_event_stream_limit"
        case apiWebSocketLimit = "api_websocket_limit"
        case dataDirectory = "data_dir"
        case logLevel = "log_level"
        case logFormat = "log_format"
        case bootstrapPeers = "bootstrap_peers"
        case heartbeatIntervalSeconds = "heartbeat_interval_secs"
        case identityTTLSeconds = "identity_ttl_secs"
        case userKeyPath = "user_key_path"
        case isRendezvousEnabled = "rendezvous_enabled"
        case rendezvousValidityMilliseconds = "rendezvous_validity_ms"
        case presenceBeaconIntervalSeconds = "presence_beacon_interval_secs"
        case presenceEventPollIntervalSeconds = "presence_event_poll_interval_secs"
        case presenceOfflineTimeoutSeconds = "presence_offline_timeout_secs"
        case instanceName = "instance_name"
        case directoryDigestIntervalSeconds = "directory_digest_interval_secs"
        case groupCardRepublishIntervalSeconds = "group_card_republish_interval_secs"
        case directoryResubscribeJitterMilliseconds = "directory_resubscribe_jitter_ms"
        case update
        case gossip
    }

    /// Creates an empty file.
    package init() {}

    /// The paths of all keys this type reads, sections expanded.
    package static var keyPaths: [String] {
        let top = CodingKeys.allCases.filter { $0 != .update && $0 != .gossip }.map(\.rawValue)
        let update = Update.CodingKeys.allCases.map { "update.\($0.rawValue)" }
        let gossip = Gossip.CodingKeys.allCases.map { "gossip.\($0.rawValue)" }
        return top + update + gossip
    }
}

/// A parsed `config.toml`: the values, and which keys were there.
package struct ParsedConfigurationFile: Equatable, Sendable {
    package var file = ConfigurationFile()
    /// The values as TOML, by dotted path.
    package var values: [String: String] = [:]
    /// Keys of old deployments that no longer mean anything (`ConfigurationKey.obsolete`), sorted.
    package var obsoleteKeys: [String] = []

    /// An empty file.
    package init() {}

    /// Parses TOML.
    ///
    /// - Parameters:
    ///   - text: The content of the file.
    ///   - path: Its name, for messages.
    /// - Throws: `ConfigurationError` naming the file and the position or the key: syntax, type, range, unknown key.
    package init(parsing text: String, path: String) throws(ConfigurationError) {
        do {
            let table = try TOMLTable(string: text)
            self.file = try TOMLDecoder().decode(ConfigurationFile.self, from: table)
            self.values = Self.leaves(of: table)
        } catch let error as TOMLParseError {
            throw .unparsable(path: path, reason: error.debugDescription)
        } catch let error as DecodingError {
            throw .unparsable(path: path, reason: Self.describe(error))
        } catch {
            throw .unparsable(path: path, reason: "\(error)")
        }
        for (keyPath, value) in self.values.sorted(by: { $0.key < $1.key }) {
            try self.check(keyPath, value, path)
        }
    }

    private mutating func check(_ keyPath: String, _ value: String, _ path: String) throws(ConfigurationError) {
        if let key = ConfigurationKey.all.first(where: { $0.path == keyPath }) {
            guard case .integer(let range) = key.kind, let number = Int(value), !range.contains(number) else { return }
            if key.section == "gossip" { throw .invalidGossip(reason: "\(key.name) must be a \(key.kindText)") }
            throw .invalidValue(path: path, key: keyPath, reason: "must be a \(key.kindText), not \(number)")
        }
        // A whole table under an obsolete name is obsolete too.
        let top = keyPath.split(separator: ".").first.map(String.init) ?? keyPath
        guard ConfigurationKey.obsolete.contains(keyPath) || ConfigurationKey.obsolete.contains(top) else {
            throw .unknownKey(path: path, key: keyPath, nearest: ConfigurationKey.nearest(to: keyPath)?.path)
        }
        self.obsoleteKeys.append(keyPath)
    }

    private static func leaves(of table: TOMLTable, _ prefix: String = "") -> [String: String] {
        var leaves: [String: String] = [:]
        for (name, value) in table {
            if let inner = value.table {
                // An empty section says nothing, but its name must be known.
                if inner.isEmpty, !["update", "gossip"].contains(prefix + name) { leaves[prefix + name] = "{}" }
                leaves.merge(Self.leaves(of: inner, prefix + name + ".")) { first, _ in first }
            } else {
                leaves[prefix + name] = Self.literal(of: value)
            }
        }
        return leaves
    }

    /// How a value is written in a file, for the dump of `--check`.
    private static func literal(of value: some TOMLValueConvertible) -> String {
        if let text = value.string { return Self.quoted(text) }
        if let number = value.int { return "\(number)" }
        if let flag = value.bool { return "\(flag)" }
        if let list = value.array { return "[" + list.map { Self.literal(of: $0) }.joined(separator: ", ") + "]" }
        return value.debugDescription
    }

    /// A basic string of TOML.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    private static func describe(_ error: DecodingError) -> String {
        switch error {
        case .typeMismatch(let type, let context):
            "\(Self.keyPath(context)): expected \(type)"
        case .valueNotFound(_, let context), .keyNotFound(_, let context), .dataCorrupted(let context):
            "\(Self.keyPath(context)): \(context.debugDescription)"
        @unknown default: "\(error)"
        }
    }

    private static func keyPath(_ context: DecodingError.Context) -> String {
        context.codingPath.map(\.stringValue).joined(separator: ".")
    }
}

/// Why the daemon cannot use its configuration; the texts are those of spec 13 §3.
package enum ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    case unreadable(path: String)
    case unparsable(path: String, reason: String)
    case invalidValue(path: String, key: String, reason: String)
    case unknownKey(path: String, key: String, nearest: String?)
    case invalidGossip(reason: String)
    case missingExecACL(path: String)

    package var description: String {
        switch self {
        case .unreadable(let path): "failed to read config file: \(path)"
        case .unparsable(let path, let reason): "failed to parse config file: \(path): \(reason)"
        case .invalidValue(let path, let key, let reason): "failed to parse config file: \(path): \(key): \(reason)"
        case .unknownKey(let path, let key, let nearest):
            "failed to parse config file: \(path): unknown key \(key)"
                + (nearest.map { "; did you mean \($0)?" } ?? "; x0x config example lists all keys")
        case .invalidGossip(let reason): "invalid gossip config: \(reason)"
        case .missingExecACL(let path): "failed to read exec ACL: \(path)"
        }
    }
}
