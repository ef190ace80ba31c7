// SPDX-License-Identifier: MIT OR Apache-2.0

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Raw datagrams to a UDP port of this machine: what a hostile or broken peer sends.
package enum LoopbackDatagrams {
    /// The operating system refused a socket call.
    package struct SocketError: Error, Sendable {
        /// The call.
        package let call: String
        /// The `errno`.
        package let code: Int32
    }

    /// Sends each datagram to 127.0.0.1.
    ///
    /// - Parameters:
    ///   - datagrams: At most 65,507 bytes each.
    ///   - port: The port.
    /// - Throws: ``SocketError``.
    package static func send(_ datagrams: [[UInt8]], toPort port: UInt16) throws(SocketError) {
        #if canImport(Darwin)
        let kind = SOCK_DGRAM
        #else
        let kind = Int32(SOCK_DGRAM.rawValue)
        #endif
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { throw SocketError(call: "socket", code: errno) }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        for datagram in datagrams {
            let sentCount = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    unsafe sendto(
                        descriptor,
                        datagram,
                        datagram.count,
                        0,
                        pointer,
                        socklen_t(MemoryLayout<sockaddr_in>.size)
                    )
                }
            }
            // A full receive buffer drops silently; a port nobody listens on refuses, which the caller should know.
            guard sentCount == datagram.count else { throw SocketError(call: "sendto", code: errno) }
        }
    }
}
