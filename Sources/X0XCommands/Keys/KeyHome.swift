// SPDX-License-Identifier: MIT OR Apache-2.0

import Identity

/// Where the keys of an instance lie (spec 01 §2.2), for the commands that touch key files and not the daemon.
struct KeyHome {
    let identityDirectory: String
    let userKeyPath: String

    /// Finds the files; `userKeyPath` overrides the standard place, which all instances share.
    init(instance: String?, userKeyPath: String? = nil, environment: [String: String]) throws(CommandError) {
        // Before the first secret is in memory.
        ProcessHardening.forbidMemoryDumps()
        let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        let given = environment["X0X_IDENTITY_DIR"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        let standard = home.map { "\($0)/.x0x" + (instance.map { "-\($0)" } ?? "") }
        guard let identityDirectory = given ?? standard, let user = userKeyPath ?? home.map({ "\($0)/.x0x/user.key" })
        else { throw CommandError("HOME is not set, so there is no place for keys") }
        self.identityDirectory = identityDirectory
        self.userKeyPath = user
    }

    var custody: KeyCustody { KeyCustody(identityDirectory: self.identityDirectory, userKeyPath: self.userKeyPath) }
}

extension KeyCustodyError {
    var commandError: CommandError { CommandError("\(self)") }
}

/// Runs work on key files; its errors are for people.
func withKeys<Result>(_ body: () throws(KeyCustodyError) -> Result) throws(CommandError) -> Result {
    do throws(KeyCustodyError) { return try body() } catch { throw error.commandError }
}
