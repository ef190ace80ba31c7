// SPDX-License-Identifier: MIT OR Apache-2.0

/// A source of unpredictable bytes for secrets, nonces, connection ids and tokens.
///
/// A separate protocol from `RandomNumberGenerator`, so that a seeded generator cannot be passed by mistake.
public protocol SecureRandom: Sendable {
    /// Returns `byteCount` unpredictable bytes.
    mutating func bytes(_ byteCount: Int) -> [UInt8]
}

extension SecureRandom {
    /// An unpredictable 64-bit value.
    package mutating func nextUInt64() -> UInt64 {
        self.bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// An unpredictable value in `0..<bound`; the bias is below 2⁻³² for bounds under 2³².
    package mutating func next(below bound: UInt64) -> UInt64 {
        precondition(bound > 0, "an empty range has no element")
        return self.nextUInt64() % bound
    }
}

/// The operating system's generator.
public struct SystemSecureRandom: SecureRandom {
    private var generator = SystemRandomNumberGenerator()

    /// Creates the generator.
    public init() {}

    /// Returns `byteCount` unpredictable bytes.
    public mutating func bytes(_ byteCount: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        while bytes.count < byteCount {
            var word = self.generator.next()
            for _ in 0..<min(8, byteCount - bytes.count) {
                bytes.append(UInt8(truncatingIfNeeded: word))
                word >>= 8
            }
        }
        return bytes
    }
}

/// A small fast generator (SplitMix64) for choices and jitter; seeded, so that runs can be replayed.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Creates a generator whose whole sequence follows from `seed`.
    package init(seed: UInt64) { self.state = seed }

    package mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
