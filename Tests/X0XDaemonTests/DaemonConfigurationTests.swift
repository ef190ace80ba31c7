// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing
import X0X
import X0XAPI
import X0XDaemon

@Suite struct DaemonConfigurationTests {
    private let environment = ["HOME": "/home/ann"]

    private func configuration(
        _ arguments: [String] = [],
        file: String? = nil,
        environment: [String: String]? = nil
    ) throws -> DaemonConfiguration {
        try DaemonConfiguration(
            options: DaemonOptions(arguments: arguments + (file == nil ? [] : ["--config", "/etc/test.toml"])),
            environment: environment ?? self.environment
        ) { path in path == "/etc/test.toml" ? file : nil }
    }

    private func error(_ file: String) -> ConfigurationError? {
        do {
            _ = try self.configuration(file: file)
            return nil
        } catch {
            return error as? ConfigurationError
        }
    }

    @Test func defaultsOfTheDefaultInstance() throws {
        let configuration = try self.configuration()
        #expect(configuration.dataDirectory == "/home/ann/.local/share/x0x")
        #expect(configuration.identityDirectory == "/home/ann/.x0x")
        #expect("\(configuration.apiAddress)" == "127.0.0.1:12700")
        #expect("\(configuration.bindAddress)" == "[::]:5483")
        #expect(configuration.bootstrapPeers.isEmpty)
        #expect(configuration.heartbeatIntervalSeconds == 300)
        #expect(configuration.identityTTLSeconds == 900)
        #expect(configuration.warnings.isEmpty)
    }

    @Test func spec13_check6_aNameMovesEverything() throws {
        let configuration = try self.configuration(["--name", "t1"])
        #expect(configuration.dataDirectory == "/home/ann/.local/share/x0x-t1")
        #expect(configuration.identityDirectory == "/home/ann/.x0x-t1")
        #expect("\(configuration.apiAddress)" == "127.0.0.1:0")
        #expect("\(configuration.bindAddress)" == "[::]:0")
    }

