// SPDX-License-Identifier: MIT OR Apache-2.0

/// The rules this software promises to keep: the daemon serves them to everybody, the command line prints them (spec 11
/// §7.1, spec 13 §6.2).
package enum Constitution {
    package static let version = "1.0"
    package static let status = "Draft"
    /// Markdown.
    package static let text = String(decoding: PackageResources.constitution_md, as: UTF8.self)
}
