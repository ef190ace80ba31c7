// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import Subprocess
import X0XAPI
import X0XClient

package struct GUICommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "gui",
        abstract: "Open the web interface in a browser."
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package func run() async throws {
        let client = try await self.globals.connect()
        let output = self.globals.output
        let page = try client.endpoint().baseURL + Endpoints.gui.route.path
        output.note("x0x GUI: \(page)")
        #if os(macOS)
        let opener = "open"
        #else
        let opener = "xdg-open"
        #endif
        // No opener, no display, no browser: the user opens the page by hand.
        let result = try? await Subprocess.run(.name(opener), arguments: [page], output: .discarded)
        if result?.terminationStatus.isSuccess != true { output.note("Open this address in a browser yourself.") }
    }
}
