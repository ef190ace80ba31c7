// SPDX-License-Identifier: MIT OR Apache-2.0

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The rules that turn an answer into a value or an error (spec 13 §6.1, spec 15 §B1.3).
extension APIResponse {
    /// The members of an error body; older daemons leave some out.
    private struct ErrorBody: Decodable {
        var error: String?
        var detail: String?
    }

    /// A success body together with its `ok` member, decoded in one pass.
    private struct Envelope<Value: Decodable>: Decodable {
        var ok: Bool?
        var value: Value

        private enum Keys: String, CodingKey {
            case ok
        }

        init(from decoder: any Decoder) throws {
            // Some documents are bare arrays or objects without `ok`.
            self.ok = try? decoder.container(keyedBy: Keys.self).decodeIfPresent(Bool.self, forKey: .ok)
            self.value = try Value(from: decoder)
        }
    }

    /// The error this answer stands for; nil for 2xx.
    public var failure: X0XClientError? {
        guard !self.isSuccess else { return nil }
        return self.errorFromBody()
    }

    /// The body decoded as `Value`.
    ///
    /// - Throws: ``X0XClientError``: `refusedByDaemon` unless the status is 2xx and `ok`, if present, is true;
    ///   `invalidResponse` if the body is not a `Value`.
    func decode<Value: Decodable>(as type: Value.Type) throws(X0XClientError) -> Value {
        if let failure = self.failure { throw failure }
        let bytes = self.body.isEmpty ? Array("{}".utf8) : self.body
        let envelope: Envelope<Value>
        do {
            envelope = try JSONDecoder().decode(Envelope<Value>.self, from: Data(bytes))
        } catch {
            throw X0XClientError(
                .invalidResponse,
                "failed to parse response",
                status: nil,
                detail: Self.describe(error)
            )
        }
        if envelope.ok == false { throw self.errorFromBody() }
        return envelope.value
    }

    private func errorFromBody() -> X0XClientError {
        // Not JSON: an older daemon or something else on this port; its text is shown instead.
        let decoded = try? JSONDecoder().decode(ErrorBody.self, from: Data(self.body))
        if let message = decoded?.error {
            return X0XClientError(.refusedByDaemon, message, status: self.status, detail: decoded?.detail)
        }
        let isText = decoded == nil && self.contentType == "text/plain"
        let text = isText ? String(decoding: self.body.prefix(500), as: UTF8.self).trimmingWhitespace() : ""
        return X0XClientError(.refusedByDaemon, text.isEmpty ? "unknown error" : text, status: self.status)
    }

    /// Where the document differs from the expected shape, without quoting its content.
    private static func describe(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "not valid JSON" }
        let (what, context): (String, DecodingError.Context)
        switch error {
        case .keyNotFound(let key, let place): (what, context) = ("'\(key.stringValue)' is missing", place)
        case .valueNotFound(_, let place): (what, context) = ("null where a value is required", place)
        case .typeMismatch(let type, let place): (what, context) = ("not a \(type)", place)
        case .dataCorrupted(let place): (what, context) = ("malformed", place)
        @unknown default: return "unexpected shape"
        }
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? what : "\(what) at \(path)"
    }
}
