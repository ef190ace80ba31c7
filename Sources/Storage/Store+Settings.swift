// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Foundation
internal import GRDB

/// The name of a small value the daemon remembers, never a secret.
///
/// Names are constants of this program, so their number is bounded.
package struct SettingKey: Hashable, Sendable {
    /// The name in the database.
    package let name: String

    /// Creates a key.
    package init(_ name: String) { self.name = name }

    /// Largest value in bytes.
    package static let valueByteCountMax = 65_536
}

extension Store {
    /// The value of a setting, or `nil` if it was never set.
    package func value(of key: SettingKey) async throws(StorageError) -> [UInt8]? {
        try await self.read { database in
            try Data.fetchOne(database, sql: "SELECT value FROM setting WHERE key = ?", arguments: [key.name])
                .map { [UInt8]($0) }
        }
    }

    /// Sets a setting, or removes it with `nil`.
    ///
    /// A value over ``SettingKey/valueByteCountMax`` is refused by the database.
    package func setValue(_ value: [UInt8]?, of key: SettingKey) async throws(StorageError) {
        try await self.write { database in
            guard let value else {
                return try database.execute(sql: "DELETE FROM setting WHERE key = ?", arguments: [key.name])
            }
            try Self.set(value, of: key, in: database)
        }
    }

    static func set(_ value: [UInt8], of key: SettingKey, in database: Database) throws {
        try database.execute(
            sql:
                "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            arguments: [key.name, Data(value)]
        )
    }
}
