// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import CryptoSuite
import Identity
import PrivateFiles

/// Where a passphrase comes from: the terminal without echo, a private file, or an open file descriptor.
///
/// Never the command line or the environment: both can be read by other processes.
struct PassphraseOptions: ParsableArguments {
    @Option(name: .customLong("passphrase-file"), help: "Read the passphrase from this file (mode 0600).")
    var path: String?

    @Option(name: .customLong("passphrase-fd"), help: "Read the passphrase from this open file descriptor.")
    var descriptor: Int32?

    mutating func validate() throws {
        guard self.path == nil || self.descriptor == nil else {
            throw ValidationError("--passphrase-file and --passphrase-fd exclude each other")
        }
        if let descriptor, descriptor < 0 { throw ValidationError("--passphrase-fd takes a descriptor from 0") }
    }

    /// The first line of the source; asked for twice on a terminal when `isNew`.
    func read(isNew: Bool) throws -> SecretBytes {
        var line = try self.line(isNew: isNew)
        defer { wipe(&line) }
        guard !line.isEmpty else { throw CommandError("the passphrase is empty") }
        return SecretBytes(line)
    }

    private func line(isNew: Bool) throws -> [UInt8] {
        if let path { return try Self.line(ofFile: path) }
        if let descriptor { return try SecretInput.line(from: descriptor) }
        let ask = Surroundings.current.readPassphrase
        let first = try ask("Passphrase: ")
        guard isNew else { return first }
        var second = try ask("The same again: ")
        defer { wipe(&second) }
        guard constantTimeEquals(first, second) else { throw CommandError("the passphrases differ") }
        return first
    }

    private static func line(ofFile path: String) throws(CommandError) -> [UInt8] {
        var contents: [UInt8]?
        do throws(PrivateFileError) {
            contents = try PrivateFile.read(path, byteCountMax: 2 * KeyBackup.passphraseByteCountMax)
        } catch {
            throw CommandError("\(error)")
        }
        guard var bytes = contents.take() else { throw CommandError("\(path): no such file") }
        defer { wipe(&bytes) }
        return Array(bytes.prefix { $0 != 0x0A })
    }
}
