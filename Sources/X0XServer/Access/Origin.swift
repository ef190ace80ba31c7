// SPDX-License-Identifier: MIT OR Apache-2.0

/// Which web origins may use the API from a browser: pages of this machine only (spec 11 §3.2).
enum Origin {
    /// Whether `value`, the text of an `Origin` header, is `http` or `https` on `127.0.0.1`, `[::1]` or `localhost`.
    static func isAllowed(_ value: String) -> Bool {
        for scheme in ["http://", "https://"] where value.hasPrefix(scheme) {
            return Host(authority: value.dropFirst(scheme.count))?.isLocal ?? false
        }
        return false
    }
}
