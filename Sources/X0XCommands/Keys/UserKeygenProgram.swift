// SPDX-License-Identifier: MIT OR Apache-2.0

import Identity

/// `x0x-user-keygen PATH`: makes a user key and prints its path (spec 13 §9.2).
///
/// The same as `x0x user create --consent --path PATH`, for scripts written for the original.
package enum UserKeygenProgram {
    /// Runs the program.
    ///
    /// - Parameters:
    ///   - arguments: Those after the program name: one path.
    ///   - surroundings: Where it prints.
    /// - Returns: The exit code: 1 for anything wrong, a wrong command line too.
    package static func run(_ arguments: [String], in surroundings: Surroundings = .process) -> Int32 {
        guard arguments.count == 1, let path = arguments.first, !path.hasPrefix("-"), !path.isEmpty else {
            surroundings.writeError("usage: x0x-user-keygen PATH\n")
            return CommandLineProgram.failure
        }
        ProcessHardening.forbidMemoryDumps()
        do throws(KeyCustodyError) {
            _ = try KeyCustody(identityDirectory: path, userKeyPath: path).createUser()
        } catch {
            surroundings.writeError("error: \(error)\n")
            return CommandLineProgram.failure
        }
        // Nobody reads the path: the file is there all the same.
        try? surroundings.writeOutput(path + "\n")
        return CommandLineProgram.success
    }
}
