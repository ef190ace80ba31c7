// SPDX-License-Identifier: MIT OR Apache-2.0

internal import NIOCore
internal import Primitives
internal import Synchronization

/// Calls back at the deadline a core asks for; one pending call, no polling.
///
/// Asking for a later deadline than the pending one changes nothing: the early call finds that nothing is due and asks
/// again. So a core that keeps postponing its deadline costs no rescheduling.
final class DeadlineTimer: Sendable {
    private struct State {
        var armed: Instant?
        var pending: Scheduled<Void>?
        var isStopped = false
    }

    private let state = Mutex(State())
    private let eventLoop: any EventLoop
    private let onDeadline: @Sendable () -> Void

    /// Creates an idle timer; `onDeadline` runs on the event loop and must not block.
    init(eventLoop: any EventLoop, onDeadline: @escaping @Sendable () -> Void) {
        self.eventLoop = eventLoop
        self.onDeadline = onDeadline
    }

    /// Wants a call at `deadline`, at the earliest a millisecond from `now`, so that a past deadline cannot spin.
    func arm(_ deadline: Instant?, now: Instant) {
        guard let deadline else { return }
        self.state.withLock { state in
            guard !state.isStopped, deadline < state.armed ?? .distantFuture else { return }
            state.pending?.cancel()
            state.armed = deadline
            let delay = max(deadline - now, .milliseconds(1))
            state.pending = self.eventLoop.scheduleTask(in: .nanoseconds(delay.count)) { self.fire(deadline) }
        }
    }

    private func fire(_ deadline: Instant) {
        let isCurrent = self.state.withLock { state in
            guard state.armed == deadline, !state.isStopped else { return false }
            state.armed = nil
            state.pending = nil
            return true
        }
        if isCurrent { self.onDeadline() }
    }

    /// Cancels the pending call and refuses new ones.
    func stop() {
        self.state.withLock { state in
            state.isStopped = true
            state.pending?.cancel()
            state.pending = nil
        }
    }
}
