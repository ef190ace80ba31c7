// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Identity
import Testing

/// The dictionary keeps what its composing script promises (spec README, ruling 3).
@Suite struct WordListTests {
    @Test func spec01_check42_theDictionaryHasItsChecksum() {
        let text = WordList.words.map { $0 + "\n" }.joined()
        #expect(
            sha256(Array(text.utf8)) == "97f9ced8cc0240008b3b7f7707e20dbc107b2239dc88b5db7a2757652181e097"
        )
        #expect(WordList.words[0] == "babed" && WordList.words[4_095] == "zuzog")
    }

    @Test func wordsAreSortedShortAndLowerCase() {
        #expect(WordList.words.count == WordList.count && WordList.count == 1 << 12)
        #expect(WordList.words == WordList.words.sorted())
        for word in WordList.words {
            #expect((3...7).contains(word.utf8.count), "\(word)")
            #expect(word.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }, "\(word)")
        }
    }

    @Test func fourLettersNameAWord() {
        #expect(Set(WordList.words.map { $0.prefix(4) }).count == WordList.count)
    }

    /// Two words are one edit apart if they differ in one letter, or if one is the other without a letter.
    @Test func noTwoWordsAreOneEditApart() {
        var patterns: Set<String> = []
        let all = Set(WordList.words)
        for word in WordList.words {
            for index in word.indices {
                var shorter = word
                shorter.remove(at: index)
                #expect(!all.contains(shorter), "\(word) and \(shorter)")
                let pattern = word.replacingCharacters(at: index)
                #expect(patterns.insert(pattern).inserted, "\(pattern) is two words")
            }
        }
    }

    @Test func lookingUpIgnoresCase() {
        for index in [0, 1, 1_000, 4_095] {
            #expect(WordList.index(of: WordList.words[index].uppercased()) == UInt16(index))
        }
        #expect(WordList.index(of: "") == nil && WordList.index(of: "xylophone") == nil)
    }
}

extension String {
    fileprivate func replacingCharacters(at index: Index) -> String {
        self[..<index] + "?" + self[self.index(after: index)...]
    }
}
