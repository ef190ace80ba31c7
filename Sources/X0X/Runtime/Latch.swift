// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Synchronization

/// Something that happens once; everybody who waits learns it, also those who come later.
final class Latch: Sendable {
    private struct State {
        var isOpen = false
        var lastID: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]  // one per waiting task
    }

    private let state = Mutex(State())

    /// Whether it has happened.
    var isOpen: Bool { self.state.withLock { $0.isOpen } }

    /// It happens; repeating it changes nothing.
    func open() {
        let waiting = self.state.withLock { state in
            state.isOpen = true
            defer { state.waiting.removeAll() }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits until it happens or the task is cancelled.
    func wait() async {
        let id = self.state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = self.state.withLock { state in
                    // Under the lock: a cancellation from here on finds the registered waiter.
                    guard !state.isOpen, !Task.isCancelled else { return false }
                    state.waiting[id] = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            self.state.withLock { $0.waiting.removeValue(forKey: id) }?.resume()
        }
    }
}
