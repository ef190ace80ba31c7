// SPDX-License-Identifier: MIT OR Apache-2.0

/// The dictionary of the four-word names: 4096 words of this implementation, 12 bits each (spec README, ruling 3).
///
/// The list is `words.txt`, composed by the script beside it. The first four letters name a word, and no two words are one
/// edit apart, so a slip of the pen gives no other word but none.
package enum WordList {
    /// The words; the index is the value, 0…4095.
    package static let words: [String] = String(decoding: PackageResources.words_txt, as: UTF8.self)
        .split(separator: "\n").map(String.init)

    /// Number of words.
    package static let count = 4_096

    private static let indices: [String: UInt16] = Dictionary(
        uniqueKeysWithValues: zip(Self.words, UInt16(0)...)
    )

    /// The value of a word in any case, `nil` for another text.
    package static func index(of word: some StringProtocol) -> UInt16? { self.indices[word.lowercased()] }

    /// The words of the low 48 bits of `value`, the most significant first.
    static func words(of value: UInt64) -> [String] {
        [36, 24, 12, 0].map { self.words[Int(truncatingIfNeeded: value >> $0 & 0xFFF)] }
    }
}
