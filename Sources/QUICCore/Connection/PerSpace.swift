// SPDX-License-Identifier: MIT OR Apache-2.0

/// One value per packet number space.
///
/// The accessors have to be inlined, and can be because there is one `yield` in each: the frame of an accessor that is
/// called is allocated, which was half of all allocations per packet (`x0x-bench quic allocations`).
struct PerSpace<Value> {
    private var values: InlineArray<3, Value>

    /// The same value three times.
    init(_ value: Value) { self.values = InlineArray(repeating: value) }

    subscript(space: PacketNumberSpace) -> Value {
        @inline(__always) _read { yield self.values[Int(space.rawValue)] }
        @inline(__always) _modify { yield &self.values[Int(space.rawValue)] }
    }
}

extension PerSpace: Sendable where Value: Sendable {}
