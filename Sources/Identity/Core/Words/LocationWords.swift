// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// Four words for an IPv4 address with port (spec 01 §15.3): 48 bits, the *least* significant 12 first.
///
/// IPv6 addresses have no words here: the original's lose the port of most of them (spec 01 F24).
package struct LocationWords: Hashable, Sendable, CustomStringConvertible {
    /// The address.
    package let address: NetworkAddress
    private let value: UInt64

    /// The words of an address; `nil` for IPv6.
    package init?(_ address: NetworkAddress) {
        guard address.family == .ipv4 else { return nil }
        self.address = address
        self.value = (address.low & 0xFFFF_FFFF) << 16 | UInt64(address.port)
    }

    /// Reads four words of the dictionary, in any case; any four words are some address.
    package init(_ words: [some StringProtocol]) throws(WordsError) {
        guard words.count == 4 else { throw .wrongCount(words.count) }
        var value: UInt64 = 0
        for word in words.reversed() {
            guard let index = WordList.index(of: word) else { throw .unknownWord(word.lowercased()) }
            value = value << 12 | UInt64(index)
        }
        self.value = value
        self.address = NetworkAddress(
            ipv4: UInt32(truncatingIfNeeded: value >> 16),
            port: UInt16(truncatingIfNeeded: value)
        )
    }

    /// The words, lower case, joined with one space.
    package var description: String { WordList.words(of: self.value).reversed().joined(separator: " ") }
}
