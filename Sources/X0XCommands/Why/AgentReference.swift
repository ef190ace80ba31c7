// SPDX-License-Identifier: MIT OR Apache-2.0

import Identity
import Primitives
import X0XAPI
import X0XClient

/// The ways to name an agent: its id, the beginning of its id, the name of a contact, or four words.
struct AgentReference: Sendable {
    /// Fewer digits of an id would name everybody.
    static let prefixDigitCountMin = 4

    private let text: String
    private let words: IdentityWords?

    /// The words of the command line, joined.
    init(_ arguments: [String]) {
        self.text = arguments.joined(separator: " ")
        // Anything but four words of the dictionary is taken for a name.
        self.words = try? IdentityWords(self.text.split(separator: " "))
    }

    /// The one agent meant, among those the daemon knows; a whole id needs not be known.
    func resolve(among ids: some Sequence<String>, contacts: [ContactRecord]) throws(CommandError) -> String {
        if self.text.count == 64, self.text.allSatisfy(\.isHexDigit) { return self.text.lowercased() }
        let known = Set(ids).union(contacts.map(\.agentID)).sorted()
        let named = contacts.filter { $0.label?.lowercased() == self.text.lowercased() }.map(\.agentID)
        let matches = named.isEmpty ? known.filter(self.matches) : named
        guard let match = matches.first else {
            throw CommandError(
                "nothing here is called '\(self.text)': give an agent id, at least \(Self.prefixDigitCountMin) digits "
                    + "of one, the label of a contact or four words; see x0x agents list"
            )
        }
        guard matches.count == 1 else {
            throw CommandError("'\(self.text)' may be any of: \(matches.joined(separator: ", "))")
        }
        return match
    }

    private func matches(_ id: String) -> Bool {
        if let words { return JSONValue.string(id).identifier(as: AgentID.self).map(words.matches) ?? false }
        return self.text.count >= Self.prefixDigitCountMin && id.hasPrefix(self.text.lowercased())
    }
}
