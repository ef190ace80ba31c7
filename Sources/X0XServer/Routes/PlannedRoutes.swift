// SPDX-License-Identifier: MIT OR Apache-2.0

internal import HTTPTypes
internal import X0XAPI

extension Route {
    /// The answer of an endpoint whose capability is missing: 501, whatever is sent.
    var unavailable: MountedRoute {
        MountedRoute(route: self) { _ in throw APIFailure(.notImplemented, "not implemented yet: \(self.command)") }
    }
}
