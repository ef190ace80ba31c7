// SPDX-License-Identifier: MIT OR Apache-2.0

import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A process started by this one, in a session of its own, with its output in a file.
///
/// In a session of its own a Ctrl+C in the terminal reaches only the parent, which then decides; and the child may
/// outlive the parent. One thread waits for the end of the process, so the end is noticed at once and the process id is
/// never signalled after the kernel may have given it to somebody else.
package final class ChildProcess: Sendable {
    /// How a process ended.
    package enum Exit: Sendable, Hashable, CustomStringConvertible {
        case code(CInt)
        case signal(CInt)

        package var description: String {
            switch self {
            case .code(let code): "exit code \(code)"
            case .signal(let number): "signal \(number)"
            }
        }
    }

    private enum State {
        case running(waiters: [UInt64: CheckedContinuation<Exit?, Never>], nextWaiter: UInt64)
        case ended(Exit)
    }

    package let processIdentifier: Int32
    private let state = Mutex(State.running(waiters: [:], nextWaiter: 0))

    private init(processIdentifier: Int32) {
        self.processIdentifier = processIdentifier
    }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - executable: its path.
    ///   - arguments: the arguments after the program name.
    ///   - environment: all environment variables it gets.
    ///   - outputPath: the file both output streams are appended to, created with mode 0600; nil discards them.
    /// - Returns: The running process.
    /// - Throws: ``X0XClientError`` with code `daemonStartFailed` and the reason of the system.
    package static func start(
        executable: String,
        arguments: [String],
        environment: [String: String],
        outputPath: String?
    ) throws(X0XClientError) -> ChildProcess {
        let variables = environment.map { "\($0.key)=\($0.value)" }
        let result = SpawnCall(outputPath: outputPath).spawn(executable, [executable] + arguments, variables)
        switch result {
        case .failure(let error):
            let reason = unsafe String(cString: strerror(error.number))
            throw X0XClientError(.daemonStartFailed, "cannot start \(executable)", detail: reason)
        case .success(let identifier):
            let child = ChildProcess(processIdentifier: identifier)
            let queue = DispatchQueue(label: "x0x.child.\(identifier)")
            queue.async { child.waitAndReap() }
            return child
        }
    }

    /// How the process ended; nil while it runs.
    package var exit: Exit? {
        self.state.withLock { state in
            guard case .ended(let exit) = state else { return nil }
            return exit
        }
    }

    /// Sends a signal if the process still runs.
    package func send(signal: CInt) {
        self.state.withLock { state in
            // Not reaped yet: the id still belongs to our child, dead or alive.
            guard case .running = state else { return }
            _ = kill(self.processIdentifier, signal)
        }
    }

    /// Waits for the end of the process; nil if the waiting task was cancelled first.
    package func waitForExit() async -> Exit? {
        let waiter = self.state.withLock { state -> UInt64 in
            guard case .running(let waiters, let next) = state else { return 0 }
            state = .running(waiters: waiters, nextWaiter: next + 1)
            return next
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known: Exit?? = self.state.withLock { state in
                    switch state {
                    case .ended(let exit):
                        return .some(exit)
                    case .running(var waiters, let next):
                        if Task.isCancelled { return .some(nil) }
                        waiters[waiter] = continuation
                        state = .running(waiters: waiters, nextWaiter: next)
                        return nil
                    }
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            self.abandon(waiter)
        }
    }

    /// Asks the process to end (SIGTERM), kills it (SIGKILL) if it has not after `grace`, and returns when it is gone.
    @discardableResult
    package func stop(grace: Duration) async -> Exit? {
        self.send(signal: SIGTERM)
        let tooLate = X0XClientError(.timeout, "still running")
        // Too late is no error here: the next signal cannot be ignored.
        let exit = try? await withTimeLimit(grace, orThrow: tooLate) { () async throws(X0XClientError) in
            await self.waitForExit()
        }
        if let exit { return exit }
        self.send(signal: SIGKILL)
        return await self.waitForExit()
    }

    private func abandon(_ waiter: UInt64) {
        let continuation = self.state.withLock { state -> CheckedContinuation<Exit?, Never>? in
            guard case .running(var waiters, let next) = state else { return nil }
            let continuation = waiters.removeValue(forKey: waiter)
            state = .running(waiters: waiters, nextWaiter: next)
            return continuation
        }
        continuation?.resume(returning: nil)
    }

    private func waitAndReap() {
        // First without reaping: until `state` says `ended`, a signal must find our child behind the id.
        var information = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(self.processIdentifier), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {
        }
        let waiters = self.state.withLock { state -> [CheckedContinuation<Exit?, Never>] in
            guard case .running(let waiters, _) = state else { return [] }
            var status: CInt = 0
            while unsafe waitpid(self.processIdentifier, &status, 0) < 0, errno == EINTR {}
            let exit: Exit = status & 0x7F == 0 ? .code(status >> 8 & 0xFF) : .signal(status & 0x7F)
            state = .ended(exit)
            return Array(waiters.values)
        }
        guard let exit = self.exit else { return }
        for waiter in waiters { waiter.resume(returning: exit) }
    }
}
