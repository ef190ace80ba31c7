// SPDX-License-Identifier: MIT OR Apache-2.0

/// The rules this daemon promises to keep, served to everybody (spec 11 §7.1).
enum Constitution {
    static let version = "1.0"
    static let status = "Draft"
    /// Markdown.
    static let text = String(decoding: PackageResources.constitution_md, as: UTF8.self)
}
