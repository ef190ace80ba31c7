// SPDX-License-Identifier: MIT OR Apache-2.0

/// A decoder without data that remembers what it is asked for; see `SchemaProbe`.
struct ProbingDecoder: Decoder {
    /// Where the schema of one value is put together.
    final class Slot {
        /// An empty object until the value says what it is.
        var schema = Schema.object(ObjectSchema())
        var mayBeNull = false
    }

    let probe: SchemaProbe
    let slot: Slot
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    func container<Key: CodingKey>(keyedBy _: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Keyed<Key>(probe: self.probe, slot: self.slot))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer { Unkeyed(probe: self.probe, slot: self.slot) }

    func singleValueContainer() -> any SingleValueDecodingContainer { Single(probe: self.probe, slot: self.slot) }
}

extension ProbingDecoder {
    /// The fields of an object, or the values of a dictionary.
    private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let probe: SchemaProbe
        let slot: Slot
        let codingPath: [any CodingKey] = []

        /// Only a dictionary has keys that no code names: it is given one.
        var allKeys: [Key] { Key(stringValue: Self.anyKey).map { [$0] } ?? [] }

        private static var anyKey: String { "*" }

        func contains(_: Key) -> Bool { true }

        /// Asked before a field that may be missing.
        func decodeNil(forKey key: Key) -> Bool {
            self.change { $0.properties[key.stringValue] = .nullable(.string) }
            return false
        }

        func decode<Value: Decodable>(_: Value.Type, forKey key: Key) throws -> Value {
            let (schema, value) = try self.probe.probe(Value.self)
            self.record(schema, forKey: key.stringValue)
            return value
        }

        private func record(_ schema: Schema, forKey key: String) {
            guard key != Self.anyKey else {
                self.slot.schema = .map(of: schema)
                return
            }
            let isRequest = self.probe.direction == .request
            self.change { object in
                let mayBeMissing = object.properties[key] != nil
                object.properties[key] = mayBeMissing && isRequest ? .nullable(schema) : schema
                if !mayBeMissing { object.required.insert(key) }
            }
        }

        private func change(_ body: (inout ObjectSchema) -> Void) {
            guard case .object(var object) = self.slot.schema else { return }
            body(&object)
            self.slot.schema = .object(object)
        }

        /// A field that says itself whether it is null (`Nullable`).
        func superDecoder(forKey key: Key) throws -> any Decoder {
            FieldDecoder(probe: self.probe) { self.record($0, forKey: key.stringValue) }
        }

        func superDecoder() throws -> any Decoder { throw Unsupported() }

        func nestedContainer<Nested: CodingKey>(
            keyedBy _: Nested.Type,
            forKey _: Key
        ) throws -> KeyedDecodingContainer<Nested> { throw Unsupported() }

        func nestedUnkeyedContainer(forKey _: Key) throws -> any UnkeyedDecodingContainer { throw Unsupported() }
    }

    /// A list with one element.
    private struct Unkeyed: UnkeyedDecodingContainer {
        let probe: SchemaProbe
        let slot: Slot
        let codingPath: [any CodingKey] = []
        var count: Int? { 1 }
        private(set) var currentIndex = 0
        var isAtEnd: Bool { self.currentIndex > 0 }

        init(probe: SchemaProbe, slot: Slot) {
            self.probe = probe
            self.slot = slot
        }

        func decodeNil() -> Bool { false }

        mutating func decode<Value: Decodable>(_: Value.Type) throws -> Value {
            let (schema, value) = try self.probe.probe(Value.self)
            self.slot.schema = .array(of: schema)
            self.currentIndex += 1
            return value
        }

        func nestedContainer<Nested: CodingKey>(keyedBy _: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
            throw Unsupported()
        }

        func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Unsupported() }

        func superDecoder() throws -> any Decoder { throw Unsupported() }
    }

    /// What a type asked for that no type of this API needs.
    struct Unsupported: Error {}
}
