// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding

/// An IP address and UDP or TCP port, without scope or flow label.
///
/// IPv4-mapped IPv6 addresses are stored as IPv4, so that one endpoint has one value (spec 02 §2, §6.4).
public struct NetworkAddress: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The two address families.
    public enum Family: UInt8, Sendable {
        case ipv4 = 4
        case ipv6 = 6
    }

    /// The family.
    public let family: Family
    /// The upper 64 bits of an IPv6 address; zero for IPv4.
    public let high: UInt64
    /// The lower 64 bits of an IPv6 address; the 32 address bits for IPv4.
    public let low: UInt64
    /// The port.
    public var port: UInt16

    /// Creates an IPv4 address.
    public init(ipv4 address: UInt32, port: UInt16) {
        self.init(family: .ipv4, high: 0, low: UInt64(address), port: port)
    }

    /// Creates an IPv6 address; ::ffff:0:0/96 becomes IPv4.
    public init(ipv6High high: UInt64, low: UInt64, port: UInt16) {
        if high == 0, low >> 32 == 0xFFFF {
            self.init(ipv4: UInt32(truncatingIfNeeded: low), port: port)
        } else {
            self.init(family: .ipv6, high: high, low: low, port: port)
        }
    }

    private init(family: Family, high: UInt64, low: UInt64, port: UInt16) {
        self.family = family
        self.high = high
        self.low = low
        self.port = port
    }

    /// The address bytes in network order: 4 or 16.
    public var addressBytes: [UInt8] {
        var writer = ByteWriter(reservedByteCount: 16)
        switch self.family {
        case .ipv4: writer.writeBigEndian(UInt32(truncatingIfNeeded: self.low))
        case .ipv6:
            writer.writeBigEndian(self.high)
            writer.writeBigEndian(self.low)
        }
        return writer.bytes
    }

    /// 127.0.0.0/8 or ::1.
    public var isLoopback: Bool {
        switch self.family {
        case .ipv4: self.low >> 24 == 127
        case .ipv6: self.high == 0 && self.low == 1
        }
    }

    /// 0.0.0.0 or ::.
    public var isUnspecified: Bool { self.high == 0 && self.low == 0 }

    /// Whether the address may be advertised to strangers: a port, and globally routable (spec 01 §5.1).
    package var isGloballyRoutable: Bool {
        guard self.port > 0, !self.isUnspecified, !self.isLoopback else { return false }
        switch self.family {
        case .ipv4: return !Self.nonRoutableIPv4.contains { self.low & $0.mask == $0.prefix }
        case .ipv6:
            let top = UInt16(truncatingIfNeeded: self.high >> 48)
            return top & 0xFFC0 != 0xFE80 && top & 0xFFC0 != 0xFEC0 && top & 0xFE00 != 0xFC00 && top & 0xFF00 != 0xFF00
        }
    }

    private static let nonRoutableIPv4: [(prefix: UInt64, mask: UInt64)] = [
        (0x0A00_0000, 0xFF00_0000), (0xAC10_0000, 0xFFF0_0000), (0xC0A8_0000, 0xFFFF_0000),
        (0xA9FE_0000, 0xFFFF_0000), (0x6440_0000, 0xFFC0_0000), (0xC000_0200, 0xFFFF_FF00),
        (0xC633_6400, 0xFFFF_FF00), (0xCB00_7100, 0xFFFF_FF00), (0xFFFF_FFFF, 0xFFFF_FFFF),
        (0xE000_0000, 0xF000_0000), (0x0000_0000, 0xFF00_0000),
    ]

    /// The natural order.
    public static func < (lhs: NetworkAddress, rhs: NetworkAddress) -> Bool {
        (lhs.family.rawValue, lhs.high, lhs.low, lhs.port) < (rhs.family.rawValue, rhs.high, rhs.low, rhs.port)
    }

    /// For people; without secrets.
    public var description: String {
        switch self.family {
        case .ipv4: "\(self.host):\(self.port)"
        case .ipv6: "[\(self.host)]:\(self.port)"
        }
    }

    /// The address without port, in canonical text (RFC 5952 for IPv6).
    public var host: String {
        switch self.family {
        case .ipv4: self.addressBytes.map(String.init).joined(separator: ".")
        case .ipv6: Self.canonicalText(ofIPv6: self.addressBytes)
        }
    }

    private static func canonicalText(ofIPv6 bytes: [UInt8]) -> String {
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = max(end, start + 1)
        }
        let text = groups.map { String($0, radix: 16) }
        guard !best.isEmpty else { return text.joined(separator: ":") }
        return text[..<best.lowerBound].joined(separator: ":") + "::" + text[best.upperBound...].joined(separator: ":")
    }
}
