// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite

/// The API token of this daemon; compared by digest, so that neither length nor content leaks through timing (spec 11 §3.1).
struct BearerToken: Sendable {
    /// The text itself, needed by nothing but the page served to the owner of this machine.
    let text: String
    private let digest: [UInt8]

    init(_ text: String) {
        self.text = text
        self.digest = HashAlgorithm.sha256.hash(Array(text.utf8))
    }

    /// Whether `candidate` is the token.
    func matches(_ candidate: some StringProtocol) -> Bool {
        constantTimeEquals(HashAlgorithm.sha256.hash(Array(candidate.utf8)), self.digest)
    }

    /// Whether the value of an `Authorization` header carries the token: any case of `Bearer`, one space, the token.
    func matches(authorization value: String?) -> Bool {
        guard let value else { return false }
        let scheme = value.prefix(7)
        return scheme.lowercased() == "bearer " && self.matches(value.dropFirst(7))
    }
}
