// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Foundation
internal import X0XDaemon

exit(await Daemon.main(arguments: Array(CommandLine.arguments.dropFirst())))
