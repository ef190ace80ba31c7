// SPDX-License-Identifier: MIT OR Apache-2.0

import Dispatch

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Turns SIGINT, SIGTERM and SIGHUP into elements of a stream.
enum StopRequests {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]

    static func stream() -> AsyncStream<CInt> {
        // One pending request says it all; further ones are dropped.
        AsyncStream(bufferingPolicy: .bufferingOldest(1)) { continuation in
            let sources = Self.signals.map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { continuation.yield(number) }
                source.activate()
                return SignalSource(source)
            }
            continuation.onTermination = { _ in
                for source in sources { source.cancel() }
                // Nobody waits for requests any more: from here on a second Ctrl+C ends the process as usual.
                for number in Self.signals { signal(number, SIG_DFL) }
            }
        }
    }

    /// A signal source, to be cancelled from any thread.
    ///
    /// `@unchecked Sendable`: the source is not touched after `activate()` except by `cancel()`, which Dispatch allows
    /// from any thread.
    private struct SignalSource: @unchecked Sendable {
        private let source: any DispatchSourceSignal

        init(_ source: any DispatchSourceSignal) {
            self.source = source
        }

        func cancel() {
            self.source.cancel()
        }
    }
}

/// Runs `operation` until it ends or the user asks to stop.
///
/// - Returns: Whether the operation came to its own end; false means the user stopped it.
/// - Throws: What `operation` throws.
func runUntilStopped(_ operation: @escaping @Sendable () async throws -> Void) async throws -> Bool {
    let requests = Surroundings.current.stopRequests()
    return try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
            try await operation()
            return true
        }
        group.addTask {
            for await _ in requests { return false }
            // The stream ends without a request only when this task is cancelled.
            return true
        }
        defer { group.cancelAll() }
        return try await group.next() ?? true
    }
}
