// SPDX-License-Identifier: MIT OR Apache-2.0

/// Why a byte sequence is not an encoding of the requested value.
///
/// The field names are for people and logs; code compares the case only.
package enum DecodeError: Error, Equatable, Sendable {
    /// The input ended before the value was complete.
    case truncated
    /// Bytes were left over after the value, where the format forbids that.
    case trailingBytes(count: Int)
    /// A length or count in the input is larger than the limit of this field.
    case overLimit(field: String, limit: Int)
    /// A value is outside its domain: an unknown tag, a non-canonical form, broken UTF-8.
    case invalid(field: String)
}
