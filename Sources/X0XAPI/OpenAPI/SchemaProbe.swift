// SPDX-License-Identifier: MIT OR Apache-2.0

/// Derives the schemas of types from their own `init(from:)`, so that no schema is written twice.
///
/// Each type decodes from a `ProbingDecoder`, which answers every question with an empty value and remembers what was
/// asked: a key that is decoded is a property, one that may be absent or null is optional, and so on. Structures become
/// named definitions, and every use of one a reference.
package final class SchemaProbe {
    /// Which way a type travels; optional fields of a request may also be `null` (spec 11 §2.2).
    package enum Direction {
        case request
        case response
    }

    package let direction: Direction
    /// Every structure met so far, by name.
    package private(set) var definitions: [String: Schema] = [:]

    package init(_ direction: Direction) {
        self.direction = direction
    }

    /// The schema of a type.
    ///
    /// - Throws: What the type's `init(from:)` throws when it does not accept empty values; such a type describes
    ///   itself (`SelfDescribing`).
    package func schema(of type: any Decodable.Type) throws -> Schema {
        try self.probe(type).schema
    }

    /// Refuses keys the definition does not name (strict routes, spec 11 §2.2).
    func close(_ schema: Schema) {
        guard case .reference(let name) = schema, case .object(var object) = self.definitions[name] else { return }
        object.isClosed = true
        self.definitions[name] = .object(object)
    }

    /// The schema of a type and some value of it.
    func probe<Value: Decodable>(_ type: Value.Type) throws -> (schema: Schema, value: Value) {
        if let described = type as? any SelfDescribing.Type, let value = described.sample as? Value {
            return (try described.schema(using: self), value)
        }
        let slot = ProbingDecoder.Slot()
        let value = try Value(from: ProbingDecoder(probe: self, slot: slot))
        guard case .object(var object) = slot.schema else { return (slot.schema, value) }
        for (name, schema) in (type as? any FieldDescribing.Type)?.fieldSchemas ?? [:] {
            object.properties[name] = object.properties[name].map { $0.narrowed(to: schema) }
        }
        let name = Self.name(of: type, direction: self.direction)
        self.definitions[name] = .object(object)
        return (.reference(name), value)
    }

    /// `X0XAPI.PeerHealthResponse.Snapshot` → `PeerHealthResponse.Snapshot`; what is used both ways has two names.
    private static func name(of type: any Decodable.Type, direction: Direction) -> String {
        let name = String(reflecting: type).split(separator: ".").dropFirst().joined(separator: ".")
        return direction == .response || name.contains("Request") ? name : name + ".Input"
    }
}

/// A type whose `init(from:)` looks at values and not only at their shape.
package protocol SelfDescribing: Decodable {
    static var sample: Self { get }
    static func schema(using probe: SchemaProbe) throws -> Schema
}

/// A structure some of whose fields have a closer form than their Swift type says, such as an id in a `String`.
package protocol FieldDescribing: Decodable {
    /// By JSON key.
    static var fieldSchemas: [String: Schema] { get }
}

extension Schema {
    /// The closer form in place of this one; what may be null stays so.
    fileprivate func narrowed(to schema: Schema) -> Schema {
        if case .nullable = self { return .nullable(schema) }
        return schema
    }
}