    @Test func spec13_check7_explicitValuesStay() throws {
        let configuration = try self.configuration(
            ["--name", "t1", "--api-port", "7"],
            file: """
                instance_name = "other"
                data_dir = "/srv/left"
                bind_address = "127.0.0.1:26001"
                api_address = "127.0.0.1:26101"
                bootstrap_peers = ["127.0.0.1:26002", "[::1]:9"]
                log_level = "warn"
                [update]
                enabled = false
                """
        )
        #expect(configuration.name?.description == "t1")
        #expect(configuration.dataDirectory == "/srv/left")
        #expect("\(configuration.bindAddress)" == "127.0.0.1:26001")
        #expect("\(configuration.apiAddress)" == "127.0.0.1:7")
        #expect(configuration.bootstrapPeers.map(\.description) == ["127.0.0.1:26002", "[::1]:9"])
        #expect(configuration.logLevel == "warn")
        #expect(configuration.warnings.count == 1)
        #expect(
            configuration.warnings.first?.hasPrefix("configuration key without effect yet: update.enabled (") == true
        )
    }

    @Test func xdgDirectoriesCountWhenAbsolute() throws {
        let environment = ["HOME": "/home/ann", "XDG_DATA_HOME": "/data", "XDG_CONFIG_HOME": "relative"]
        let directories = BaseDirectories(environment: environment)
        #expect(directories.dataDirectory(of: nil) == "/data/x0x")
        #expect(directories.configurationPath(of: InstanceName("a")) == "/home/ann/.config/x0x-a/config.toml")
        let homeless = BaseDirectories(environment: [:])
        #expect(homeless.dataDirectory(of: InstanceName("a")) == "/var/lib/x0x-a")
        #expect(homeless.configurationPath(of: nil) == "/etc/x0x/config.toml")
    }

    @Test func loopbackOnlyBindsLoopback() throws {
        let environment = ["HOME": "/home/ann", "X0X_LOOPBACK_ONLY": "1"]
        let configuration = try self.configuration(["--name", "a"], environment: environment)
        #expect(configuration.loopbackOnly)
        #expect("\(configuration.bindAddress)" == "127.0.0.1:0")
        let off = try self.configuration(environment: ["HOME": "/home/ann", "X0X_LOOPBACK_ONLY": "0"])
        #expect(!off.loopbackOnly)
    }

    @Test func wildcardIPv4BecomesDualStack() throws {
        let configuration = try self.configuration(file: #"bind_address = "0.0.0.0:5483""#)
        #expect("\(configuration.bindAddress)" == "[::]:5483")
    }

    @Test func spec13_check13_keysOfOldDeploymentsAreWarnings() throws {
        let configuration = try self.configuration(
            file: """
                health_address = "0.0.0.0:1"
                known_peers = []
                [coordinator]
                port = 1
                [update]
                check_interval_seconds = 60
                """
        )
        #expect(
            configuration.warnings == [
                "obsolete configuration key without effect: coordinator.port",
                "obsolete configuration key without effect: health_address",
                "obsolete configuration key without effect: known_peers",
                "obsolete configuration key without effect: update.check_interval_seconds",
            ]
        )
    }

    @Test(
        arguments: [
            ("bind_adress = \"127.0.0.1:1\"", "bind_adress", "bind_address"),
            ("arwl = 3", "arwl", "gossip.arwl"),
            ("[gossip]\nactive_view = 3", "gossip.active_view", "gossip.active_view_size"),
            ("[update]\nenable = true", "update.enable", "update.enabled"),
        ]
    )
    func unknownKeysAreErrorsThatNameTheNearest(_ text: String, _ key: String, _ nearest: String) {
        #expect(self.error(text) == .unknownKey(path: "/etc/test.toml", key: key, nearest: nearest))
    }

    @Test(arguments: ["banana = 1", "[banana]", "[banana]\ncolour = 2"])
    func unknownKeysWithoutANeighbourAreErrorsToo(_ text: String) throws {
        let error = try #require(self.error(text))
        #expect("\(error)".contains("unknown key banana"))
        #expect("\(error)".contains("x0x config example"))
    }

    @Test func limitsOfClientsCanBeSet() throws {
        let standard = try self.configuration().clientLimits
        #expect(standard.eventStreamCountMax == 1024 && standard.webSocketCountMax == 1024)
        let file = "api_connection_limit = 100\napi_event_stream_limit = 7\napi_websocket_limit = 8\n"
        let limits = try self.configuration(file: file).clientLimits
        #expect(limits.connectionCountMax == 100 && limits.eventStreamCountMax == 7 && limits.webSocketCountMax == 8)
        #expect("\(try #require(self.error("api_websocket_limit = 0")))".contains("api_websocket_limit"))
        #expect("\(try #require(self.error("api_event_stream_limit = 4097")))".contains("api_event_stream_limit"))
    }

    @Test(arguments: [[], ["--no-hard-coded-bootstrap"], ["--no-bootstrap"]])
    func spec13_check31_noBuiltInPeerIsEverDialled(_ arguments: [String]) throws {
        #expect(try self.configuration(arguments).bootstrapPeers.isEmpty)
        let own = try self.configuration(arguments, file: "bootstrap_peers = [\"127.0.0.1:26002\"]")
        #expect(own.bootstrapPeers.map(\.description) == ["127.0.0.1:26002"])
    }

    @Test func theTableOfKeysIsWhatIsRead() {
        #expect(Set(ConfigurationKey.all.map(\.path)) == Set(ConfigurationFile.keyPaths))
        #expect(ConfigurationKey.all.count == ConfigurationFile.keyPaths.count)
    }

    @Test func defaultsInForceAreThoseOfTheTable() throws {
        for setting in try self.configuration().settings {
            let key = try #require(ConfigurationKey.all.first { $0.path == setting.key })
            #expect(setting.origin == .builtIn)
            guard key.name != "data_dir" else { continue }
            #expect(setting.value == key.defaultValue, "\(key.path)")
        }
    }

    @Test func theExampleChangesNothingAndItsLinesAreValid() throws {
        #expect(try self.configuration(file: ConfigurationExample.toml).settings == self.configuration().settings)
        let active = ConfigurationExample.toml.split(separator: "\n")
            .map {
                $0.hasPrefix("#") && $0.contains(" = ") && !$0.hasPrefix("# ") ? String($0.dropFirst()) : String($0)
            }
            .filter { !$0.hasSuffix(" =") }
        let configuration = try self.configuration(file: active.joined(separator: "\n"))
        #expect(configuration.settings.contains { $0.key == "gossip.arwl" && $0.value == "6" && $0.origin == .file })
    }

    @Test func originsAreNamed() throws {
        let configuration = try self.configuration(
            ["--name", "t1", "--api-port", "9"],
            file: "heartbeat_interval_secs = 60\nlog_level = \"warn\"",
            environment: ["HOME": "/home/ann", "RUST_LOG": "debug", "X0X_LOOPBACK_ONLY": "1"]
        )
        let settings = Dictionary(uniqueKeysWithValues: configuration.settings.map { ($0.key, $0) })
        #expect(settings["instance_name"]?.origin == .flag("--name"))
        #expect(settings["api_address"]?.origin == .flag("--api-port"))
        #expect(settings["api_address"]?.value == "\"127.0.0.1:9\"")
        #expect(settings["bind_address"]?.origin == .environment("X0X_LOOPBACK_ONLY"))
        #expect(settings["data_dir"]?.origin == .derived(from: "the instance name"))
        #expect(settings["heartbeat_interval_secs"]?.origin == .file)
        #expect(settings["log_level"]?.origin == .environment("RUST_LOG"))
        #expect(settings["gossip.arwl"]?.origin == .builtIn)
        #expect(configuration.summary.contains("heartbeat_interval_secs = 60"))
    }

    @Test func theAPIKeysReachTheServer() throws {
        let file = "api_host_names = [\"Box.lan\"]\ngui_token = \"off\"\nmetrics_without_token = true\n"
        let configuration = try self.configuration(file: file)
        #expect(configuration.apiHostNames == ["box.lan"])
        #expect(!configuration.isPageTokenInjected)
        #expect(configuration.areMetricsOpen)
        #expect(configuration.warnings == [])
        let silent = try self.configuration(file: "")
        #expect(silent.apiHostNames == [] && silent.isPageTokenInjected && !silent.areMetricsOpen)
    }

    /// A typing mistake must neither hand out the token nor open a name.
    @Test(arguments: [
        ("gui_token = \"Off\"", "gui_token"), ("gui_token = \"\"", "gui_token"),
        ("api_host_names = [\"a b\"]", "api_host_names"), ("api_host_names = [\"a:1\"]", "api_host_names"),
        ("api_host_names = [\"\"]", "api_host_names"),
    ])
    func mistakesInTheAPIKeysAreErrors(_ file: String, _ key: String) throws {
        let error = try #require(self.error(file))
        guard case .invalidValue(_, let named, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(named == key)
    }

    /// The key has no counterpart here; whoever sets it is told so.
    @Test func dispatchWorkersAreAcceptedAndIgnoredWithAWarning() throws {
        let configuration = try self.configuration(file: "[gossip]\ndispatch_workers = 4")
        #expect(configuration.warnings.count == 1)
        #expect(configuration.warnings.first?.contains("gossip.dispatch_workers (accepted and ignored: ") == true)
    }

    @Test(arguments: [0, 33]) func spec04_check26_spec13_check4_dispatchWorkersOutOfRange(_ count: Int) {
        #expect(
            self.error("[gossip]\ndispatch_workers = \(count)")
                == .invalidGossip(reason: "dispatch_workers must be a number, 1 to 32")
        )
    }

    @Test func spec04_check26_aPartialGossipTableIsEnough() throws {
        let workers = try self.configuration(file: "[gossip]\ndispatch_workers = 4")
        #expect(workers.agent.gossip == GossipSettings())
        let sizes = try self.configuration(
            file: "[gossip]\nactive_view_size = 4\npassive_view_size = 20\narwl = 5\nprwl = 2"
        )
        var expected = GossipSettings()
        expected.activeViewSize = 4
        expected.passiveViewSize = 20
        expected.activeRandomWalkLength = 5
        expected.passiveRandomWalkLength = 2
        #expect(sizes.agent.gossip == expected, "every value reaches the agent")
    }

    @Test(arguments: ["active_view_size", "passive_view_size", "arwl", "prwl"])
    func gossipSizesArePositive(_ name: String) throws {
        let key = try #require(ConfigurationKey.all.first { $0.path == "gossip.\(name)" })
        #expect(self.error("[gossip]\n\(name) = 0") == .invalidGossip(reason: "\(name) must be a \(key.kindText)"))
    }

    /// Every number is taken at both ends of its range and refused one past them.
    @Test func numbersAreBounded() {
        for key in ConfigurationKey.all {
            guard case .integer(let range) = key.kind else { continue }
            let section = key.section.map { "[\($0)]\n" } ?? ""
            for number in [range.lowerBound, range.upperBound] {
                #expect(self.error("\(section)\(key.name) = \(number)") == nil, "\(key.path) = \(number)")
            }
            for number in [range.lowerBound - 1, range.upperBound + 1] {
                #expect(self.error("\(section)\(key.name) = \(number)") != nil, "\(key.path) = \(number)")
            }
        }
    }

    @Test(
        arguments: [
            "bind_address = \"localhost:1\"", "api_address = 5", "bootstrap_peers = [\"example.org:1\"]",
            "heartbeat_interval_secs = 0", "identity_ttl_secs = -1", "instance_name = \"a/b\"", "not toml at all",
        ]
    )
    func spec13_check3_badValuesNameTheFile(_ text: String) throws {
        let error = try #require(self.error(text))
        #expect("\(error)".contains("failed to parse config file: /etc/test.toml"))
    }

    @Test func aRemoteAPIAddressNeedsConsent() throws {
        let error = try #require(self.error("api_address = \"0.0.0.0:12700\""))
        #expect("\(error)".contains("api_allow_remote"))
        let text = "api_address = \"192.0.2.1:1\"\napi_allow_remote = true"
        #expect(try self.configuration(file: text).warnings.count == 1)
        #expect(throws: ConfigurationError.self) {
            try self.configuration(file: text, environment: ["HOME": "/home/ann", "X0X_LOOPBACK_ONLY": "1"])
        }
    }

    @Test func aNamedFileMustExist() {
        #expect(throws: ConfigurationError.unreadable(path: "/nowhere.toml")) {
            try self.configuration(["--config", "/nowhere.toml"])
        }
    }
}
