// SPDX-License-Identifier: MIT OR Apache-2.0

/// The latency spin bit (RFC 9000 §17.4): lets somebody on the way measure round trips, on seven of eight connections.
///
/// The client sends the opposite of what it received, the server the same. Connections that do not take part send noise,
/// so that nobody can tell who opted out.
struct SpinBit: Sendable {
    private let role: TLSRole
    /// Whether this connection takes part.
    let participates: Bool
    private var value = false

    init(role: TLSRole, unpredictable: inout UnpredictableNumbers) {
        self.role = role
        self.participates = unpredictable.next(in: 0...7) > 0
    }

    /// The bit of the newest packet received.
    mutating func received(_ bit: Bool) { self.value = self.role == .client ? !bit : bit }

    /// The bit of the next packet to send.
    func next(_ unpredictable: inout UnpredictableNumbers) -> Bool {
        self.participates ? self.value : unpredictable.nextBit()
    }
}
