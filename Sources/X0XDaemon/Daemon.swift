// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Foundation
internal import Identity
internal import Logging
internal import Primitives
internal import ServiceLifecycle
internal import UnixSignals
internal import X0X
internal import X0XClient
internal import X0XServer

/// The daemon: reads its configuration, starts the agent and the API, and stops within five seconds (spec 13 §2).
package enum Daemon {
    /// The version the daemon reports: the network protocol generation it implements.
    package static let version = "0.19.21"

    /// The whole life of the process.
    ///
    /// - Parameter arguments: The command line without the program name.
    /// - Returns: The exit code.
    package static func main(arguments: [String]) async -> Int32 {
        let options: DaemonOptions
        do throws(DaemonOptionsError) {
            options = try DaemonOptions(arguments: arguments)
        } catch {
            Self.complain("\(error)\nrun x0xd --help for usage")
            return error.exitCode
        }
        switch options.mode {
        case .version:
            print("x0xd \(Self.version)")
            return 0
        case .help:
            print(DaemonOptions.help)
            return 0
        case .checkUpdates:
            print("self-update checks are disabled by configuration")
            return 0
        case .list:
            print(await InstanceList().text, terminator: "")
            return 0
        case .check, .doctor, .run: return await Self.configureAndRun(options)
        }
    }

    private static func configureAndRun(_ options: DaemonOptions) async -> Int32 {
        if options.usedDeprecatedFlag {
            Self.complain("warning: --no-bootstrap is deprecated; use --no-hard-coded-bootstrap")
        }
        let environment = ProcessInfo.processInfo.environment
        do {
            let configuration = try DaemonConfiguration(options: options, environment: environment) { path in
                // An unreadable file is reported by the caller, which knows whether it had to exist.
                try? String(contentsOfFile: path, encoding: .utf8)
            }
            try Self.checkExecACL(options)
            switch options.mode {
            case .check:
                for warning in configuration.warnings { Self.complain("warning: \(warning)") }
                print("Configuration is valid\n\(configuration.summary)\nExec ACL summary: remote exec is not built in")
                return 0
            case .doctor:
                let doctor = Doctor(
                    configuration: configuration,
                    environment: environment,
                    executablePath: CommandLine.arguments.first ?? "x0xd"
                )
                let report = await doctor.examine()
                print(report.text)
                return report.hasFailed ? 1 : 0
            default: break
            }
            try await Self.run(configuration, environment: environment)
            return 0
        } catch {
            Self.complain("x0xd: \(error)")
            return 1
        }
    }

    /// An access list that was named must be there, even as long as nothing is executed for others.
    private static func checkExecACL(_ options: DaemonOptions) throws(ConfigurationError) {
        guard let path = options.execACLPath else { return }
        guard FileManager.default.isReadableFile(atPath: path) else { throw .missingExecACL(path: path) }
    }

    // MARK: - Running

    private static func run(_ configuration: DaemonConfiguration, environment: [String: String]) async throws {
        let loggers = Self.loggers(configuration, environment)
        let logger = loggers("x0x.daemon")
        // Before the first key is in memory.
        if !ProcessHardening.forbidMemoryDumps() { logger.warning("core dumps of this process cannot be switched off") }
        for warning in configuration.warnings { logger.warning("\(warning)") }
        var limits = configuration.clientLimits
        if let warning = limits.fit(OpenFileLimit.raise(to: limits.descriptorCount)) { logger.warning("\(warning)") }
        // The agent locks the data directory, so nothing is written there before it is open.
        let agent = try await Agent(configuration: configuration.agent, logger: loggers("x0x.agent"))
        let token = try APIToken.loadOrCreate(in: configuration.dataDirectory)
        var api = APIServerConfiguration(address: configuration.apiAddress, token: token, version: Self.version)
        api.allowedHostNames = configuration.apiHostNames
        api.pageToken = configuration.isPageTokenInjected ? .inject : .off
        api.areMetricsOpen = configuration.areMetricsOpen
        api.limits = RequestLimits(limits)
        let server = APIServer(
            agent: agent,
            configuration: api,
            logger: loggers("x0x.api"),
            onListening: { Self.announce($0, agent, configuration, logger) }
        )
        try await Self.serve(agent, server, configuration, loggers("x0x.lifecycle"))
        logger.notice("daemon stopped")
    }

    /// The server stops first, then the agent: a handler never meets an agent that is gone.
    private static func serve(
        _ agent: Agent,
        _ server: APIServer,
        _ configuration: DaemonConfiguration,
        _ logger: Logger
    ) async throws {
        let trigger = ShutdownTrigger(agent: agent, dataDirectory: configuration.dataDirectory)
        let services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(service: agent, serviceName: "agent"),
            .init(
                service: PublishedServer(server: server, dataDirectory: configuration.dataDirectory),
                serviceName: "api"
            ),
            .init(service: trigger, successTerminationBehavior: .gracefullyShutdownGroup, serviceName: "trigger"),
        ]
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services,
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
    }

    private static func announce(
        _ address: NetworkAddress,
        _ agent: Agent,
        _ configuration: DaemonConfiguration,
        _ logger: Logger
    ) {
        do {
            try PortFile.write("\(address)", in: configuration.dataDirectory)
        } catch {
            logger.error(
                "cannot write the port file; clients will not find this daemon",
                metadata: ["reason": "\(error)"]
            )
        }
        logger.notice(
            "daemon ready",
            metadata: [
                "api.address": "\(address)", "quic.address": "\(agent.localAddress)",
                "agent.id": "\(agent.identity.agentID.shortHex)", "machine.id": "\(agent.identity.machineID.shortHex)",
            ]
        )
    }

    private static func loggers(
        _ configuration: DaemonConfiguration,
        _ environment: [String: String]
    ) -> (String) -> Logger {
        let filter = LogFilter.effective(environment: environment, logLevel: configuration.logLevel)
        let sink: LogSink
        do {
            sink = try LogSink(directory: environment["X0X_LOG_DIR"].flatMap { $0.isEmpty ? nil : $0 })
        } catch {
            Self.complain("warning: cannot write to X0X_LOG_DIR: \(error)")
            sink = LogSink()
        }
        let format = configuration.logFormat
        return { label in
            Logger(label: label) { DaemonLogHandler(label: $0, filter: filter, format: format, sink: sink) }
        }
    }

    private static func complain(_ text: String) {
        // Standard error is the last resort; if it is closed there is nobody to tell.
        try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8))
    }
}
