// SPDX-License-Identifier: MIT OR Apache-2.0

extension ProbingDecoder {
    /// One value: a number, a text, a truth value, or another type in its place.
    struct Single: SingleValueDecodingContainer {
        let probe: SchemaProbe
        let slot: Slot
        let codingPath: [any CodingKey] = []

        /// Whoever asks may be null, and says so by going on to the value.
        func decodeNil() -> Bool {
            self.slot.mayBeNull = true
            return false
        }

        func decode(_: Bool.Type) -> Bool { self.answer(false, .boolean) }
        func decode(_: String.Type) -> String { self.answer("", .string) }
        func decode(_: Double.Type) -> Double { self.answer(0, .number) }
        func decode(_: Float.Type) -> Float { self.answer(0, .number) }
        func decode(_ type: Int.Type) -> Int { self.whole(type) }
        func decode(_ type: Int8.Type) -> Int8 { self.whole(type) }
        func decode(_ type: Int16.Type) -> Int16 { self.whole(type) }
        func decode(_ type: Int32.Type) -> Int32 { self.whole(type) }
        func decode(_ type: Int64.Type) -> Int64 { self.whole(type) }
        func decode(_ type: UInt.Type) -> UInt { self.whole(type) }
        func decode(_ type: UInt8.Type) -> UInt8 { self.whole(type) }
        func decode(_ type: UInt16.Type) -> UInt16 { self.whole(type) }
        func decode(_ type: UInt32.Type) -> UInt32 { self.whole(type) }
        func decode(_ type: UInt64.Type) -> UInt64 { self.whole(type) }

        func decode<Value: Decodable>(_: Value.Type) throws -> Value {
            let (schema, value) = try self.probe.probe(Value.self)
            return self.answer(value, schema)
        }

        private func whole<Number: FixedWidthInteger>(_: Number.Type) -> Number {
            self.answer(0, .integer(minimum: Int64(Number.min), maximum: UInt64(Number.max)))
        }

        private func answer<Value>(_ value: Value, _ schema: Schema) -> Value {
            self.slot.schema = self.slot.mayBeNull ? .nullable(schema) : schema
            return value
        }
    }

    /// The decoder of one field, which reports the field's schema when its value is read.
    struct FieldDecoder: Decoder, SingleValueDecodingContainer {
        let probe: SchemaProbe
        let report: (Schema) -> Void
        let codingPath: [any CodingKey] = []
        let userInfo: [CodingUserInfoKey: Any] = [:]

        init(probe: SchemaProbe, report: @escaping (Schema) -> Void) {
            self.probe = probe
            self.report = report
        }

        func singleValueContainer() -> any SingleValueDecodingContainer { self }

        /// Whoever asks may be null, and says so by going on to the value.
        func decodeNil() -> Bool { false }

        func decode<Value: Decodable>(_: Value.Type) throws -> Value {
            let (schema, value) = try self.probe.probe(Value.self)
            self.report(.nullable(schema))
            return value
        }

        func container<Key: CodingKey>(keyedBy _: Key.Type) throws -> KeyedDecodingContainer<Key> {
            throw Unsupported()
        }

        func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Unsupported() }
    }
}
