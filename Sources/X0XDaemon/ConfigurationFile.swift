// SPDX-License-Identifier: MIT OR Apache-2.0

internal import TOMLKit

/// `config.toml` as written, every key optional (spec 13 §3).
package struct ConfigurationFile: Decodable, Equatable, Sendable {
    package var bindAddress: String?
    package var apiAddress: String?
    /// Opt-in for an API address that other machines can reach; not a key of the original.
    package var allowsRemoteAPI: Bool?
    package var dataDirectory: String?
    package var logLevel: String?
    package var logFormat: String?
    package var bootstrapPeers: [String]?
    package var heartbeatIntervalSeconds: Int?
    package var identityTTLSeconds: Int?
    package var beaconIntervalSeconds: Int?
    package var presencePollSeconds: Int?
    package var presenceOfflineSeconds: Int?
    package var rendezvousEnabled: Bool?
    package var rendezvousValidityMilliseconds: Int?
    package var userKeyPath: String?
    package var instanceName: String?
    package var gossip: Gossip?

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
        case dataDirectory = "data_dir"
        case logLevel = "log_level"
        case logFormat = "log_format"
        case bootstrapPeers = "bootstrap_peers"
        case heartbeatIntervalSeconds = "heartbeat_interval_secs"
        case identityTTLSeconds = "identity_ttl_secs"
        case beaconIntervalSeconds = "presence_beacon_interval_secs"
        case presencePollSeconds = "presence_event_poll_interval_secs"
        case presenceOfflineSeconds = "presence_offline_timeout_secs"
        case rendezvousEnabled = "rendezvous_enabled"
        case rendezvousValidityMilliseconds = "rendezvous_validity_ms"
        case userKeyPath = "user_key_path"
        case instanceName = "instance_name"
        case gossip
    }

    /// Keys of the specification whose feature is not built yet: accepted silently, without effect.
    private static let keysWithoutEffect: Set<String> = [
        "directory_digest_interval_secs",
        "group_card_republish_interval_secs", "directory_resubscribe_jitter_ms", "update",
    ]

    /// Creates an empty file.
    package init() {}

    /// Parses TOML.
    ///
    /// - Parameters:
    ///   - text: The content of the file.
    ///   - path: Its name, for messages.
    /// - Returns: The file, and the dotted paths of keys nobody knows.
    /// - Throws: `ConfigurationError.unparsable` naming the file and the position.
    package static func parse(
        _ text: String,
        path: String
    ) throws(ConfigurationError) -> (file: ConfigurationFile, unknownKeys: [String]) {
        do {
            let table = try TOMLTable(string: text)
            let file = try TOMLDecoder().decode(ConfigurationFile.self, from: table)
            return (file, Self.unknownKeys(in: table))
        } catch let error as TOMLParseError {
            throw .unparsable(path: path, reason: error.debugDescription)
        } catch let error as DecodingError {
            throw .unparsable(path: path, reason: Self.describe(error))
        } catch {
            throw .unparsable(path: path, reason: "\(error)")
        }
    }

    private static func unknownKeys(in table: TOMLTable) -> [String] {
        let known = Set(CodingKeys.allCases.map(\.rawValue)).union(Self.keysWithoutEffect)
        var unknown = table.keys.filter { !known.contains($0) }
        if let gossip = table["gossip"]?.table {
            let known = Set(Gossip.CodingKeys.allCases.map(\.rawValue))
            unknown += gossip.keys.filter { !known.contains($0) }.map { "gossip.\($0)" }
        }
        return unknown.sorted()
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
    case invalidGossip(reason: String)

    package var description: String {
        switch self {
        case .unreadable(let path): "failed to read config file: \(path)"
        case .unparsable(let path, let reason): "failed to parse config file: \(path): \(reason)"
        case .invalidValue(let path, let key, let reason): "failed to parse config file: \(path): \(key): \(reason)"
        case .invalidGossip(let reason): "invalid gossip config: \(reason)"
        }
    }
}
