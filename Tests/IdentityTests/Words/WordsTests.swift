// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import Identity
import Primitives
import Testing

/// Identity and location words (spec 01 §15): the vectors as indices, because the dictionary is our own.
@Suite struct WordsTests {
    private static func words(_ indices: [Int]) -> String { indices.map { WordList.words[$0] }.joined(separator: " ") }

    private static func agent(_ prefix: String) throws -> AgentID {
        let bytes = try [UInt8](hex: prefix) + [UInt8](repeating: 0xEE, count: 32 - prefix.count / 2)
        return try #require(AgentID(bytes: bytes))
    }

    @Test(arguments: [
        ("000000000000", [0, 0, 0, 0]), ("001002003004", [1, 2, 3, 4]), ("0123456789ab", [0x012, 0x345, 0x678, 0x9AB]),
        ("deadbeef0001", [0xDEA, 0xDBE, 0xEF0, 0x001]), ("654980fe02a7", [0x654, 0x980, 0xFE0, 0x2A7]),
        ("ffffffffffff", [4_095, 4_095, 4_095, 4_095]),
    ])
    func spec01_check42_identityWordsOfTheVectors(prefix: String, indices: [Int]) throws {
        let id = try Self.agent(prefix)
        let words = IdentityWords(id)
        #expect(words.description == Self.words(indices))
        let read = try IdentityWords(words.description.uppercased().split(separator: " "))
        #expect(read == words && read.matches(id))
        #expect(read.prefix == UInt64(prefix, radix: 16))
    }

    @Test func spec01_check42_decodingGivesTheFirstSixBytes() throws {
        var random = SplitMix64(seed: 42)
        for _ in 0..<2_000 {
            let id = AgentID(words: Words32(random.next(), random.next(), random.next(), random.next()))
            let read = try IdentityWords("\(IdentityWords(id))".split(separator: " "))
            #expect(read.prefix == id.words.first >> 16)
            let other = AgentID(words: Words32(id.words.first ^ 0x1_0000, 0, 0, 0))
            #expect(!read.matches(other))
        }
    }

    @Test(arguments: [0, 1, 3, 5, 8])
    func spec01_check42_otherCountsAreRefused(count: Int) {
        let words = Array(repeating: WordList.words[7], count: count)
        #expect(throws: WordsError.wrongCount(count)) { try IdentityWords(words) }
        #expect(throws: WordsError.wrongCount(count)) { try LocationWords(words) }
    }

    @Test func anUnknownWordIsNamed() {
        let words = [WordList.words[0], WordList.words[1], "Sesame", WordList.words[3]]
        #expect(throws: WordsError.unknownWord("sesame")) { try IdentityWords(words) }
        #expect(throws: WordsError.unknownWord("sesame")) { try LocationWords(words) }
    }

    @Test func aNameIsFourWordsOrFourAndFour() throws {
        let agent = try Self.agent("deadbeef0001")
        let name = IdentityName(agent: agent, user: id(9, UserID.self))
        let tokens = name.description.split(separator: " ")
        #expect(tokens.count == 9 && tokens[4] == "@")
        #expect(try IdentityName(tokens: tokens) == name)
        #expect(try IdentityName(tokens: Array(tokens[..<4])) == IdentityName(agent: agent, user: nil))
        #expect(throws: WordsError.misplacedUser(5)) { try IdentityName(tokens: Array(tokens[..<5])) }
        #expect(throws: WordsError.misplacedUser(9)) {
            try IdentityName(tokens: Array(tokens.reversed())[1...] + ["@"])
        }
        #expect(throws: WordsError.wrongCount(3)) { try IdentityName(tokens: Array(tokens[..<3])) }
    }

    /// The least significant 12 bits come first: 203.0.113.77:443 is 0xCB00714D01BB.
    @Test(arguments: [
        ("0.0.0.0:0", [0, 0, 0, 0]), ("203.0.113.77:443", [0x1BB, 0x4D0, 0x071, 0xCB0]),
        ("192.0.2.1:5483", [0x56B, 0x011, 0x002, 0xC00]), ("8.8.8.8:65535", [0xFFF, 0x08F, 0x808, 0x080]),
    ])
    func spec01_check42_locationWordsOfTheVectors(text: String, indices: [Int]) throws {
        let address = try Fixtures.address(text)
        let words = try #require(LocationWords(address))
        #expect(words.description == Self.words(indices))
        #expect(try LocationWords(words.description.split(separator: " ")).address == address)
    }

    @Test func anIPv6AddressHasNoWords() throws {
        #expect(LocationWords(try Fixtures.address("[2001:db8::1]:5483")) == nil)
    }
}
