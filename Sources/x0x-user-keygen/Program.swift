// SPDX-License-Identifier: MIT OR Apache-2.0

import X0XCommands

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The program `x0x-user-keygen`: see `X0XCommands`.
@main
enum Program {
    static func main() {
        exit(UserKeygenProgram.run(Array(CommandLine.arguments.dropFirst())))
    }
}
