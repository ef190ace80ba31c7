// SPDX-License-Identifier: MIT OR Apache-2.0

import Testing
import X0XAPI
import X0XCommands

@Suite struct ParsingTests {
    @Test(arguments: [["--version"], ["-V"], ["health", "--version"]])
    func spec13_check01_versionText(_ arguments: [String]) async {
        let run = await CommandRun.x0x(arguments)
        #expect(run.code == 0)
        #expect(run.output == "x0x \(X0XCommand.version)\n")
        #expect(run.errors.isEmpty)
    }

    @Test func spec13_check02_helpHidesWhatIsHidden() async {
        let run = await CommandRun.x0x(["--help"])
        #expect(run.code == 0)
        for hidden in ["instances", "doctor", "routes", "  ws", "--name", "--api", "--format"] {
            #expect(!run.output.contains(hidden), "\(hidden)")
        }
        for visible in ["start", "stop", "health", "status", "agent", "demo", "--json", "--version", "--help"] {
            #expect(run.output.contains(visible), "\(visible)")
        }
    }

    @Test(arguments: (Registry.built + Registry.additions).map(\.command))
    func spec13_check19_everyEndpointHasACommand(_ command: String) async {
        let words = command.split(separator: " ").map(String.init)
        let run = await CommandRun.x0x(words + ["--help"])
        #expect(run.code == 0)
        let name = words.filter { !$0.hasPrefix("-") }.joined(separator: " ")
        #expect(run.output.contains("USAGE: x0x \(name)"), "\(run.output)")
    }

    @Test(arguments: [
        ["bogus"], ["health", "bogus"], ["health", "--bogus"], ["contacts", "bogus"], ["publish", "topic"],
        ["contacts", "add", "ab"], ["direct", "send", "ab"], ["--name", "-a", "health"], ["--name", "a_b", "health"],
        ["agents", "get", "ab", "--wait", "61"], ["direct", "send", "ab", "x", "--require-ack-ms", "-1"],
        ["agent", "import"],
    ])
    func spec13_check15_usageErrorsExit2(_ arguments: [String]) async {
        let run = await CommandRun.x0x(arguments)
        #expect(run.code == 2)
        #expect(run.output.isEmpty)
        #expect(run.errors.lowercased().hasPrefix("error: "))
    }

    @Test func spec13_check15_noDaemonExits2() async throws {
        // Port 1 is never given to a program that asks for any port.
        let dead = await CommandRun.x0x(["--api", "127.0.0.1:1", "health"])
        #expect(dead.code == 2)
        #expect(dead.errors == "error: Daemon is not running. Start it with: x0x start\n")
        #expect(dead.output.isEmpty)
        let named = await CommandRun.x0x(["--name", "nope", "health"])
        #expect(named.code == 2)
        #expect(
            named.errors == "error: Named instance 'nope' is not running. Start it with: x0x --name nope start\n"
        )
    }

    @Test func wrongAddressesAreErrors() async {
        let run = await CommandRun.x0x(["--api", "ftp://x", "health"])
        #expect(run.code == 1)
        #expect(run.errors.contains("invalid API address"))
    }

    @Test func startWithoutADaemonProgramSaysSo() async {
        let run = await CommandRun.x0x(["--api", "127.0.0.1:1", "start"], environment: ["PATH": "/nonexistent"])
        #expect(run.code == 1)
        #expect(run.errors.hasPrefix("error: x0xd not found. "))
        let demo = await CommandRun.x0x(["demo"], environment: ["PATH": ""])
        #expect(demo.code == 1)
        #expect(demo.errors.hasPrefix("error: x0xd not found. "))
    }
}
