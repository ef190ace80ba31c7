// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// Exponential decay without a math library.
enum HalfLife {
    /// The share that is left after `elapsed`: 2^(−elapsed/halfLife), 1 for negative spans.
    static func remainder(after elapsed: Nanoseconds, halfLife: Nanoseconds) -> Double {
        guard elapsed > .zero else { return 1 }
        let halvings = elapsed.count / halfLife.count
        guard halvings < 64 else { return 0 }
        // e^(−x) for x in [0, ln 2): eight Taylor terms are exact to 1e-7.
        let x = 0.693_147_180_559_945_3 * Double(elapsed.count % halfLife.count) / Double(halfLife.count)
        var term = 1.0
        var sum = 1.0
        for n in 1...8 {
            term *= -x / Double(n)
            sum += term
        }
        return sum / Double(UInt64(1) << UInt64(halvings))
    }
}
