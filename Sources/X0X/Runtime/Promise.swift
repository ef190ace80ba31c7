// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Synchronization

/// A value that arrives once; one task waits for it, and may give up waiting.
final class Promise<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Value?, Never>)
        case fulfilled(Value)
        /// The waiting task is gone; the value, if it still comes, is of no interest.
        case abandoned
    }

    private let state = Mutex(State.empty)

    /// The value arrives; a second one is ignored.
    func fulfil(_ value: Value) {
        let waiter: CheckedContinuation<Value?, Never>? = self.state.withLock { state in
            switch state {
            case .empty:
                state = .fulfilled(value)
                return nil
            case .waiting(let continuation):
                state = .fulfilled(value)
                return continuation
            case .fulfilled, .abandoned: return nil
            }
        }
        waiter?.resume(returning: value)
    }

    /// Waits for the value; `nil` when the task is cancelled first.
    func value() async -> Value? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Value?? = self.state.withLock { state in
                    switch state {
                    case .fulfilled(let value): return .some(value)
                    case .abandoned: return .some(nil)
                    case .waiting: preconditionFailure("a promise has one waiter")
                    case .empty:
                        // Under the lock: a cancellation from here on finds the registered waiter.
                        guard !Task.isCancelled else { return .some(nil) }
                        state = .waiting(continuation)
                        return .none
                    }
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter: CheckedContinuation<Value?, Never>? = self.state.withLock { state in
                guard case .waiting(let continuation) = state else { return nil }
                state = .abandoned
                return continuation
            }
            waiter?.resume(returning: nil)
        }
    }
}

/// Runs `body`, or gives up after `limit`; `body` must react to cancellation.
func withTimeLimit<Value: Sendable>(
    _ limit: Duration,
    _ body: @escaping @Sendable () async -> Value?
) async -> Value? {
    await withTaskGroup(of: Value?.self) { tasks in
        tasks.addTask { await body() }
        tasks.addTask {
            // Cancelled when `body` is first, which is the usual case.
            try? await Task.sleep(for: limit)
            return nil
        }
        defer { tasks.cancelAll() }
        return await tasks.next() ?? nil
    }
}
