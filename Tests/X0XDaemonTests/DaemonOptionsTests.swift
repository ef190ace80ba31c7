// SPDX-License-Identifier: MIT OR Apache-2.0

import Testing
import X0XDaemon

@Suite struct DaemonOptionsTests {
    private func error(_ arguments: String...) -> DaemonOptionsError? {
        do throws(DaemonOptionsError) {
            _ = try DaemonOptions(arguments: arguments)
            return nil
        } catch {
            return error
        }
    }

    @Test func spec13_check1_versionWinsOverEverything() throws {
        #expect(try DaemonOptions(arguments: ["--nonsense", "--version"]).mode == .version)
        #expect(try DaemonOptions(arguments: ["-V", "--help"]).mode == .version)
        #expect(try DaemonOptions(arguments: ["--nonsense", "-h"]).mode == .help)
    }

    @Test func spec13_check2_helpNamesEveryFlag() {
        let flags = [
            "--config", "--name", "--api-port", "--no-hard-coded-bootstrap", "--no-bootstrap", "--check",
            "--check-updates",
            "--skip-update-check", "--version", "--help",
        ]
        for flag in flags { #expect(DaemonOptions.help.contains(flag)) }
    }

    @Test func flagsInAnyOrder() throws {
        let options = try DaemonOptions(arguments: [
            "--skip-update-check", "--api-port", "0", "--name", "left", "--no-hard-coded-bootstrap", "--config",
            "/c.toml",
        ])
        #expect(options.mode == .run)
        #expect(options.apiPort == 0)
        #expect(options.name?.description == "left")
        #expect(options.configurationPath == "/c.toml")
        #expect(!options.usesBuiltInBootstrap)
        #expect(!options.usedDeprecatedFlag)
    }

    @Test func theFirstOfRepeatedFlagsCounts() throws {
        let options = try DaemonOptions(arguments: ["--api-port", "1", "--api-port", "2", "--name", "a", "--name", "b"])
        #expect(options.apiPort == 1)
        #expect(options.name?.description == "a")
    }

    @Test func mistakesAreRefusedWithTheirExitCode() {
        #expect(self.error("--no-hardcoded-bootstrap") == .unknownArgument("--no-hardcoded-bootstrap"))
        #expect(self.error("stray") == .unknownArgument("stray"))
        #expect(self.error("--config") == .missingValue("--config"))
        #expect(self.error("--api-port", "65536") == .invalidPort("65536"))
        #expect(self.error("--api-port", "-1") == .invalidPort("-1"))
        #expect(DaemonOptionsError.unknownArgument("x").exitCode == 2)
        #expect(DaemonOptionsError.missingValue("x").exitCode == 1)
    }

    @Test(arguments: ["a", "a-1", "9", String(repeating: "x", count: 64)])
    func spec13_check5_validNames(_ name: String) { #expect(InstanceName(name)?.description == name) }

    @Test(arguments: ["", "-a", "a_b", "a/b", "..", "é", "a b", String(repeating: "x", count: 65)])
    func spec13_check5_invalidNames(_ name: String) {
        #expect(InstanceName(name) == nil)
        #expect(self.error("--name", name) == .invalidName(name))
    }
}
