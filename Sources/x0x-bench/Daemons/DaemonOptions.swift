// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import Foundation
import TestSupport

/// Which daemon is measured.
struct DaemonOptions: ParsableArguments {
    @Option(name: .customLong("x0xd"), help: "The daemon program; by default the one beside x0x-bench.")
    var daemonPath: String?

    /// The path of the daemon program.
    ///
    /// - Throws: When there is none.
    func executable() throws -> String {
        guard let daemonPath else { return try BuiltProgram.path(of: "x0xd") }
        guard FileManager.default.isExecutableFile(atPath: daemonPath) else {
            throw ValidationError("\(daemonPath) is not a program")
        }
        return daemonPath
    }
}
