// SPDX-License-Identifier: MIT OR Apache-2.0

/// What an event stream does when its connection ends.
public struct ReconnectPolicy: Sendable, Hashable {
    /// The first pause; each further one is twice as long.
    public var firstDelay: Duration
    /// The longest pause.
    public var delayMax: Duration
    /// How many attempts in a row may fail before the stream ends with the last error; 0 never reconnects.
    public var attemptCountMax: Int

    /// A policy of the given pauses.
    public init(firstDelay: Duration, delayMax: Duration, attemptCountMax: Int) {
        self.firstDelay = firstDelay
        self.delayMax = delayMax
        self.attemptCountMax = attemptCountMax
    }

    /// The stream ends with its connection: normally when the server closed it, with an error when it broke.
    public static let never = Self(firstDelay: .zero, delayMax: .zero, attemptCountMax: 0)

    /// Pauses of 0.5 s, 1 s, 2 s … 15 s, for ever (spec 15 §B3).
    ///
    /// A stream reports each new connection with ``StreamItem/reconnected(gap:)``, because what happened in between
    /// is lost.
    public static let backOff = Self(firstDelay: .milliseconds(500), delayMax: .seconds(15), attemptCountMax: .max)

    /// The pause before attempt `attempt` (0, 1, …): between half and all of the doubled first delay, so that the
    /// clients of a restarted daemon do not all return at once.
    package func delay(attempt: Int, using random: inout some RandomNumberGenerator) -> Duration {
        var delay = self.firstDelay
        for _ in 0..<max(0, attempt) where delay < self.delayMax { delay *= 2 }
        delay = min(delay, self.delayMax)
        return delay * Double.random(in: 0.5...1, using: &random)
    }
}

/// What an event stream yields.
public enum StreamItem<Event: Sendable>: Sendable {
    /// An event.
    case event(Event)
    /// The daemon dropped so many events because this client read too slowly.
    case lagged(missed: UInt64)
    /// The stream was interrupted so long and is connected again; events in between are lost.
    case reconnected(gap: Duration)
}

extension StreamItem: Equatable where Event: Equatable {}
