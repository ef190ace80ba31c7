// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation

/// The seed of the property tests: `$TEST_SEED` replays a run, otherwise every run draws a new one.
///
/// A failing expectation must show it: `#expect(…, "\(TestSeed.note)")`.
package enum TestSeed {
    /// The seed of this process.
    package static let value: UInt64 =
        ProcessInfo.processInfo.environment["TEST_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: .min ... .max)

    /// How to replay this run, for the comment of an expectation.
    package static var note: String { "replay with TEST_SEED=\(self.value)" }

    /// A seed for one test, so that tests do not share a sequence and their order does not matter.
    ///
    /// - Parameter name: Constant and different for each test.
    /// - Returns: The run's seed mixed with the name (FNV-1a).
    package static func seed(for name: StaticString) -> UInt64 {
        var mixed = self.value ^ 0xCBF2_9CE4_8422_2325
        for byte in "\(name)".utf8 { mixed = (mixed ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return mixed
    }
}

/// A small seeded generator (SplitMix64) for test inputs.
package struct TestRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator for one test: see ``TestSeed``.
    package init(_ name: StaticString) { self.state = TestSeed.seed(for: name) }

    package mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Between 0 and `byteCountMax` random bytes.
    package mutating func bytes(upTo byteCountMax: Int) -> [UInt8] {
        self.bytes(Int.random(in: 0...byteCountMax, using: &self))
    }

    /// Exactly `byteCount` random bytes.
    package mutating func bytes(_ byteCount: Int) -> [UInt8] {
        (0..<byteCount).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }

    /// A random 64-bit value with a random number of leading zero bits, so that small values and limits are common.
    package mutating func integer() -> UInt64 {
        self.next() >> UInt64.random(in: 0...63, using: &self)
    }
}
