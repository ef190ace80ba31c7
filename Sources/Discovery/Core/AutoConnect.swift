// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// Decides which announced machines the node dials on its own (spec 01 F16, spec 03 §15.4, spec 04 F-11).
///
/// The original dials every announced agent once and never again, which makes a full mesh of a small network and an
/// arbitrary graph of a large one. Here a node dials while it has fewer peers than it can use, a few at a time, and a
/// machine again no sooner than a minute later. Everything is bounded: what finds no room is dialled after its next
/// announcement.
package struct AutoConnect: Sendable {
    /// Counters since creation.
    package struct Statistics: Hashable, Sendable {
        /// Dials begun.
        package var attemptCount: UInt64 = 0
        /// Dials that reached the machine.
        package var successCount: UInt64 = 0
        /// Machines that were not dialled because the node had peers, or dials, enough.
        package var skippedCount: UInt64 = 0
    }

    /// Dials at once.
    package static let parallelCountMax = 8
    /// Machines remembered as dialled; the oldest make room and may be dialled early.
    package static let rememberedCountMax = 4_096
    /// How long a machine is left alone after a dial.
    package static let coolDown = Nanoseconds.seconds(60)

    private let peerCountMax: Int
    private var dialled = ExpiringCache<MachineID, Void>(capacity: rememberedCountMax, lifetime: coolDown)
    private var running: Set<MachineID> = []  // ≤ parallelCountMax
    /// What happened so far.
    package private(set) var statistics = Statistics()

    /// Dials nobody yet; `peerCountMax` is the number of connected peers from which on nobody is dialled, 0 for never.
    package init(peerCountMax: Int) { self.peerCountMax = peerCountMax }

    /// Whether to dial a machine that was announced with addresses; who gets a yes calls ``finished(_:isConnected:)``.
    package mutating func begin(_ machine: MachineID, connected: Set<MachineID>, now: Instant) -> Bool {
        guard self.peerCountMax > 0, !connected.contains(machine), !self.dialled.contains(machine, now: now) else {
            return false
        }
        // Those on their way count as peers.
        guard self.running.count < Self.parallelCountMax, connected.count + self.running.count < self.peerCountMax
        else {
            self.statistics.skippedCount += 1
            return false
        }
        self.running.insert(machine)
        self.dialled.insert((), for: machine, now: now)
        self.statistics.attemptCount += 1
        return true
    }

    /// A dial ended.
    package mutating func finished(_ machine: MachineID, isConnected: Bool) {
        guard self.running.remove(machine) != nil else { return }
        if isConnected { self.statistics.successCount += 1 }
    }
}
