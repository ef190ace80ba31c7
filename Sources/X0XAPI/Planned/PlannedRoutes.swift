// SPDX-License-Identifier: MIT OR Apache-2.0

/// What the specification lists and this daemon cannot do yet, one file per category.
///
/// An endpoint that is built wins over its line here (`Registry.planned`); delete the line when you build it.
enum PlannedRoutes {
    static let all: [Route] =
        Self.exec + Self.groups + Self.namedGroups + Self.tasks + Self.stores + Self.files
}
