// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite
internal import Primitives

/// Numbers nobody else can foresee, drawn from one secret of the connection: path challenges (RFC 9000 §8.2.1), when to
/// update keys (spec 02 §3.4), spin bits of those who do not take part (RFC 9000 §17.4).
struct UnpredictableNumbers: Sendable {
    private let key: SecretBytes
    private var drawCount: UInt64 = 0
    /// Where `nextBit` takes its bits from.
    private var noise: SplitMix64?

    /// - Parameter key: 32 secret bytes that nothing else uses.
    init(key: SecretBytes) { self.key = key }

    /// The next number.
    mutating func next() -> UInt64 {
        let counter = (0..<8).map { UInt8(truncatingIfNeeded: self.drawCount >> UInt64(8 * $0)) }
        self.drawCount += 1
        return HashAlgorithm.sha256.authenticationCode(of: counter, key: self.key).prefix(8)
            .reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The next number in a range that is small against 2^64.
    mutating func next(in range: ClosedRange<UInt64>) -> UInt64 {
        range.lowerBound + self.next() % (range.upperBound - range.lowerBound + 1)
    }

    /// The next bit of noise.
    ///
    /// One draw is the seed of all of them: who sees enough of them may foresee others, which is worth nothing, and a
    /// packet must not cost a hash.
    mutating func nextBit() -> Bool {
        var noise = self.noise ?? SplitMix64(seed: self.next())
        defer { self.noise = noise }
        return noise.next() & 1 == 1
    }
}
