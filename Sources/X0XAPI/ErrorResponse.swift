// SPDX-License-Identifier: MIT OR Apache-2.0

/// The body of every answer outside 2xx: `{"ok":false,"error":"…"}` (spec 11 §2.3).
package struct ErrorResponse: Codable, Hashable, Error {
    package let ok: Bool
    /// Text for people, except on `/direct/send`, where it is one of `DirectSendFailure`.
    package let error: String
    /// More text for people; absent on most endpoints.
    package let detail: String?
    /// The `X-Request-Id` of the answer, on faults of the daemon only: what to look for in its log.
    package var requestID: String?

    package init(_ error: String, detail: String? = nil) {
        self.ok = false
        self.error = error
        self.detail = detail
    }

    enum CodingKeys: String, CodingKey {
        case ok
        case error
        case detail
        case requestID = "request_id"
    }
}
