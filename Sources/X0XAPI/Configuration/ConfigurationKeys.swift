// SPDX-License-Identifier: MIT OR Apache-2.0

extension ConfigurationKey {
    /// One year in seconds: longer intervals are typing errors, and the arithmetic stays far from overflow.
    package static let secondsMax = 31_536_000
    private static let seconds = Kind.integer(1...Self.secondsMax)
    private static let secondsOrNever = Kind.integer(0...Self.secondsMax)

    /// Every key, in the order of the documentation (spec 13 §3.1–3.3); `gui_token`, `metrics_without_token` and keys that
    /// begin with `api_`, but for `api_address`, are ours.
    package static let all: [ConfigurationKey] = Self.topLevel + Self.update + Self.gossip

    private static let topLevel = [
        ConfigurationKey(
            "instance_name",
            .string,
            "name of this daemon among those of the same user, as --name: 1 to 64 letters, digits or '-'"
        ),
        ConfigurationKey("data_dir", .path, "folder of database, token and port file"),
        ConfigurationKey(
            "bind_address",
            .address,
            default: #""[::]:5483""#,
            "where QUIC listens; port 0 lets the system choose"
        ),
        ConfigurationKey(
            "api_address",
            .address,
            default: #""127.0.0.1:12700""#,
            "where the HTTP API listens; port 0 lets the system choose"
        ),
        ConfigurationKey(
            "api_allow_remote",
            .boolean,
            default: "false",
            "allow an API address that other machines can reach; there is no TLS"
        ),
        ConfigurationKey(
            "api_host_names",
            .names,
            default: "[]",
            "names of this machine that the API answers to, beside localhost and addresses"
        ),
        ConfigurationKey(
            "gui_token",
            .choice(["inject", "off"]),
            default: #""inject""#,
            "whether the web page carries the token for browsers on this machine"
        ),
        ConfigurationKey(
            "metrics_without_token",
            .boolean,
            default: "false",
            "let collectors read /metrics without the token"
        ),
        ConfigurationKey(
            "api_connection_limit",
            .integer(8...65_536),
            default: "2560",
            "open connections of API clients; more are told so and closed"
        ),
        ConfigurationKey(
            "api_event_stream_limit",
            .integer(1...4096),
            default: "1024",
            "event streams of API clients at once"
        ),
        ConfigurationKey(
            "api_websocket_limit",
            .integer(1...4096),
            default: "1024",
            "WebSocket sessions at once; what waits for slow ones takes at most 256 MiB together"
        ),
        ConfigurationKey(
            "log_level",
            .choice(["trace", "debug", "info", "warn", "error"]),
            default: #""info""#,
            "least severe log lines; RUST_LOG wins"
        ),
        ConfigurationKey("log_format", .choice(["text", "json"]), default: #""text""#, "look of log lines"),
        ConfigurationKey("bootstrap_peers", .addresses, default: "[]", "peers to dial after start; numeric addresses"),
        ConfigurationKey(
            "heartbeat_interval_secs",
            Self.seconds,
            default: "300",
            "how often the identity is announced"
        ),
        ConfigurationKey(
            "identity_ttl_secs",
            Self.seconds,
            default: "900",
            "how long an announced agent counts as known"
        ),
        ConfigurationKey(
            "user_key_path",
            .path,
            "key file of the human behind the agent; without it ~/.x0x/user.key, if there is one"
        ),
        ConfigurationKey(
            "rendezvous_enabled",
            .boolean,
            default: "true",
            "advertise the agent at its rendezvous shard"
        ),
        ConfigurationKey(
            "rendezvous_validity_ms",
            .integer(0...86_400_000),
            default: "3600000",
            "validity of that advertisement; 0 advertises once"
        ),
        ConfigurationKey(
            "presence_beacon_interval_secs",
            // A beacon is valid for three intervals, and nobody believes one that is valid for more than 900 s.
            .integer(1...300),
            default: "30",
            "how often presence is said; a silent peer is gone after 6 to 20 of them"
        ),
        ConfigurationKey(
            "presence_event_poll_interval_secs",
            .integer(1...3600),
            default: "1",
            "shortest time between two looks for agents that are gone"
        ),
        ConfigurationKey(
            "presence_offline_timeout_secs",
            .integer(1...86_400),
            default: "300",
            "silence after which a peer is gone while its rhythm is not known"
        ),
        ConfigurationKey(
            "directory_digest_interval_secs",
            Self.seconds,
            default: "60",
            hasEffect: false,
            "how often the group directory is summarised"
        ),
        ConfigurationKey(
            "group_card_republish_interval_secs",
            Self.secondsOrNever,
            default: "300",
            hasEffect: false,
            "how often group cards are published again; 0 is never"
        ),
        ConfigurationKey(
            "directory_resubscribe_jitter_ms",
            .integer(1...86_400_000),
            default: "30000",
            hasEffect: false,
            "longest random wait before directory shards are subscribed again"
        ),
    ]

    private static let update = [
        ConfigurationKey(
            "enabled",
            in: "update",
            .boolean,
            default: "false",
            hasEffect: false,
            "look for new releases; the original installs those of its own maker by default"
        ),
        ConfigurationKey(
            "rollout_window_minutes",
            in: "update",
            .integer(0...525_600),
            default: "1440",
            hasEffect: false,
            "time over which a release reaches everybody"
        ),
        ConfigurationKey(
            "stop_on_upgrade",
            in: "update",
            .boolean,
            default: "false",
            hasEffect: false,
            "exit after an upgrade; the service manager starts again"
        ),
        ConfigurationKey(
            "fallback_check_interval_minutes",
            in: "update",
            .integer(0...525_600),
            default: "2880",
            hasEffect: false,
            "how often the release server is asked; 0 is never"
        ),
        ConfigurationKey("repo", in: "update", .string, hasEffect: false, "owner/name of the release repository"),
        ConfigurationKey(
            "include_prereleases",
            in: "update",
            .boolean,
            default: "false",
            hasEffect: false,
            "take releases that are not final"
        ),
        ConfigurationKey(
            "gossip_updates",
            in: "update",
            .boolean,
            default: "true",
            hasEffect: false,
            "hear of releases from other agents"
        ),
    ]

    private static let gossip = [
        ConfigurationKey("active_view_size", in: "gossip", .integer(1...64), default: "6", "neighbours in the overlay"),
        ConfigurationKey(
            "passive_view_size",
            in: "gossip",
            .integer(1...1024),
            default: "30",
            "known replacements of neighbours"
        ),
        ConfigurationKey("arwl", in: "gossip", .integer(1...32), default: "6", "hops of a forwarded join (HyParView)"),
        ConfigurationKey(
            "prwl",
            in: "gossip",
            .integer(1...32),
            default: "3",
            "hop at which a forwarded join enters the passive view (HyParView)"
        ),
        ConfigurationKey(
            "dispatch_workers",
            in: "gossip",
            .integer(1...32),
            default: "1",
            hasEffect: false,
            "accepted and ignored: this daemon has one dispatcher and threads of its own for signatures"
        ),
    ]

    /// Keys that old deployment files carry: accepted with a warning, without effect (spec 13 §3).
    package static let obsolete: Set<String> = [
        "health_address", "machine_key_path", "coordinator", "reflector", "relay", "known_peers",
        "update.check_interval_seconds",
    ]
}
