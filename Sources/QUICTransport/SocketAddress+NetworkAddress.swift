// SPDX-License-Identifier: MIT OR Apache-2.0

internal import NIOCore
internal import Primitives
internal import QUICCore

extension NetworkAddress {
    /// The IP address and port of a socket address, ::ffff:a.b.c.d as IPv4; `nil` for other families.
    init?(socketAddress: SocketAddress) {
        switch socketAddress {
        case .v4:
            let fields = unsafe socketAddress.withSockAddr { address, byteCount in
                let bytes = unsafe UnsafeRawBufferPointer(start: address, count: byteCount)
                return (
                    port: unsafe bytes.bigEndian(UInt16.self, at: SocketAddressLayout.portOffset),
                    address: unsafe bytes.bigEndian(UInt32.self, at: SocketAddressLayout.ipv4Offset)
                )
            }
            self.init(ipv4: fields.address, port: fields.port)
        case .v6:
            let fields = unsafe socketAddress.withSockAddr { address, byteCount in
                let bytes = unsafe UnsafeRawBufferPointer(start: address, count: byteCount)
                return (
                    port: unsafe bytes.bigEndian(UInt16.self, at: SocketAddressLayout.portOffset),
                    high: unsafe bytes.bigEndian(UInt64.self, at: SocketAddressLayout.ipv6Offset),
                    low: unsafe bytes.bigEndian(UInt64.self, at: SocketAddressLayout.ipv6Offset + 8)
                )
            }
            self.init(ipv6High: fields.high, low: fields.low, port: fields.port)
        case .unixDomainSocket: return nil
        }
    }
}

/// Where the fields of `sockaddr_in` and `sockaddr_in6` lie, alike on Linux and Darwin.
private enum SocketAddressLayout {
    static let portOffset = 2
    static let ipv4Offset = 4
    static let ipv6Offset = 8
}

extension UnsafeRawBufferPointer {
    fileprivate func bigEndian<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) -> T {
        unsafe T(bigEndian: self.loadUnaligned(fromByteOffset: offset, as: type))
    }
}

extension SocketAddress {
    /// The socket address of an IP address and port.
    ///
    /// - Parameters:
    ///   - address: The address.
    ///   - mappedToIPv6: Whether IPv4 is written as ::ffff:a.b.c.d, for a dual-stack IPv6 socket.
    /// - Throws: `SocketAddressError` for no address there is.
    init(_ address: NetworkAddress, mappedToIPv6: Bool = false) throws {
        var bytes = address.addressBytes
        if mappedToIPv6, address.family == .ipv4 {
            bytes = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + bytes
        }
        self = try SocketAddress(packedIPAddress: ByteBuffer(bytes: bytes), port: Int(address.port))
    }
}

extension ECNCodepoint {
    /// From what the socket says.
    init(_ state: NIOExplicitCongestionNotificationState) {
        self =
            switch state {
            case .transportNotCapable: .notCapable
            case .transportCapableFlag0: .capable0
            case .transportCapableFlag1: .capable1
            case .congestionExperienced: .congestionExperienced
            }
    }
}

extension NIOExplicitCongestionNotificationState {
    /// For the socket.
    init(_ codepoint: ECNCodepoint) {
        self =
            switch codepoint {
            case .notCapable: .transportNotCapable
            case .capable0: .transportCapableFlag0
            case .capable1: .transportCapableFlag1
            case .congestionExperienced: .congestionExperienced
            }
    }
}
