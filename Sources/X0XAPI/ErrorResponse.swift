// SPDX-License-Identifier: MIT OR Apache-2.0

/// The body of every answer outside 2xx: `{"ok":false,"error":"…"}` (spec 11 §2.3).
package struct ErrorResponse: Codable, Hashable, Error {
    package let ok: Bool
    /// Text for people, except on `/direct/send`, where it is one of `DirectSendFailure`.
    package let error: String
    /// More text for people; absent on most endpoints.
    package let detail: String?

    package init(_ error: String, detail: String? = nil) {
        self.ok = false
        self.error = error
        self.detail = detail
    }
}
