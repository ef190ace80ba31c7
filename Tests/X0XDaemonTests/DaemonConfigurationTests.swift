// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing
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
        #expect(configuration.warnings.isEmpty)
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

    @Test func spec13_check13_unknownKeysAreWarnings() throws {
        let configuration = try self.configuration(
            file: """
                health_address = "0.0.0.0:1"
                known_peers = []
                [gossip]
                fanout = 3
                """
        )
        #expect(
            configuration.warnings == [
                "unknown configuration key: gossip.fanout", "unknown configuration key: health_address",
                "unknown configuration key: known_peers",
            ]
        )
    }

    @Test(arguments: [0, 33]) func spec13_check4_dispatchWorkersOutOfRange(_ count: Int) {
        #expect(
            self.error("[gossip]\ndispatch_workers = \(count)")
                == .invalidGossip(reason: "dispatch_workers must be between 1 and 32")
        )
    }

    @Test(arguments: ["active_view_size", "passive_view_size", "arwl", "prwl"])
    func gossipSizesArePositive(_ key: String) {
        #expect(self.error("[gossip]\n\(key) = 0") == .invalidGossip(reason: "\(key) must be greater than 0"))
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
