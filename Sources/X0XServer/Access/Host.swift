// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// The host of a `Host` header or of an origin, without its port.
struct Host: Hashable, Sendable {
    /// Lower case; IPv6 addresses without brackets.
    let name: String

    /// Parses `name`, `name:port`, `1.2.3.4`, `1.2.3.4:port`, `[::1]` or `[::1]:port`; anything else is nil.
    init?(authority: some StringProtocol) {
        let text = authority.lowercased()
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let address = text[text.index(after: text.startIndex)..<end]
            guard Self.isIPLiteral(address), address.contains(":") else { return nil }
            guard Self.isPortSuffix(text[text.index(after: end)...]) else { return nil }
            self.name = String(address)
        } else {
            let name = text.prefix { $0 != ":" }
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isNameByte) else { return nil }
            guard Self.isPortSuffix(text[name.endIndex...]) else { return nil }
            self.name = String(name)
        }
    }

    /// Whether this is an IPv4 or IPv6 address: such a host cannot be rebound by a foreign name server.
    var isIPLiteral: Bool { Self.isIPLiteral(self.name[...]) }

    /// Whether a browser on this machine would call it its own: `127.0.0.1`, `::1` or `localhost`.
    var isLocal: Bool { self.name == "127.0.0.1" || self.name == "::1" || self.name == "localhost" }

    private static func isIPLiteral(_ text: Substring) -> Bool {
        NetworkAddress(host: String(text), port: 1) != nil
    }

    private static func isPortSuffix(_ text: Substring) -> Bool {
        guard !text.isEmpty else { return true }
        let digits = text.dropFirst()
        return text.first == ":" && digits.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt16(digits) != nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }
}
