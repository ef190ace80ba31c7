// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
package import X0XClient

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A command that makes one request and prints the answer.
package protocol EndpointCommand: AsyncParsableCommand {
    var globals: GlobalOptions { get }
    /// How the answer looks on a terminal; nil shows `key: value` lines.
    static var table: TableLayout? { get }
    /// What to tell a person who waits for the answer; nil when it comes at once.
    static var progress: String? { get }

    /// The request, made before the daemon is contacted: mistakes in the arguments need no daemon.
    func request() throws -> APIRequest
    /// The answer with what this program adds, such as words beside ids.
    func amended(_ answer: JSONValue) -> JSONValue
    /// Says something beside the answer, on standard error.
    func comment(on answer: JSONValue, to output: Output)
}

extension EndpointCommand {
    package static var table: TableLayout? { nil }

    package static var progress: String? { nil }

    package func amended(_ answer: JSONValue) -> JSONValue { answer }

    package func comment(on answer: JSONValue, to output: Output) {}

    package func run() async throws {
        let request = try self.request()
        let client = try await self.globals.connect()
        let output = self.globals.output
        if let progress = Self.progress { output.progress(progress) }
        let answer = self.amended(try await client.json(request))
        self.comment(on: answer, to: output)
        try output.show(answer, table: Self.table)
    }
}

extension X0XClient {
    /// The answer to a request as JSON (spec 13 §6.1): an empty body reads as `{"ok":true}`.
    func json(_ request: APIRequest) async throws(X0XClientError) -> JSONValue {
        let response = try await self.send(request)
        if let failure = response.failure { throw failure }
        return response.body.isEmpty ? .object(["ok": .bool(true)]) : try JSONValue(parsing: response.body)
    }
}

/// Standard base64 with padding, as payloads travel.
func base64(_ text: String) -> String {
    Data(text.utf8).base64EncodedString()
}
