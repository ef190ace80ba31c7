// SPDX-License-Identifier: MIT OR Apache-2.0

extension NetworkAddress {
    /// Parses `1.2.3.4:5483` or `[2001:db8::1]:5483`; host names and scope ids are refused.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let portText = text[text.index(after: colon)...]
        guard !portText.isEmpty, portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(portText)
        else { return nil }
        let host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            self.init(ipv6Text: host.dropFirst().dropLast(), port: port)
        } else {
            self.init(ipv4Text: host, port: port)
        }
    }

    /// Parses an address without brackets or port.
    public init?(host: String, port: UInt16) {
        if host.contains(":") {
            self.init(ipv6Text: host[...], port: port)
        } else {
            self.init(ipv4Text: host[...], port: port)
        }
    }

    private init?(ipv4Text text: Substring, port: UInt16) {
        guard let address = Self.ipv4Bits(text) else { return nil }
        self.init(ipv4: address, port: port)
    }

    private static func ipv4Bits(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                part.count == 1 || !part.hasPrefix("0"), let octet = UInt8(part)
            else { return nil }
            address = address << 8 | UInt32(octet)
        }
        return address
    }

    private init?(ipv6Text text: Substring, port: UInt16) {
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        guard (1...2).contains(halves.count), let head = Self.groups(halves[0]) else { return nil }
        var groups = head
        if halves.count == 2 {
            guard let tail = Self.groups(halves[1]), head.count + tail.count <= 7 else { return nil }
            groups += Array(repeating: 0, count: 8 - head.count - tail.count) + tail
        }
        guard groups.count == 8 else { return nil }
        self.init(
            ipv6High: groups[..<4].reduce(0) { $0 << 16 | UInt64($1) },
            low: groups[4...].reduce(0) { $0 << 16 | UInt64($1) },
            port: port
        )
    }

    private static func groups(_ text: Substring) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.contains(".") {
                guard let bits = self.ipv4Bits(part) else { return nil }
                groups += [UInt16(truncatingIfNeeded: bits >> 16), UInt16(truncatingIfNeeded: bits)]
                continue
            }
            guard (1...4).contains(part.utf8.count), let group = UInt16(part, radix: 16), !part.hasPrefix("+")
            else { return nil }
            groups.append(group)
        }
        return groups
    }
}
