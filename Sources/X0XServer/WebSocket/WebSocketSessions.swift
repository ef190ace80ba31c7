// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Synchronization
internal import X0XAPI

/// The open WebSocket sessions of one server: counts them, lists them, and refuses those over the limit.
final class WebSocketSessions: Sendable {
    private struct Session {
        let receivesDirect: Bool
        var topics: Set<String> = []
    }

    private struct State {
        /// Upgrades that were allowed and have no session yet, and sessions.
        var places = 0
        var sessions: [String: Session] = [:]
        var droppedFrames: UInt64 = 0
    }

    let limits: WebSocketLimits
    /// What waits for all slow readers together.
    let budget: QueueBudget
    /// Messages of topics.
    let encodings = RecentEncodings()
    private let state = Mutex(State())

    init(limits: WebSocketLimits) {
        self.limits = limits
        self.budget = QueueBudget(limits.queuedByteCountMaxOfAll)
    }

    /// Sessions now.
    var count: Int { self.state.withLock { $0.sessions.count } }

    /// Frames dropped for slow readers since the start, of ended sessions.
    var droppedFrameTotal: UInt64 { self.state.withLock { $0.droppedFrames } }

    /// Whether one more session fits.
    var hasPlace: Bool { self.state.withLock { $0.places < self.limits.sessionCountMax } }

    /// Takes a place; false when all are taken.
    func takePlace() -> Bool {
        self.state.withLock { state in
            guard state.places < self.limits.sessionCountMax else { return false }
            state.places += 1
            return true
        }
    }

    func givePlaceBack() {
        self.state.withLock { $0.places -= 1 }
    }

    func add(_ id: String, receivesDirect: Bool) {
        self.state.withLock { $0.sessions[id] = Session(receivesDirect: receivesDirect) }
    }

    func setTopics(_ topics: Set<String>, of id: String) {
        self.state.withLock { $0.sessions[id]?.topics = topics }
    }

    func remove(_ id: String, droppedFrames: UInt64) {
        self.state.withLock { state in
            state.sessions[id] = nil
            state.droppedFrames += droppedFrames
        }
    }

    /// What `GET /ws/sessions` shows.
    var list: WebSocketSessionsResponse {
        let sessions = self.state.withLock { $0.sessions }
        var shared: [String: UInt64] = [:]
        for session in sessions.values {
            for topic in session.topics { shared[topic, default: 0] += 1 }
        }
        return WebSocketSessionsResponse(
            sessions: sessions.sorted { $0.key < $1.key }.map { id, session in
                WebSocketSessionsResponse.Session(
                    sessionID: id,
                    subscribedTopics: session.topics.sorted(),
                    receivesDirect: session.receivesDirect
                )
            },
            sharedSubscriptions: shared
        )
    }
}
