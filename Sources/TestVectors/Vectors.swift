// SPDX-License-Identifier: MIT OR Apache-2.0

package import Foundation

/// Third-party test vectors, read from a folder outside the package and never copied into it.
///
/// The folder is `$X0X_VECTORS`, or `../shared/vectors` beside the package. A suite that needs it carries
/// `.enabled(if: Vectors.arePresent, Vectors.absenceComment)`, so that a run without the folder says what it skipped.
package enum Vectors {
    /// Why a suite is skipped when the folder is not there.
    package static let absenceComment: String = "no test vectors: set X0X_VECTORS to their folder"

    /// The folder.
    package static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["X0X_VECTORS"], !path.isEmpty {
            return URL(fileURLWithPath: path, isDirectory: true)
        }
        let package = URL(fileURLWithPath: #filePath).appending(path: "../../..").standardizedFileURL
        return package.appending(path: "../shared/vectors").standardizedFileURL
    }()

    /// Whether the folder is there.
    package static var arePresent: Bool { FileManager.default.fileExists(atPath: self.folder.path) }

    /// The bytes of one file.
    ///
    /// - Parameter path: Relative to the folder, such as `blake3/test_vectors.json`.
    /// - Returns: The whole file.
    /// - Throws: The error of the file system.
    package static func data(_ path: String) throws -> Data {
        try Data(contentsOf: self.folder.appending(path: path))
    }

    /// One JSON file, decoded; keys in snake case become camel case.
    package static func json<T: Decodable>(_ path: String, as type: T.Type = T.self) throws -> T {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: self.data(path))
    }
}
