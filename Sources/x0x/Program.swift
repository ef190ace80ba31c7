// SPDX-License-Identifier: MIT OR Apache-2.0

import X0XCommands

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The program `x0x`: see `X0XCommands`.
@main
enum Program {
    static func main() async {
        exit(await CommandLineProgram.run(Array(CommandLine.arguments.dropFirst())))
    }
}
