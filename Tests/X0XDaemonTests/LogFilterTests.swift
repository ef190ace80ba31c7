// SPDX-License-Identifier: MIT OR Apache-2.0

import Logging
import Testing
import X0XDaemon

@Suite struct LogFilterTests {
    @Test func spec13_check12_theEnvironmentOverridesTheFile() {
        let filter = LogFilter.effective(environment: ["RUST_LOG": "debug"], logLevel: "warn")
        #expect(filter.allows(.debug, label: "x0x.agent"))
        #expect(!filter.allows(.trace, label: "x0x.agent"))
        for invalid in ["", "loud", "x0x=", "a=b=info"] {
            let filter = LogFilter.effective(environment: ["RUST_LOG": invalid], logLevel: "warn")
            #expect(filter.allows(.warning, label: "x0x.agent"))
            #expect(!filter.allows(.info, label: "x0x.agent"))
        }
    }

    @Test func theLongestTargetDecides() throws {
        let filter = try #require(LogFilter(parsing: "info,x0x::gossip=trace,x0x=off"))
        #expect(filter.allows(.trace, label: "x0x.gossip"))
        #expect(filter.allows(.trace, label: "x0x.gossip.tree"))
        #expect(!filter.allows(.critical, label: "x0x.agent"))
        #expect(!filter.allows(.critical, label: "x0x"))
        #expect(filter.allows(.info, label: "x0xy"))
        #expect(!filter.allows(.debug, label: "other"))
    }

    @Test func levelsInAnyLetterCaseAndUnknownOnesAreInfo() {
        #expect(LogFilter.effective(environment: [:], logLevel: "ERROR").minimumLevel(of: "x") == .error)
        #expect(LogFilter.effective(environment: [:], logLevel: "loud").minimumLevel(of: "x") == .info)
    }
}
