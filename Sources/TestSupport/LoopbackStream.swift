// SPDX-License-Identifier: MIT OR Apache-2.0

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A TCP connection to a port of this machine that sends what it is told and reads only when asked: a client that hangs.
package final class LoopbackStream: Sendable {
    /// The operating system refused a socket call.
    package struct SocketError: Error, Sendable {
        /// The call.
        package let call: String
        /// The `errno`.
        package let code: Int32
    }

    private let descriptor: Int32

    /// Connects to 127.0.0.1.
    package init(port: UInt16) throws(SocketError) {
        #if canImport(Darwin)
        let kind = SOCK_STREAM
        #else
        let kind = Int32(SOCK_STREAM.rawValue)
        #endif
        self.descriptor = socket(AF_INET, kind, 0)
        guard self.descriptor >= 0 else { throw SocketError(call: "socket", code: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe connect(self.descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw SocketError(call: "connect", code: errno) }
    }

    deinit { close(self.descriptor) }

    /// Sends a request of a few lines.
    package func send(_ text: String) throws(SocketError) {
        let bytes = Array(text.utf8)
        guard unsafe write(self.descriptor, bytes, bytes.count) == bytes.count else {
            throw SocketError(call: "write", code: errno)
        }
    }

    /// Waits for some bytes; empty when the other side has closed.
    package func receive() throws(SocketError) -> String {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe read(self.descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw SocketError(call: "read", code: errno) }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
