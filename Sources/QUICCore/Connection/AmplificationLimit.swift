// SPDX-License-Identifier: MIT OR Apache-2.0

/// The anti-amplification limit of a server towards an address it has not validated (RFC 9000 §8.1).
///
/// At most three times the received bytes are sent, exactly: no overshoot (spec 02 check 36).
struct AmplificationLimit: Sendable {
    /// The factor.
    static let factor = 3

    private var receivedByteCount = 0
    private var sentByteCount = 0
    private(set) var isValidated: Bool

    /// A client's server address needs no validation.
    init(isValidated: Bool) { self.isValidated = isValidated }

    /// Bytes that may be sent now.
    var remainingByteCount: Int {
        self.isValidated ? .max : max(0, Self.factor * self.receivedByteCount - self.sentByteCount)
    }

    mutating func received(byteCount: Int) {
        if !self.isValidated { self.receivedByteCount += byteCount }
    }

    mutating func sent(byteCount: Int) {
        if !self.isValidated { self.sentByteCount += byteCount }
    }

    mutating func validate() { self.isValidated = true }
}
