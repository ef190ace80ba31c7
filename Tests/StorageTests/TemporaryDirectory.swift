// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Primitives
import PrivateFiles
import Storage

/// A directory that goes away with the value's last reference.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        self.path = FileManager.default.temporaryDirectory.appending(path: "x0x-storage-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    var databasePath: String { self.path + "/x0x.db" }

    func open() throws -> Store { try Store.open(DirectoryLock(self.path, fileName: Store.lockFileName)) }

    func mode(of name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: self.path + "/" + name)[.posixPermissions] as? Int
    }

    var fileNames: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: self.path).sorted() } }
}

func agent(_ number: UInt64) -> AgentID { AgentID(words: Words32(number, 0, 0, 1)) }
func machine(_ number: UInt64) -> MachineID { MachineID(words: Words32(number, 0, 0, 2)) }

func contact(_ number: UInt64, machines: [ContactMachineRow] = []) -> ContactRow {
    ContactRow(
        agentID: agent(number),
        trustLevel: "known",
        identityType: "anonymous",
        label: "agent \(number)",
        addedAt: 1_760_000_000,
        machines: machines
    )
}
