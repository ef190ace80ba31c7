// SPDX-License-Identifier: MIT OR Apache-2.0

/// A JSON field that is always present and `null` when there is no value (spec 11 §2.1).
///
/// A plain optional is left out of the JSON instead. On input a missing key reads as `null`.
@propertyWrapper
package struct Nullable<Value: Codable & Hashable & Sendable>: Codable, Hashable, Sendable {
    package var wrappedValue: Value?

    package init(wrappedValue: Value?) {
        self.wrappedValue = wrappedValue
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self.wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value = self.wrappedValue {
            try container.encode(value)
        } else {
            try container.encodeNil()
        }
    }
}

extension KeyedDecodingContainer {
    /// Found by the synthesised `init(from:)` of types with `@Nullable` fields, so that a missing key is not an error.
    func decode<Value>(_: Nullable<Value>.Type, forKey key: Key) throws -> Nullable<Value> {
        guard self.contains(key) else { return Nullable(wrappedValue: nil) }
        return try Nullable(from: self.superDecoder(forKey: key))
    }
}
