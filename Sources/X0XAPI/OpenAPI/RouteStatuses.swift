// SPDX-License-Identifier: MIT OR Apache-2.0

extension Route {
    /// Every status of failure this endpoint can answer, with what it means here (spec 11 §2, §3).
    package var failureMeanings: [Int: String] {
        var meanings = [
            400: "A parameter, the Host header or the body is malformed",
            403: "Refused: by trust, or because Host or Origin belong to another site",
            500: "A fault of the daemon, or of its disk",
            503: "Too many connections, or something this needs is not there now",
        ]
        if self.access != .open { meanings[401] = "The token is missing or wrong" }
        if !self.parameters.isEmpty { meanings[404] = "There is no such thing" }
        if self.body != .ignored {
            meanings[408] = "The body came too slowly"
            meanings[413] = "The body is over 1 MiB, or something in it is too large"
            if self.body != .lenientJSON { meanings[415] = "The Content-Type is not JSON" }
            if self.body == .json || self.body == .strictJSON {
                meanings[422] = "A field is missing or of another type"
            }
        }
        for status in self.failures { meanings[status] = Self.furtherMeanings[status] }
        if self.isPlanned { meanings[501] = "Not implemented yet" }
        return meanings
    }

    /// What a status means that only some endpoints have.
    private static let furtherMeanings = [
        404: "There is no such thing",
        409: "It would exceed a limit of what is stored",
        426: "This connection cannot become a WebSocket",
        502: "The other side is not there",
        504: "The other side did not answer in time",
    ]
}
