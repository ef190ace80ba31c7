// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// How an attempt to connect to an agent ended (spec 01 §9).
package struct ConnectOutcome: Equatable, Sendable {
    /// The five outcomes; the raw value is the API's spelling.
    package enum Kind: String, Sendable {
        /// Connected over one of its addresses.
        case direct = "Direct"
        /// Connected with the help of a coordinator or a peer-authenticated dial.
        case coordinated = "Coordinated"
        /// A connection existed, and no address is known.
        case alreadyConnected = "AlreadyConnected"
        /// Known, but nobody with the right identity answered.
        case unreachable = "Unreachable"
        /// Nothing is known about the agent.
        case notFound = "NotFound"
    }

    /// The outcome.
    package let kind: Kind
    /// The address that worked, for `direct` and `coordinated`.
    package let address: NetworkAddress?

    /// Creates an outcome.
    package init(_ kind: Kind, address: NetworkAddress? = nil) {
        self.kind = kind
        self.address = address
    }
}
