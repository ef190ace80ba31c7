// SPDX-License-Identifier: MIT OR Apache-2.0

import Subprocess

/// Shows long text through the user's pager: `$PAGER`, else `less -R`, else `more`, else as it is (spec 13 §6.2).
struct Pager {
    private let surroundings: Surroundings

    init(_ surroundings: Surroundings) { self.surroundings = surroundings }

    /// Shows text and returns when the person has read it.
    func show(_ text: String) async throws {
        var choices: [[String]] = [["less", "-R"], ["more"]]
        if let own = self.surroundings.environment["PAGER"], !own.isEmpty {
            choices.insert(own.split(separator: " ").map(String.init), at: 0)
        }
        for choice in choices {
            guard let name = choice.first else { continue }
            // A pager that is not installed or fails leaves the text to the next one.
            let result = try? await Subprocess.run(
                .name(name),
                arguments: Arguments(Array(choice.dropFirst())),
                input: .string(text),
                output: .currentStandardOutput,
                error: .currentStandardError
            )
            if result?.terminationStatus.isSuccess == true { return }
        }
        try self.surroundings.writeOutput(text)
    }
}
