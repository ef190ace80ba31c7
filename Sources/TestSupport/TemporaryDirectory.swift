// SPDX-License-Identifier: MIT OR Apache-2.0

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Runs `body` with the path of a new, empty directory of mode 0700, and removes the directory afterwards.
package func withTemporaryDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let parent = FileManager.default.temporaryDirectory.path
    let path = "\(parent)/x0x-test-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    try FileManager.default.createDirectory(
        atPath: path,
        withIntermediateDirectories: false,
        attributes: [.posixPermissions: 0o700]
    )
    defer {
        // What cannot be removed stays in the directory for temporary files.
        try? FileManager.default.removeItem(atPath: path)
    }
    return try await body(path)
}
