// SPDX-License-Identifier: MIT OR Apache-2.0

internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import X0XAPI

/// Reads and checks the body of one request by the rule of its route (spec 11 §2.2).
struct RequestBodyReader {
    private let call: RawCall

    init(_ call: RawCall) {
        self.call = call
    }

    func read<Body: X0XAPI.RequestBody>() async throws -> Body {
        switch self.call.route.body {
        case .ignored:
            return try Self.decode([UInt8]("{}".utf8))
        case .json, .strictJSON:
            let bytes = try await self.bytes()
            guard self.hasJSONContentType else { throw Self.wrongContentType }
            return try Self.decode(bytes, isStrict: self.call.route.body == .strictJSON)
        case .optionalJSON:
            let bytes = try await self.bytes()
            guard !bytes.isEmpty else { return try Self.decode([UInt8]("{}".utf8)) }
            guard self.hasJSONContentType else { throw Self.wrongContentType }
            do throws(BodyProblem) {
                return try Self.parse(bytes)
            } catch {
                throw APIFailure.badRequest("invalid JSON: \(error.reason)")
            }
        case .lenientJSON:
            let bytes = try await self.bytes()
            if self.hasJSONContentType, let body: Body = try? Self.parse(bytes) { return body }
            return try Self.decode([UInt8]("{}".utf8))
        }
    }

    /// The whole body; 413 as soon as it is known to be too long.
    private func bytes() async throws -> [UInt8] {
        let limit = self.call.limits.bodyByteCountMax
        if let announced = self.call.request.headers[.contentLength].flatMap(Int.init), announced > limit {
            throw APIFailure.bodyTooLarge
        }
        do {
            return Array(buffer: try await self.call.request.body.collect(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw APIFailure.bodyTooLarge
        }
    }

    /// `application/json` or `application/…+json`, parameters ignored.
    private var hasJSONContentType: Bool {
        guard let value = self.call.request.headers[.contentType] else { return false }
        let essence = value.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
        return essence == "application/json" || (essence.hasPrefix("application/") && essence.hasSuffix("+json"))
    }

    private static var wrongContentType: APIFailure {
        APIFailure(.unsupportedMediaType, "Content-Type must be application/json")
    }

    /// Decodes a body: 400 when it is not JSON, 422 when it is another shape than the route wants.
    static func decode<Body: X0XAPI.RequestBody>(_ bytes: [UInt8], isStrict: Bool = false) throws(APIFailure) -> Body {
        do throws(BodyProblem) {
            return try Self.parse(bytes, isStrict: isStrict)
        } catch {
            switch error {
            case .malformed: throw .badRequest("invalid JSON: \(error.reason)")
            case .wrongShape: throw APIFailure(.unprocessableContent, "invalid request: \(error.reason)")
            }
        }
    }

    private static func parse<Body: X0XAPI.RequestBody>(
        _ bytes: [UInt8],
        isStrict: Bool = false
    ) throws(BodyProblem) -> Body {
        guard !bytes.isEmpty else { throw .malformed("the body is empty") }
        let scan = JSONObjectScan(bytes)
        let body: Body
        do {
            body = try JSONDecoder().decode(Body.self, from: Data(bytes[scan.value]))
        } catch let error as DecodingError {
            throw BodyProblem(error)
        } catch {
            throw .malformed("the body cannot be read")
        }
        try Self.checkKeys(scan.keys.map { Self.key(bytes[$0]) }, known: Body.fields, isStrict: isStrict)
        return body
    }

    private static func checkKeys(_ keys: [String], known: [String], isStrict: Bool) throws(BodyProblem) {
        var seen: Set<String> = []
        for key in keys {
            guard known.contains(key) else {
                if isStrict { throw .wrongShape("unknown field `\(key)`, expected \(known.joined(separator: ", "))") }
                continue
            }
            guard seen.insert(key).inserted else { throw .wrongShape("duplicate field `\(key)`") }
        }
    }

    /// The text of a key whose escapes are not resolved yet; the decoder has accepted it before.
    private static func key(_ raw: ArraySlice<UInt8>) -> String {
        let quoted = [UInt8(ascii: "\"")] + raw + [UInt8(ascii: "\"")]
        return (try? JSONDecoder().decode(String.self, from: Data(quoted))) ?? String(decoding: raw, as: UTF8.self)
    }
}

/// What is wrong with a request body.
private enum BodyProblem: Error {
    case malformed(String)
    case wrongShape(String)

    var reason: String {
        switch self {
        case .malformed(let reason), .wrongShape(let reason): reason
        }
    }

    init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, _):
            self = .wrongShape("missing field `\(key.stringValue)`")
        case .valueNotFound(_, let context):
            self = .wrongShape("field `\(Self.path(context))` must not be null")
        case .typeMismatch(_, let context) where context.codingPath.isEmpty:
            self = .wrongShape("the body must be a JSON object")
        case .typeMismatch(_, let context):
            self = .wrongShape("field `\(Self.path(context))` has the wrong type")
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            self = .malformed("the body is not valid JSON")
        case .dataCorrupted(let context):
            self = .wrongShape("field `\(Self.path(context))` has an invalid value")
        @unknown default:
            self = .malformed("the body cannot be read")
        }
    }

    private static func path(_ context: DecodingError.Context) -> String {
        context.codingPath.map(\.stringValue).joined(separator: ".")
    }
}
