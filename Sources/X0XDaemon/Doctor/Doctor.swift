// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Foundation
internal import Identity
internal import Primitives
internal import X0XAPI
internal import X0XClient

/// The checks of `x0xd --doctor`: looks at everything a daemon needs, and changes nothing.
package struct Doctor: Sendable {
    private let configuration: DaemonConfiguration
    private let environment: [String: String]
    private let executablePath: String

    /// Creates a doctor.
    ///
    /// - Parameters:
    ///   - configuration: The settings in force.
    ///   - environment: The environment, for `PATH`.
    ///   - executablePath: The running program.
    package init(configuration: DaemonConfiguration, environment: [String: String], executablePath: String) {
        self.configuration = configuration
        self.environment = environment
        self.executablePath = executablePath
    }

    /// Takes all checks; ends within a few seconds.
    ///
    /// - Returns: One finding per check.
    package func examine() async -> DoctorReport {
        var report = DoctorReport()
        self.checkProgram(&report)
        report.add(.pass, "configuration loaded")
        for warning in self.configuration.warnings { report.add(.warn, warning) }
        self.checkDirectory("data directory", self.configuration.dataDirectory, &report)
        self.checkDirectory("identity directory", self.configuration.identityDirectory, &report)
        self.checkKeys(&report)
        await self.checkDaemon(&report)
        return report
    }

    private func checkProgram(_ report: inout DoctorReport) {
        report.add(.pass, "binary \(self.executablePath)")
        let folders = (self.environment["PATH"] ?? "").split(separator: ":")
        let isOnPath = folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/x0xd") }
        report.add(isOnPath ? .pass : .warn, isOnPath ? "x0xd is on PATH" : "x0xd is not on PATH")
    }

    /// A folder that is not there yet is made at the first start; one that is there must be private and writable.
    private func checkDirectory(_ name: String, _ path: String, _ report: inout DoctorReport) {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
            return report.add(.pass, "\(name) \(path) will be created")
        }
        guard attributes[.type] as? FileAttributeType == .typeDirectory else {
            return report.add(.fail, "\(name) \(path) is not a directory")
        }
        guard FileManager.default.isWritableFile(atPath: path) else {
            return report.add(.fail, "\(name) \(path) is not writable")
        }
        if Self.isOpenToOthers(attributes) {
            report.add(.warn, "\(name) \(path) can be read by others: chmod 700 '\(path)'")
        } else {
            report.add(.pass, "\(name) \(path) is private and writable")
        }
    }

    private func checkKeys(_ report: inout DoctorReport) {
        let folders = [self.configuration.identityDirectory, self.configuration.dataDirectory]
        for folder in folders {
            // A folder that cannot be listed has been reported already.
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            for name in names.sorted() where name.hasSuffix(".key") || name == "api-token" {
                let path = "\(folder)/\(name)"
                guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { continue }
                if Self.isOpenToOthers(attributes) {
                    report.add(.fail, "secret \(path) can be read by others: chmod 600 '\(path)'")
                } else {
                    report.add(.pass, "secret \(path) is private")
                }
            }
        }
    }

    private static func isOpenToOthers(_ attributes: [FileAttributeKey: Any]) -> Bool {
        ((attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0) & 0o077 != 0
    }

    // MARK: - The running daemon

    private func checkDaemon(_ report: inout DoctorReport) async {
        let locator: DaemonLocator
        do throws(X0XClientError) {
            locator = try DaemonLocator(dataDirectory: self.configuration.dataDirectory, environment: self.environment)
        } catch {
            return report.add(.fail, "cannot look for the daemon: \(error)")
        }
        let client = X0XClient(locator)
        guard await client.isHealthy() else {
            report.add(.warn, "no daemon answers for this data directory")
            return await self.checkPort(&report, isHeld: locator.isDirectoryHeld)
        }
        report.add(.pass, "daemon answers GET /health")
        do throws(X0XClientError) {
            let agent = try await client.agent()
            report.add(.pass, "agent \(agent.agentID.prefix(16))…")
            let status = try await client.status()
            report.add(.pass, "daemon status: \(status.status)")
        } catch {
            report.add(.fail, "the daemon answers /health but not with our token: \(error)")
        }
    }

    /// Whether the API port can be had; a port 0 always can.
    private func checkPort(_ report: inout DoctorReport, isHeld: Bool) async {
        let address = self.configuration.apiAddress
        if isHeld { return report.add(.fail, "a daemon holds the data directory but does not answer") }
        guard address.port != 0 else { return }
        if await PortProbe.isFree(address) {
            report.add(.warn, "API port \(address) is free: start the daemon with x0x start")
        } else {
            report.add(.fail, "API port \(address) is taken by another program")
        }
    }
}
