// SPDX-License-Identifier: MIT OR Apache-2.0

import Identity
import Primitives
import X0XClient

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What this software put on the disk of a user (spec 13 §1, §6.6).
struct InstalledFiles: Sendable {
    /// The two programs, as far as they are there; `x0x` itself comes last.
    let programs: [String]
    /// Data, configuration and key folders of every instance, sorted.
    let folders: [String]
    /// The instances with any folder; nil is the default one.
    let instances: [String?]

    init(_ surroundings: Surroundings) {
        let own = surroundings.executablePath
        let beside = own.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        self.programs = ["\(beside)/x0xd", own].filter { FileManager.default.fileExists(atPath: $0) }
        let bases = InstanceDirectories(environment: surroundings.environment)
        let home = surroundings.environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        let places =
            Set([bases.dataBase, bases.configurationBase]).sorted().map { (folder: $0, prefix: "x0x") }
            + (home.map { [(folder: $0, prefix: ".x0x")] } ?? [])
        var folders: [String] = []
        var instances: Set<String?> = []
        for (folder, prefix) in places {
            for (path, instance) in Self.folders(in: folder, prefix) {
                folders.append(path)
                instances.insert(instance)
            }
        }
        self.folders = folders.sorted()
        self.instances = instances.sorted { ($0 ?? "") < ($1 ?? "") }
    }

    /// The folders `x0x` and `x0x-<instance>` (or with a dot in front); nothing else that happens to begin so.
    private static func folders(in parent: String, _ prefix: String) -> [(path: String, instance: String?)] {
        // A parent that is not there holds nothing.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        return names.compactMap { name in
            let path = "\(parent)/\(name)"
            var isFolder = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder else { return nil }
            if name == prefix { return (path, nil) }
            let instance = String(name.dropFirst(prefix.count + 1))
            guard name.hasPrefix(prefix + "-"), InstanceDirectories.isValidName(instance) else { return nil }
            return (path, instance)
        }
    }

    /// The first eight digits of the default instance's agent id; `unknown` when its key cannot be read.
    static func agentPrefix(_ surroundings: Surroundings) -> String {
        guard let home = try? KeyHome(instance: nil, environment: surroundings.environment),
            let id = try? home.custody.agentID()
        else { return "unknown" }
        return String(id.hex.prefix(8))
    }
}
