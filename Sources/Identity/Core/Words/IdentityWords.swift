// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// Four words for the first 48 bits of an id (spec 01 §15.2): for reading aloud and searching, never for authorisation.
///
/// Two ids with the same words can be made on purpose (about 2⁴⁸ keys) and appear by chance among 2²⁴: whoever shows words
/// shows the id with them, and whoever searches lists every match.
package struct IdentityWords: Hashable, Sendable, CustomStringConvertible {
    /// The first 48 bits of the id, in its low bits.
    package let prefix: UInt64

    /// The words of an id.
    package init(_ id: some Identifier32) { self.prefix = id.words.first >> 16 }

    /// Reads four words of the dictionary, in any case.
    package init(_ words: [some StringProtocol]) throws(WordsError) {
        guard words.count == 4 else { throw .wrongCount(words.count) }
        var prefix: UInt64 = 0
        for word in words {
            guard let index = WordList.index(of: word) else { throw .unknownWord(word.lowercased()) }
            prefix = prefix << 12 | UInt64(index)
        }
        self.prefix = prefix
    }

    /// The words, lower case, joined with one space.
    package var description: String { WordList.words(of: self.prefix).joined(separator: " ") }

    /// Whether an id begins with these 48 bits.
    package func matches(_ id: some Identifier32) -> Bool { id.words.first >> 16 == self.prefix }
}

/// The words of an agent, or of an agent and its user: `w w w w` or `w w w w @ w w w w`.
package struct IdentityName: Hashable, Sendable, CustomStringConvertible {
    /// The agent's words.
    package var agent: IdentityWords
    /// The user's words, if the name has them.
    package var user: IdentityWords?

    /// Joins the words of an agent with those of its user.
    package init(agent: AgentID, user: UserID?) {
        self.agent = IdentityWords(agent)
        self.user = user.map(IdentityWords.init)
    }

    /// Reads 4 tokens, or 9 with an `@` as the fifth.
    package init(tokens: [some StringProtocol]) throws(WordsError) {
        guard tokens.contains(where: { $0 == "@" }) else {
            self.agent = try IdentityWords(tokens)
            return
        }
        guard tokens.count == 9, tokens[4] == "@" else { throw .misplacedUser(tokens.count) }
        self.agent = try IdentityWords(Array(tokens[..<4]))
        self.user = try IdentityWords(Array(tokens[5...]))
    }

    package var description: String { self.user.map { "\(self.agent) @ \($0)" } ?? "\(self.agent)" }
}

/// Why words name nothing.
package enum WordsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not four words.
    case wrongCount(Int)
    /// An `@`, but not between four and four words.
    case misplacedUser(Int)
    /// Not in the dictionary.
    case unknownWord(String)

    package var description: String {
        switch self {
        case .wrongCount(let count): "exactly 4 words are needed (got \(count))"
        case .misplacedUser(let count): "4 words, @ and 4 words are needed (got \(count) tokens)"
        case .unknownWord(let word): "'\(word)' is not in the dictionary"
        }
    }
}
