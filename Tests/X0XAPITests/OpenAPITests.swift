// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Testing
import X0XAPI

@Suite struct OpenAPITests {
    private func document() throws -> [String: Any] {
        let bytes = try JSONEncoder().encode(try OpenAPIDocument(version: "1.2.3"))
        return try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    }

    /// Every endpoint of the registry is described once, with a schema for what works and 501 for what does not.
    @Test func everyEndpointIsDescribed() throws {
        let paths = try #require(try self.document()["paths"] as? [String: [String: [String: Any]]])
        var names: Set<String> = []
        for route in Registry.served {
            let path = route.path.replacing(/:([a-z_]+)/) { "{\($0.output.1)}" }
            let operation = try #require(paths[path]?[route.method.rawValue.lowercased()], "\(route.path)")
            names.insert(try #require(operation["operationId"] as? String))
            #expect(operation["summary"] as? String == route.summary)
            let answers = try #require(operation["responses"] as? [String: Any])
            #expect((answers["501"] != nil) == route.isPlanned, "\(route.path)")
            #expect(route.isPlanned || answers.keys.contains { $0 < "300" }, "\(route.path)")
            #expect((operation["requestBody"] != nil) == (route.body != .ignored), "\(route.path)")
            let parameters = operation["parameters"] as? [[String: Any]] ?? []
            #expect(parameters.count == route.parameters.count + route.query.count, "\(route.path)")
        }
        #expect(names.count == Registry.served.count)
        #expect(paths.values.map(\.count).reduce(0, +) == Registry.served.count)
    }

    @Test func everyQueryParameterIsExplained() {
        let used = Set(Registry.served.flatMap(\.query))
        #expect(used.subtracting(Route.knownQuery.keys) == [])
        #expect(Set(Route.knownQuery.keys).subtracting(used) == [])
    }

    @Test func everyStatusHasAMeaning() {
        for route in Registry.served {
            for status in route.failures { #expect(route.failureMeanings[status] != nil, "\(route.path) \(status)") }
        }
    }

    /// References lead somewhere, and nothing is described that nobody uses.
    @Test func definitionsAndReferencesMatch() throws {
        let text = String(decoding: try JSONEncoder().encode(try OpenAPIDocument(version: "1")), as: UTF8.self)
        let used = Set(text.matches(of: /schemas\\\/([A-Za-z0-9_.]+)"/).map { String($0.output.1) })
        let components = try #require(try self.document()["components"] as? [String: Any])
        let defined = Set(try #require(components["schemas"] as? [String: Any]).keys)
        #expect(used == defined)
    }

    // The rules of the probe, on types made for it.

    private struct Inner: Codable, Hashable, Sendable {
        let count: UInt8
    }

    private struct Outer: Codable, Hashable, Sendable {
        let name: String
        let maybe: Bool?
        @Nullable var inner: Inner?
        let list: [Inner]
        let table: [String: Int64]
        let ratio: Double
    }

    private static let innerSchema = Schema.object(ObjectSchema(["count": .integer(minimum: 0, maximum: 255)]))

    private func definition(_ direction: SchemaProbe.Direction) throws -> (ObjectSchema, SchemaProbe) {
        let probe = SchemaProbe(direction)
        guard case .reference(let name) = try probe.schema(of: Outer.self),
            case .object(let object)? = probe.definitions[name]
        else { throw CancellationError() }
        return (object, probe)
    }

    @Test func fieldsOfAnswersArePresentUnlessOptional() throws {
        let (object, probe) = try self.definition(.response)
        #expect(object.required == ["name", "inner", "list", "table", "ratio"])
        #expect(object.properties["maybe"] == .boolean)
        let inner = try #require(probe.definitions.first { $0.key.hasSuffix("Inner") })
        #expect(inner.value == Self.innerSchema)
        #expect(object.properties["inner"] == .nullable(.reference(inner.key)))
        #expect(object.properties["list"] == .array(of: .reference(inner.key)))
        #expect(object.properties["table"] == .map(of: .integer(minimum: .min, maximum: UInt64(Int64.max))))
        #expect(object.properties["ratio"] == .number)
        #expect(object.properties["name"] == .string)
    }

    @Test func optionalFieldsOfRequestsMayBeNull() throws {
        let (object, _) = try self.definition(.request)
        #expect(object.properties["maybe"] == .nullable(.boolean))
        #expect(!object.required.contains("maybe"))
    }

    @Test func aTypeThatLooksAtValuesIsRefusedUnlessItDescribesItself() throws {
        enum Choosy: String, Codable { case one }
        #expect(throws: DecodingError.self) { try SchemaProbe(.response).schema(of: Choosy.self) }
    }

    @Test func strictRequestsRefuseOtherKeys() throws {
        let components = try #require(try self.document()["components"] as? [String: [String: [String: Any]]])
        #expect(components["schemas"]?["AddContactRequest"]?["additionalProperties"] as? Bool == false)
        #expect(components["schemas"]?["PublishRequest"]?["additionalProperties"] == nil)
    }
}
