// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import TestVectors

/// Changes an encoding in ways that an attacker, a broken link or a careless relay would; never gives the original back.
struct AnnouncementMutator {
    private let original: [UInt8]
    /// Another valid encoding of the same kind, to splice from.
    private let donor: [UInt8]
    private var random: TestRandom

    init(_ original: [UInt8], donor: [UInt8], name: StaticString) {
        self.original = original
        self.donor = donor
        self.random = TestRandom(name)
    }

    /// The next changed encoding.
    mutating func next() -> [UInt8] {
        while true {
            let changed = self.change()
            if changed != self.original { return changed }
        }
    }

    private mutating func change() -> [UInt8] {
        var bytes = self.original
        let index = Int.random(in: 0..<bytes.count, using: &self.random)
        let length = Int.random(in: 1...64, using: &self.random)
        let end = min(index + length, bytes.count)
        switch Int.random(in: 0..<8, using: &self.random) {
        case 0, 1: bytes[index] ^= UInt8(1) << UInt8.random(in: 0..<8, using: &self.random)
        case 2: for place in index..<end { bytes[place] = UInt8.random(in: .min ... .max, using: &self.random) }
        case 3: bytes.removeSubrange(index..<end)
        case 4: bytes.insert(contentsOf: self.random.bytes(length), at: index)
        case 5: bytes.removeLast(bytes.count - index)
        case 6: bytes += self.random.bytes(length)
        default:
            // The same place of another encoding, as when two statements are cut together.
            let donorEnd = min(end, self.donor.count)
            if index < donorEnd { bytes.replaceSubrange(index..<donorEnd, with: self.donor[index..<donorEnd]) }
        }
        return bytes
    }
}

/// What became of many mutations of one valid encoding.
struct AnnouncementMutationTally {
    /// Refused while decoding: structure, lengths, limits, trailing bytes.
    var undecodable = 0
    /// Refused by a real signature check, or by one of the checks in front of it.
    var refusedByVerification = 0
    /// Decoded to other signed bytes, another key or another signature; the signature itself was not tried.
    var changedWhatIsSigned = 0
    /// Would be accepted: must stay 0.
    var accepted = 0
}
