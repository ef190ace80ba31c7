// SPDX-License-Identifier: MIT OR Apache-2.0

/// One event of a server-sent event stream: what stood between two empty lines.
public struct ServerSentEvent: Sendable, Hashable {
    /// The `event:` field; `message` when the server named none.
    public var name: String
    /// The `data:` lines joined by `\n`.
    public var data: String

    /// An event of the given name and data.
    public init(name: String, data: String) {
        self.name = name
        self.data = data
    }
}
