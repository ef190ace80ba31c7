// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Identity
import Primitives
import Trust

func id<ID: Identifier32>(_ number: UInt64, _ type: ID.Type = ID.self) -> ID {
    ID(words: Words32(number, number, number, number))
}

let alice: AgentID = id(1)
let bob: AgentID = id(2)
let laptop: MachineID = id(10)
let phone: MachineID = id(11)

/// A book that applies every mutation to a second book, as a store would, and can prove that nothing is lost.
struct JournaledBook {
    var book = ContactBook()
    private(set) var changes: [ContactChange] = []
    private var storedContacts: [AgentID: Contact] = [:]
    private var storedRevocations: [Revocation] = []

    @discardableResult
    mutating func apply<T>(_ body: (inout ContactBook, inout [ContactChange]) throws -> T) rethrows -> T {
        self.changes = []
        let result = try body(&self.book, &self.changes)
        for change in self.changes {
            switch change {
            case .saved(let contact): self.storedContacts[contact.agentID] = contact
            case .removed(let agent): self.storedContacts[agent] = nil
            case .revoked(let revocation): self.storedRevocations.append(revocation)
            }
        }
        return result
    }

    /// What a restart gives.
    var reloaded: ContactBook {
        ContactBook(contacts: Array(self.storedContacts.values), revocations: self.storedRevocations)
    }
}
