// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CCryptoBoringSSL
internal import Crypto

/// Secret bytes: no description, constant-time comparison, wiped when the last copy goes away.
public struct SecretBytes: Sendable, CustomStringConvertible, CustomReflectable {
    let key: SymmetricKey

    init(key: SymmetricKey) { self.key = key }

    /// Copies secret bytes; the caller's array should not outlive this call.
    public init(_ bytes: [UInt8]) { self.key = SymmetricKey(data: bytes) }

    /// Takes over secret bytes: the caller's array is overwritten and empty afterwards.
    package init(consuming bytes: inout [UInt8]) {
        self.key = SymmetricKey(data: bytes)
        wipe(&bytes)
        bytes = []
    }

    /// A fresh secret of `byteCount` bytes from the system generator.
    public static func random(byteCount: Int) -> SecretBytes { SecretBytes(freshByteCount: byteCount) }

    /// A fresh secret from the system generator, as the key generation of the library makes it.
    init(freshByteCount: Int) {
        self.key = SymmetricKey(size: SymmetricKeySize(bitCount: freshByteCount * 8))
    }

    /// Number of bytes.
    public var byteCount: Int { self.key.bitCount / 8 }

    /// The parts one after another, without an unwiped copy in between.
    package init(joining parts: SecretBytes...) {
        var bytes: [UInt8] = []
        // Reserved, so that growing leaves no copy behind.
        bytes.reserveCapacity(parts.reduce(0) { $0 + $1.byteCount })
        for part in parts { unsafe part.withUnsafeBytes { part in unsafe bytes.append(contentsOf: part) } }
        self.init(consuming: &bytes)
    }

    /// Lends a copy for one call and overwrites it afterwards; the call must not keep it.
    package func withExposedBytes<R, E: Error>(_ body: ([UInt8]) throws(E) -> R) throws(E) -> R {
        var bytes = self.exposedBytes()
        defer { wipe(&bytes) }
        return try body(bytes)
    }

    /// Copies the secret out, for wire formats and key files; keep the copy short-lived.
    public func exposedBytes() -> [UInt8] {
        unsafe self.key.withUnsafeBytes { unsafe [UInt8]($0) }
    }

    /// Lends the bytes for one call, without a copy.
    @unsafe package func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try unsafe self.key.withUnsafeBytes(body)
    }

    /// For people; without secrets.
    public var description: String { "<REDACTED>" }
    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension SecretBytes: Equatable {
    /// Whether both are the same.
    public static func == (lhs: SecretBytes, rhs: SecretBytes) -> Bool { lhs.key == rhs.key }
}

/// Overwrites secret bytes before their memory is given back; the compiler cannot leave this out.
///
/// Of an array that shares its memory with another only the caller's part is overwritten: keep one owner.
package func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe CCryptoBoringSSL_OPENSSL_cleanse(buffer.baseAddress, buffer.count)
    }
}

/// Compares two byte strings in time that depends on their lengths only.
package func constantTimeEquals(_ lhs: [UInt8], _ rhs: [UInt8]) -> Bool {
    guard lhs.count == rhs.count else { return false }
    var difference: UInt8 = 0
    for index in lhs.indices {
        difference |= lhs[index] ^ rhs[index]
    }
    return difference == 0
}
