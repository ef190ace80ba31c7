// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite

/// The packet numbers handed out in one space.
///
/// 1-RTT numbers are skipped on purpose at places the peer cannot guess, so that acknowledging packets it has not
/// received betrays it (RFC 9000 §21.4): one number in 0…63, then one in each next power-of-two interval (spec 02 §3.3).
struct PacketNumberSequence: Sendable {
    /// The number after the last one handed out or skipped.
    private(set) var next: UInt64 = 0
    /// The skipped numbers: one per power of two, so never more than 56.
    private var skipped: [UInt64] = []
    private var nextSkip: UInt64
    private let skipKey: SecretBytes?

    /// - Parameter skipKey: Decides unpredictably which numbers are skipped; `nil` skips none.
    init(skipKey: SecretBytes?) {
        self.skipKey = skipKey
        self.nextSkip = .max
        self.chooseSkip(interval: 0)
    }

    /// The next number to send with.
    mutating func take() -> UInt64 {
        if self.next == self.nextSkip {
            self.skipped.append(self.next)
            self.next += 1
            self.chooseSkip(interval: self.skipped.count)
        }
        let number = self.next
        self.next += 1
        return number
    }

    /// Whether every number of the range was really sent.
    func wereSent(_ range: ClosedRange<UInt64>) -> Bool {
        range.upperBound < self.next && !self.skipped.contains { range.contains($0) }
    }

    /// Picks one number of 0…63 (interval 0) or of 2^(5+n)…2^(6+n)−1.
    private mutating func chooseSkip(interval: Int) {
        guard let skipKey, interval <= 56 else {
            self.nextSkip = .max
            return
        }
        let start: UInt64 = interval == 0 ? 0 : 1 << UInt64(5 + interval)
        let width: UInt64 = interval == 0 ? 64 : start
        let digest = HashAlgorithm.sha256.authenticationCode(of: [UInt8(interval)], key: skipKey)
        let draw = digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        self.nextSkip = start + draw % width
    }
}
