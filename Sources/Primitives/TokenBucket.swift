// SPDX-License-Identifier: MIT OR Apache-2.0

/// A rate limit: `burst` tokens at most, refilled at `tokensPerSecond`.
package struct TokenBucket: Sendable {
    private var tokens: Double
    private var refilledAt: Instant

    /// Tokens added per second.
    package let tokensPerSecond: Double
    /// Largest number of saved tokens.
    package let burst: Double

    /// Creates a full bucket.
    package init(tokensPerSecond: Double, burst: Double, now: Instant) {
        self.tokensPerSecond = tokensPerSecond
        self.burst = burst
        self.tokens = burst
        self.refilledAt = now
    }

    /// Takes `count` tokens if they are there.
    package mutating func take(_ count: Double = 1, now: Instant) -> Bool {
        if now > self.refilledAt {
            self.tokens = min(self.burst, self.tokens + (now - self.refilledAt).seconds * self.tokensPerSecond)
            self.refilledAt = now
        }
        guard self.tokens >= count else { return false }
        self.tokens -= count
        return true
    }
}
