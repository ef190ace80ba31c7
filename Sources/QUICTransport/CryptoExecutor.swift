// SPDX-License-Identifier: MIT OR Apache-2.0

internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// The threads for slow cryptography: as many as the machine has cores, with a bounded queue.
///
/// Neither an event loop nor the cooperative pool ever computes an ML-DSA signature or a key exchange. Work beyond the
/// bound is refused and counted, so that a flood of handshakes costs at most the queue.
public final class CryptoExecutor: Sendable {
    private let pool: NIOThreadPool
    private let queuedCount = Atomic<Int>(0)
    private let refusedCount = Atomic<UInt64>(0)

    /// Work that waits or runs at once; more is refused.
    public let queuedCountMax: Int

    /// One thread per core.
    public static var defaultThreadCount: Int { System.coreCount }

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - threadCount: At least one; one per core by default.
    ///   - queuedCountMax: Enough for every half-open connection of an endpoint several times over.
    public init(threadCount: Int = CryptoExecutor.defaultThreadCount, queuedCountMax: Int = 8192) {
        self.queuedCountMax = queuedCountMax
        self.pool = NIOThreadPool(numberOfThreads: max(1, threadCount))
        self.pool.start()
    }

    /// Work refused since start.
    public var refusedTotal: UInt64 { self.refusedCount.load(ordering: .relaxed) }

    /// Runs `work` on one of the threads; `false` when the queue is full and `work` will never run.
    ///
    /// Accepted work that is still queued when the threads are stopped does not run.
    public func offload(_ work: @escaping @Sendable () -> Void) -> Bool {
        self.submit { isRunning in
            if isRunning { work() }
        }
    }

    /// Computes a value on one of the threads; `nil` when the queue is full or the threads have been stopped.
    public func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value? {
        await withCheckedContinuation { continuation in
            let isAccepted = self.submit { isRunning in continuation.resume(returning: isRunning ? body() : nil) }
            if !isAccepted { continuation.resume(returning: nil) }
        }
    }

    private func submit(_ work: @escaping @Sendable (_ isRunning: Bool) -> Void) -> Bool {
        guard self.queuedCount.add(1, ordering: .relaxed).newValue <= self.queuedCountMax else {
            self.queuedCount.subtract(1, ordering: .relaxed)
            self.refusedCount.add(1, ordering: .relaxed)
            return false
        }
        self.pool.submit { state in
            work(state == .active)
            self.queuedCount.subtract(1, ordering: .relaxed)
        }
        return true
    }

    /// Stops the threads; queued work is told that it will not run.
    public func shutDown() async {
        // The pool can only refuse because it has been stopped before, which is what the caller wants.
        try? await self.pool.shutdownGracefully()
    }
}
