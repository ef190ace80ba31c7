// SPDX-License-Identifier: MIT OR Apache-2.0

/// A connection on the heap with the semantics of a value: copies share it until one of them changes.
///
/// A connection is more than a kilobyte with some fifty references inside. Looking at one field of a slot would copy all
/// of it, several times per datagram, and did: it was the largest cost of all (docs/performance.md).
struct ConnectionBox: Sendable {
    /// Sendable, although mutable: only `ConnectionBox` touches it, and changes it only while nobody shares it.
    private final class Storage: @unchecked Sendable {
        var connection: Connection

        init(_ connection: Connection) { self.connection = connection }
    }

    private var storage: Storage

    init(_ connection: Connection) { self.storage = Storage(connection) }

    /// The connection, read and changed in place.
    var value: Connection {
        _read { yield self.storage.connection }
        _modify {
            if !isKnownUniquelyReferenced(&self.storage) { self.storage = Storage(self.storage.connection) }
            yield &self.storage.connection
        }
    }
}
