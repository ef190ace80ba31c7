// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Identity

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Reads one secret line, at most as long as a passphrase may be.
enum SecretInput {
    /// The end of text character, which Ctrl+C sends.
    private static let interrupt: UInt8 = 3
    private static let newline: UInt8 = 10

    /// Asks on the controlling terminal, without echo, whatever standard input is.
    static func ask(_ prompt: String) throws -> [UInt8] {
        let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else {
            throw CommandError("no terminal to ask for the passphrase: use --passphrase-file or --passphrase-fd")
        }
        defer { close(terminal) }
        var settings = termios()
        guard unsafe tcgetattr(terminal, &settings) == 0 else { throw CommandError("the terminal cannot be silenced") }
        var silent = settings
        // Ctrl+C ends the line instead of the process, so that the echo always comes back.
        silent.c_lflag &= ~tcflag_t(ECHO | ISIG)
        unsafe withUnsafeMutableBytes(of: &silent.c_cc) { unsafe $0[Int(VEOL)] = Self.interrupt }
        guard unsafe tcsetattr(terminal, TCSAFLUSH, &silent) == 0 else {
            throw CommandError("the terminal cannot be silenced")
        }
        defer {
            _ = unsafe tcsetattr(terminal, TCSAFLUSH, &settings)
            Self.say("\n", on: terminal)
        }
        Self.say(prompt, on: terminal)
        var line = try Self.line(from: terminal, endingAlsoAt: Self.interrupt)
        guard line.last != Self.interrupt else {
            wipe(&line)
            throw CommandError("cancelled")
        }
        return line
    }

    /// The bytes up to a line feed or the end.
    static func line(from descriptor: Int32) throws -> [UInt8] { try self.line(from: descriptor, endingAlsoAt: nil) }

    private static func line(from descriptor: Int32, endingAlsoAt end: UInt8?) throws -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(KeyBackup.passphraseByteCountMax + 1)
        while line.count <= KeyBackup.passphraseByteCountMax {
            var byte: UInt8 = 0
            switch unsafe read(descriptor, &byte, 1) {
            case 1 where byte == Self.newline: return line
            case 1:
                line.append(byte)
                if byte == end { return line }
            case 0: return line
            default:
                guard errno == EINTR else {
                    wipe(&line)
                    throw CommandError("the passphrase cannot be read from descriptor \(descriptor)")
                }
            }
        }
        wipe(&line)
        throw CommandError("\(KeyBackupError.passphraseTooLong)")
    }

    private static func say(_ text: String, on terminal: Int32) {
        let bytes = Array(text.utf8)
        // A terminal that takes no prompt can still give an answer.
        _ = unsafe write(terminal, bytes, bytes.count)
    }
}
