// SPDX-License-Identifier: MIT OR Apache-2.0

import X0XClient

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Three daemons, from their start to their end: starts them, runs ``DemoScript``, watches them meanwhile, cleans up.
struct Demo: Sendable {
    static let names = ["alice", "bob", "charlie"]
    /// A daemon answers within a second; the rest is for a busy machine.
    private static let startLimit: Duration = .seconds(30)
    /// How long after a failed step the end of a daemon is still looked for as its cause.
    private static let causeLimit: Duration = .milliseconds(500)

    /// How much the daemons log, and where their libraries are.
    private static let inheritedVariables = ["RUST_LOG", "LD_LIBRARY_PATH"]

    let executable: String
    let keepsDaemons: Bool
    let transcript: DemoTranscript

    /// Runs the whole demo; the daemons and their directory are gone afterwards, unless they are to be kept.
    ///
    /// - Throws: ``CommandError`` naming the first step that did not happen.
    func run() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let directory = try Self.makeDirectory()
        var processes: [DaemonProcess] = []
        let outcome: Result<Void, any Error>
        do {
            for name in Self.names {
                let home = "\(directory)/\(name)"
                var launch = DaemonLaunch(executable: self.executable, name: name, home: home)
                for variable in Self.inheritedVariables {
                    launch.environment[variable] = Surroundings.current.environment[variable]
                }
                processes.append(try DaemonProcess.start(launch))
            }
            try await self.play(processes, since: start)
            let total = DemoEntry.milliseconds(start.duration(to: clock.now))
            try self.transcript.say("\nEverything happened, in \(total).")
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        if self.keepsDaemons {
            try self.transcript.say("The daemons and \(directory) are left as they are.")
        } else {
            await Self.cleanUp(processes, directory)
        }
        try outcome.get()
    }

    /// Runs the script and ends with an error as soon as a daemon ends.
    private func play(_ processes: [DaemonProcess], since start: ContinuousClock.Instant) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await self.followScript(processes, since: start)
                return true
            }
            for process in processes {
                group.addTask {
                    guard let exit = await process.child.waitForExit() else { return false }
                    throw Self.death(of: process, exit)
                }
            }
            defer { group.cancelAll() }
            do {
                // A watcher that ends without an error was cancelled, and the script with it.
                guard try await group.next() == true else { throw CancellationError() }
            } catch let error as CancellationError {
                throw error
            } catch {
                // A step can fail because of a daemon's death before the death is noticed; the death is what to report.
                throw await Self.cause(processes) ?? error
            }
        }
    }

    private func followScript(_ processes: [DaemonProcess], since start: ContinuousClock.Instant) async throws {
        try self.transcript.say("Three daemons on this machine: own identities, own directories, no other network.\n")
        var cast: [DemoDaemon] = []
        for process in processes {
            let daemon = try await DemoDaemon(process, within: Self.startLimit)
            let what = "is agent \(daemon.shortAgentID)… on machine \(daemon.machineID.prefix(8))…"
            try self.transcript.record(
                DemoEntry(.start, daemon.name, what, latency: start.duration(to: ContinuousClock.now))
            )
            cast.append(daemon)
        }
        try await DemoScript(cast: cast, transcript: self.transcript).run()
        guard self.keepsDaemons else { return }
        try self.transcript.say("\nStill running; stop each with `stop` in place of `status`:")
        for daemon in cast { try self.transcript.say(daemon.instructions) }
    }

    /// The daemon that has ended or ends within ``causeLimit``.
    private static func cause(_ processes: [DaemonProcess]) async -> (any Error)? {
        let nobody = CommandError("all daemons run")
        return try? await withTimeLimit(Self.causeLimit, orThrow: nobody) { () async throws(CommandError) in
            await withTaskGroup(of: CommandError?.self) { group in
                for process in processes {
                    group.addTask { await process.child.waitForExit().map { Self.death(of: process, $0) } }
                }
                defer { group.cancelAll() }
                return await group.next() ?? nil
            }
        }
    }

    private static func death(of process: DaemonProcess, _ exit: ChildProcess.Exit) -> CommandError {
        var reason = "\(exit)"
        // A daemon that gave up by itself says why; one that was killed or told to stop does not.
        if case .code(let code) = exit, code != 0, let line = process.lastLogLine { reason += ": \(line)" }
        return CommandError("\(process.launch.name)'s daemon ended in the middle of the demo (\(reason))")
    }

    private static func makeDirectory() throws -> String {
        let parent = FileManager.default.temporaryDirectory.path
        let path = "\(parent)/x0x-demo-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw CommandError("cannot create \(path): \(error)")
        }
        return path
    }

    /// Ends the daemons, all at the same time, and removes the directory.
    ///
    /// Runs to its end even when the demo is cancelled.
    private static func cleanUp(_ processes: [DaemonProcess], _ directory: String) async {
        let cleaning = Task {  // not a child task, so that a cancelled demo still gives the daemons their time to end
            await withDiscardingTaskGroup { group in
                for process in processes { group.addTask { await process.stop() } }
            }
        }
        await cleaning.value
        // What cannot be removed stays in the directory for temporary files.
        try? FileManager.default.removeItem(atPath: directory)
    }
}
