// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite

/// One request of the little protocol the tests speak with the scripts in `Tests/InteropTests/Python`.
///
/// A client opens a bidirectional stream, sends `VERB ARGUMENT…\n` and perhaps a body, and ends it; the server answers
/// on the same stream and ends it.
///
/// | Request | Answer |
/// |---|---|
/// | `echo`, body | the body |
/// | `sink`, body | its length and SHA-256, `LENGTH HEX` |
/// | `source LENGTH` | that many bytes of `InteropPattern` |
/// | `close CODE REASON` | none: the server closes the connection |
package enum InteropRequest: Equatable, Sendable {
    case echo([UInt8])
    case sink([UInt8])
    case source(byteCount: Int)
    case close(code: UInt64, reason: String)

    /// Bytes of a request or answer at most; more is refused by whoever collects it.
    package static let byteCountMax = 32 * 1_024 * 1_024

    /// The name of the protocol (ALPN).
    package static let protocolName = "x0x-interop"

    /// Parses a whole stream.
    package init?(_ bytes: [UInt8]) {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")),
            let line = String(validating: bytes[..<end], as: UTF8.self)
        else { return nil }
        let body = Array(bytes[(end + 1)...])
        let words = line.split(separator: " ", maxSplits: 2)
        switch words.first {
        case "echo": self = .echo(body)
        case "sink": self = .sink(body)
        case "source":
            guard words.count == 2, let count = Int(words[1]), 0...Self.byteCountMax ~= count else { return nil }
            self = .source(byteCount: count)
        case "close":
            guard words.count == 3, let code = UInt64(words[1]) else { return nil }
            self = .close(code: code, reason: String(words[2]))
        default: return nil
        }
    }

    /// The request as a client sends it.
    package var encoded: [UInt8] {
        switch self {
        case .echo(let body): Array("echo\n".utf8) + body
        case .sink(let body): Array("sink\n".utf8) + body
        case .source(let byteCount): Array("source \(byteCount)\n".utf8)
        case .close(let code, let reason): Array("close \(code) \(reason)\n".utf8)
        }
    }

    /// What a right server answers; `nil` for `close`.
    package var answer: [UInt8]? {
        switch self {
        case .echo(let body): body
        case .sink(let body): Array("\(body.count) \(HashAlgorithm.sha256.hash(body).hexadecimal)".utf8)
        case .source(let byteCount): InteropPattern.bytes(byteCount)
        case .close: nil
        }
    }
}

/// Bytes both sides can make: a block of prime length, repeated, so that a shifted or repeated piece never fits.
package enum InteropPattern {
    /// Length of the block.
    package static let blockByteCount = 65_521

    private static let block: [UInt8] = (0..<blockByteCount).map { index in
        UInt8(truncatingIfNeeded: (index &* index &* 31) &+ (index >> 4))
    }

    /// The first `byteCount` bytes.
    package static func bytes(_ byteCount: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        while bytes.count < byteCount {
            bytes += self.block.prefix(byteCount - bytes.count)
        }
        return bytes
    }
}

extension [UInt8] {
    /// Lower-case hexadecimal digits.
    fileprivate var hexadecimal: String {
        self.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
