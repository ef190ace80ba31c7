// SPDX-License-Identifier: MIT OR Apache-2.0

/// The common frame of a Wycheproof file: groups of tests, each with an expected result.
package struct WycheproofFile<Group: Decodable>: Decodable {
    /// How many tests the file says it has.
    package let numberOfTests: Int
    /// The groups; their fields depend on the schema of the file.
    package let testGroups: [Group]
}

/// What a Wycheproof test expects.
package enum WycheproofResult: String, Decodable, Sendable {
    /// The operation succeeds.
    case valid
    /// The operation fails.
    case invalid
    /// Either; the flags say what is odd about the input.
    case acceptable
}
