// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Crypto

/// Secret bytes: no description, constant-time comparison, wiped when the last copy goes away.
public struct SecretBytes: Sendable, CustomStringConvertible, CustomReflectable {
    let key: SymmetricKey

    init(key: SymmetricKey) { self.key = key }

    /// Takes over secret bytes; the caller's array should not outlive this call.
    public init(_ bytes: [UInt8]) { self.key = SymmetricKey(data: bytes) }

    /// A fresh secret of `byteCount` bytes from the system generator.
    public static func random(byteCount: Int) -> SecretBytes {
        SecretBytes(key: SymmetricKey(size: SymmetricKeySize(bitCount: byteCount * 8)))
    }

    /// Number of bytes.
    public var byteCount: Int { self.key.bitCount / 8 }

    /// Copies the secret out, for wire formats and key files; keep the copy short-lived.
    public func exposedBytes() -> [UInt8] {
        unsafe self.key.withUnsafeBytes { unsafe [UInt8]($0) }
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

/// Compares two byte strings in time that depends on their lengths only.
package func constantTimeEquals(_ lhs: [UInt8], _ rhs: [UInt8]) -> Bool {
    guard lhs.count == rhs.count else { return false }
    var difference: UInt8 = 0
    for index in lhs.indices {
        difference |= lhs[index] ^ rhs[index]
    }
    return difference == 0
}
