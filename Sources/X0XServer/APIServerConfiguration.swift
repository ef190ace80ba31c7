// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What the API server needs to know; read from files and flags by the daemon alone.
package struct APIServerConfiguration: Sendable {
    /// Whether `/gui` hands the token to browsers on this machine (spec 11 §7.13).
    package enum PageToken: String, Sendable {
        case inject
        case off
    }

    /// Where to listen; port 0 lets the system choose.
    package var address: NetworkAddress
    /// The version the API reports.
    package var version: String
    /// Host names accepted besides IP literals and `localhost`, such as a name in `/etc/hosts`; lower case.
    package var allowedHostNames: Set<String> = []
    package var pageToken = PageToken.inject
    /// Whether `/metrics` needs no token: for collectors that cannot send one.
    package var areMetricsOpen = false
    package var limits = RequestLimits()
    let bearer: BearerToken

    /// `token` is the text of `api-token`.
    package init(address: NetworkAddress, token: String, version: String) {
        self.address = address
        self.version = version
        self.bearer = BearerToken(token)
    }
}
