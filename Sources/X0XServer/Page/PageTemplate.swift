// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite
internal import Identity
internal import NIOCore
internal import Primitives

/// The web page with the places where each answer differs: token, nonce and version.
///
/// The embedded file is cut at its markers once; an answer only joins the pieces.
struct PageTemplate: Sendable {
    private enum Piece: Sendable {
        case text(String)
        case token
        case nonce
        case version
    }

    /// The page at `/gui`.
    static let gui = PageTemplate(
        Self.text(PackageResources.page_html)
            .replacing("{{style}}", with: Self.text(PackageResources.page_css))
            .replacing(
                "{{script}}",
                with: Self.text(
                    PackageResources.page_js + PackageResources.people_js + PackageResources.lookup_js
                        + PackageResources.start_js
                )
            )
            .replacing("{{words}}", with: WordList.words.joined(separator: " "))
    )

    private let pieces: [Piece]

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Markers are `{{token}}`, `{{nonce}}` and `{{version}}`; other braces are text.
    init(_ source: String) {
        let markers: [(String, Piece)] = [("{{token}}", .token), ("{{nonce}}", .nonce), ("{{version}}", .version)]
        var pieces: [Piece] = []
        var rest = source[...]
        while let next = markers.compactMap({ marker in rest.firstRange(of: marker.0).map { ($0, marker.1) } })
            .min(by: { $0.0.lowerBound < $1.0.lowerBound })
        {
            pieces.append(.text(String(rest[..<next.0.lowerBound])))
            pieces.append(next.1)
            rest = rest[next.0.upperBound...]
        }
        self.pieces = pieces + [.text(String(rest))]
    }

    /// Joins the pieces; the token is written only if it is plain, because it lands inside a script.
    func html(token: String, nonce: String, version: String) -> ByteBuffer {
        let isHarmless = token.utf8.allSatisfy { Self.isAlphanumeric($0) }
        var buffer = ByteBuffer()
        for piece in self.pieces {
            switch piece {
            case .text(let text): buffer.writeString(text)
            case .token: buffer.writeString(isHarmless ? token : "")
            case .nonce: buffer.writeString(nonce)
            case .version: buffer.writeString(version.filter(Self.isVersionCharacter))
            }
        }
        return buffer
    }

    /// 128 random bits for one answer.
    static func makeNonce() -> String {
        var random = SystemSecureRandom()
        return Base64.encode(random.bytes(16))
    }

    /// Nothing but the page's own two inline blocks may run or style, and it talks to daemons of this machine only.
    static func policy(nonce: String) -> String {
        [
            "default-src 'none'", "script-src 'nonce-\(nonce)'", "style-src 'nonce-\(nonce)'",
            "img-src 'self' data: blob:", "font-src 'none'",
            "connect-src 'self' http://127.0.0.1:* http://localhost:* ws://127.0.0.1:* ws://localhost:*",
            "frame-src blob:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
            "require-trusted-types-for 'script'", "trusted-types x0x",
        ].joined(separator: "; ")
    }

    private static func isVersionCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || ".-+".contains(character))
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default:
            false
        }
    }
}
