// SPDX-License-Identifier: MIT OR Apache-2.0

/// A JSON Schema (draft 2020-12, the dialect of OpenAPI 3.1), as far as this API needs one.
package indirect enum Schema: Hashable, Sendable {
    case boolean
    case number
    /// A whole number within the bounds; nil is no bound.
    case integer(minimum: Int64?, maximum: UInt64?)
    case string
    /// One of these words.
    case choice([String])
    /// Text that matches an ECMA 262 regular expression.
    case pattern(String)
    /// Exactly this truth value.
    case constant(Bool)
    case array(of: Schema)
    /// An object with any keys.
    case map(of: Schema)
    case object(ObjectSchema)
    case nullable(Schema)
    /// Any of these.
    case anyOf([Schema])
    /// All of these.
    case allOf([Schema])
    /// A schema of `#/components/schemas`.
    case reference(String)

    /// 32 bytes as 64 hex digits, in either case as input (spec 11 §2.4).
    package static let identifier = Schema.pattern("^[0-9a-fA-F]{64}$")
    /// Standard base64 with padding (spec 11 §2.4).
    package static let base64 = Schema.pattern("^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$")
    /// Any value of an unsigned 64-bit number.
    package static let unsigned = Schema.integer(minimum: 0, maximum: UInt64.max)
}

/// The fields of a JSON object.
package struct ObjectSchema: Hashable, Sendable {
    package var properties: [String: Schema] = [:]
    /// Keys that are always present.
    package var required: Set<String> = []
    /// Whether keys beside `properties` are refused.
    package var isClosed = false

    package init(_ properties: [String: Schema] = [:], required: Set<String>? = nil) {
        self.properties = properties
        self.required = required ?? Set(properties.keys)
    }
}

extension Schema: Encodable {
    private enum Key: String, CodingKey {
        case type
        case minimum
        case maximum
        case choice = "enum"
        case pattern
        case constant = "const"
        case items
        case properties
        case additionalProperties
        case required
        case anyOf
        case allOf
        case reference = "$ref"
    }

    private struct Null: Encodable {
        let type = "null"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        if let type = self.type { try container.encode(type, forKey: .type) }
        switch self {
        case .boolean, .number, .string: break
        case .integer(let minimum, let maximum):
            try container.encodeIfPresent(minimum, forKey: .minimum)
            try container.encodeIfPresent(maximum, forKey: .maximum)
        case .choice(let words): try container.encode(words, forKey: .choice)
        case .pattern(let pattern): try container.encode(pattern, forKey: .pattern)
        case .constant(let value): try container.encode(value, forKey: .constant)
        case .array(let element): try container.encode(element, forKey: .items)
        case .map(let value): try container.encode(value, forKey: .additionalProperties)
        case .object(let object):
            try container.encode(object.properties, forKey: .properties)
            if !object.required.isEmpty { try container.encode(object.required.sorted(), forKey: .required) }
            if object.isClosed { try container.encode(false, forKey: .additionalProperties) }
        case .nullable(let schema):
            var choices = container.nestedUnkeyedContainer(forKey: .anyOf)
            try choices.encode(schema)
            try choices.encode(Null())
        case .anyOf(let schemas): try container.encode(schemas, forKey: .anyOf)
        case .allOf(let schemas): try container.encode(schemas, forKey: .allOf)
        case .reference(let name): try container.encode("#/components/schemas/\(name)", forKey: .reference)
        }
    }

    private var type: String? {
        switch self {
        case .boolean, .constant: "boolean"
        case .number: "number"
        case .integer: "integer"
        case .string, .choice, .pattern: "string"
        case .array: "array"
        case .map, .object: "object"
        case .nullable, .anyOf, .allOf, .reference: nil
        }
    }
}
