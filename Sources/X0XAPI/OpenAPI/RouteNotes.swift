// SPDX-License-Identifier: MIT OR Apache-2.0

extension Route {
    /// Which command calls this endpoint.
    var commandHelp: String {
        self.isPlanned ? "Command: `x0x \(self.command)`, not built yet." : "Command: `x0x \(self.command)`."
    }

    /// What a caller must know beside parameters and schemas, a sentence each.
    package var notes: [String] {
        var notes: [String] = self.isPlanned ? ["Answers 501 until it is built."] : []
        switch self.access {
        case .open: notes.append("No token needed.")
        case .token: break
        case .tokenOrQuery: notes.append("The token may be in the query.")
        }
        switch self.body {
        case .ignored: break
        case .json: notes.append("JSON body; unknown fields are ignored.")
        case .strictJSON: notes.append("JSON body; unknown fields are refused.")
        case .optionalJSON: notes.append("JSON body; without one everything has its default.")
        case .lenientJSON: notes.append("JSON body; one that cannot be read counts as none.")
        }
        switch self.answer {
        case .json, .document: break
        case .events: notes.append("Answers server-sent events.")
        case .webSocket: notes.append("Becomes a WebSocket.")
        }
        return notes
    }
}
