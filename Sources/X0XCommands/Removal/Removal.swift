// SPDX-License-Identifier: MIT OR Apache-2.0

import X0XClient

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Stops daemons and deletes what ``InstalledFiles`` found; says each step on standard error.
struct Removal {
    let output: Output

    /// Stops the daemons of these instances, where they run, and takes them out of the log-in.
    ///
    /// - Throws: When one of them still runs afterwards: its files must not disappear under it.
    func retire(_ instances: [String?]) async throws {
        for instance in instances {
            let locator = try DaemonLocator(instance: instance, environment: Surroundings.current.environment)
            let name = instance ?? "default"
            // Without a port file there is no daemon of that data folder.
            if let endpoint = try? locator.locate(), locator.ownsDirectory(of: endpoint),
                await X0XClient(endpoint).isHealthy()
            {
                self.output.note("Stopping the daemon of instance \(name)")
                try await stopDaemon(X0XClient(locator), locator)
            }
            guard !locator.isDirectoryHeld else {
                throw CommandError(
                    "the daemon of instance \(name) still runs and cannot be stopped; nothing was deleted"
                )
            }
            try await AutostartCommand.remove(instance: instance)
        }
    }

    /// Deletes files and folders; goes on after a failure and reports the first.
    func delete(_ paths: [String]) throws {
        var failure: CommandError?
        for path in paths {
            do {
                try FileManager.default.removeItem(atPath: path)
                self.output.note("Deleted \(path)")
            } catch {
                failure = failure ?? CommandError("cannot delete \(path): \(error)")
            }
        }
        if let failure { throw failure }
    }

    /// Asks and compares the whole answer.
    func isConfirmed(_ question: String, by accepted: [String]) -> Bool {
        let surroundings = Surroundings.current
        surroundings.writeError(question + " ")
        guard let answer = surroundings.readAnswer() else { return false }
        return accepted.contains(answer)
    }

    /// What was deleted, for programs.
    func report(_ paths: [String]) throws {
        guard self.output.style == .json else { return }
        try self.output.show(.object(["ok": .bool(true), "deleted": .array(paths.map { .string($0) })]))
    }
}
