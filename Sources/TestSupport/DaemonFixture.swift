// SPDX-License-Identifier: MIT OR Apache-2.0

import X0XAPI
package import X0XClient

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A built `x0xd` that answers: its process, its client and who it is.
package struct DaemonFixture: Sendable {
    /// The running program.
    package let process: DaemonProcess
    /// Its agent id, 64 hexadecimal digits.
    package let agentID: String
    /// Its machine id, 64 hexadecimal digits.
    package let machineID: String

    /// The client, with the daemon's own token.
    package var client: X0XClient { self.process.client }

    /// The instance name.
    package var name: String { self.process.launch.name }

    /// The data directory: database, lock, token and port file.
    package var dataDirectory: String { self.process.locator.dataDirectory }

    /// Sends any request, with any token.
    ///
    /// - Parameters:
    ///   - method: The HTTP method.
    ///   - target: Path and query.
    ///   - body: The body, sent as JSON whatever it is.
    ///   - token: Another token than the daemon's; empty sends none.
    /// - Returns: The answer, whatever its status.
    /// - Throws: `X0XClientError` when there is no complete answer.
    package func send(
        _ method: String,
        _ target: String,
        body: String? = nil,
        token: String? = nil
    ) async throws -> APIResponse {
        let request = APIRequest(method: method, target: target, body: body.map { Array($0.utf8) })
        guard let token else { return try await self.client.send(request) }
        var endpoint = try self.client.endpoint()
        endpoint.token = token.isEmpty ? nil : BearerToken(token)
        return try await X0XClient(endpoint).send(request)
    }

    /// The UDP port the daemon's QUIC endpoint is bound to on 127.0.0.1.
    package func quicPort() async throws -> UInt16 {
        let address = try await self.client.networkStatus().localAddress
        guard let colon = address.lastIndex(of: ":"), let port = UInt16(address[address.index(after: colon)...]) else {
            throw X0XClientError(.invalidResponse, "no port in \(address)")
        }
        return port
    }
}

extension APIResponse {
    /// The body as text.
    package var text: String { String(decoding: self.body, as: UTF8.self) }
}
