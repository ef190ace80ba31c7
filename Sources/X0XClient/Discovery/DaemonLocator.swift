// SPDX-License-Identifier: MIT OR Apache-2.0

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Finds the daemon to talk to (spec 13 §6.1, spec 15 §B1.1).
///
/// Address: an explicit one; else `X0X_API_BASE` unless an instance is named; else `api.port` in the data directory;
/// else, for a named instance, "not running", and for the default instance `http://127.0.0.1:12700`. Token: a non-empty
/// `X0X_API_TOKEN`, else `api-token` in the data directory, else none.
///
/// The files are read on every call of ``locate()``, so that a client follows a daemon that restarted on another port.
public struct DaemonLocator: Sendable {
    /// The default address of a daemon without an instance name.
    public static let defaultAddress = "127.0.0.1:12700"
    private static let fileByteCountMax = 4096

    /// The named instance; nil is the default instance.
    public let instance: String?
    /// The directory with `api.port` and `api-token`.
    public let dataDirectory: String
    private let explicitAddress: String?
    private let explicitToken: BearerToken?

    /// A locator for one instance.
    ///
    /// - Parameters:
    ///   - instance: the name of the instance; nil for the default one.
    ///   - address: `host:port` or URL that wins over every file.
    ///   - dataDirectory: where the daemon keeps its files, if not in the place of §1.1 (a custom `data_dir`).
    ///   - environment: environment variables; nil takes the process's own.
    /// - Throws: ``X0XClientError`` with code `invalidAddress` if `instance` cannot be an instance name.
    public init(
        instance: String? = nil,
        address: String? = nil,
        dataDirectory: String? = nil,
        environment: [String: String]? = nil
    ) throws(X0XClientError) {
        if let instance, !InstanceDirectories.isValidName(instance) {
            throw X0XClientError(
                .invalidAddress,
                "invalid instance name",
                detail:
                    "'\(instance.prefix(80))' must be 1-64 letters, digits or '-', the first a letter or digit"
            )
        }
        let environment = environment ?? ProcessInfo.processInfo.environment
        self.instance = instance
        self.dataDirectory =
            dataDirectory ?? InstanceDirectories(environment: environment).dataDirectory(instance: instance)
        let isOwnDirectory = instance == nil && dataDirectory == nil
        self.explicitAddress = address ?? (isOwnDirectory ? environment["X0X_API_BASE"] : nil)
        self.explicitToken = environment["X0X_API_TOKEN"].flatMap { BearerToken($0) }
    }

    /// The address and token as they are now.
    ///
    /// - Throws: ``X0XClientError``: `daemonNotRunning` for a named instance without `api.port`, `invalidAddress`.
    public func locate() throws(X0XClientError) -> DaemonEndpoint {
        let token = self.explicitToken ?? self.read("api-token").flatMap { BearerToken($0, source: .file) }
        if let explicitAddress, !explicitAddress.isEmpty {
            return try DaemonEndpoint(address: explicitAddress, token: token)
        }
        if var written = try self.writtenEndpoint() {
            written.token = token
            return written
        }
        if let instance { throw .daemonNotRunning(instance: instance) }
        return try DaemonEndpoint(address: Self.defaultAddress, token: token)
    }

    /// The address in `api.port`, without a token; nil if there is none.
    func writtenEndpoint() throws(X0XClientError) -> DaemonEndpoint? {
        guard let written = self.read("api.port"), !written.isEmpty else { return nil }
        return try DaemonEndpoint(address: written)
    }

    /// The trimmed text of a small file; nil if it is missing, unreadable, too large or not UTF-8 (all mean "not
    /// there").
    private func read(_ name: String) -> String? {
        let path = "\(self.dataDirectory)/\(name)"
        // A missing file is the ordinary case of a daemon that does not run.
        guard let data = try? Data(contentsOf: URL(filePath: path)), data.count <= Self.fileByteCountMax else {
            return nil
        }
        return String(data: data, encoding: .utf8)?.trimmingWhitespace()
    }
}
