// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import Foundation
import UnixSignals
import X0XClient

/// Something that can be measured: the settings of one run.
protocol Measurement: Sendable {
    /// The heading of its rows.
    var title: String { get }

    /// What is found must be found by then; a limit for accidents, far above the expected time.
    var timeLimit: Duration { get }

    /// Measures.
    ///
    /// Obeys cancellation, and has cleaned up everything when it returns or throws.
    func findings() async throws -> [Finding]
}

/// Takes measurements one after the other and prints each as soon as it is complete.
///
/// A measurement that fails does not keep the others from being taken.
///
/// - Parameters:
///   - measurements: What to measure.
///   - budgetsAreChecked: Whether a missed budget is a failure, too: for quantities that do not depend on the machine.
/// - Throws: `ExitCode` when a measurement failed or the user stopped the program (SIGINT, SIGTERM).
func report(_ measurements: [any Measurement], budgetsAreChecked: Bool = false) async throws {
    // Before the first process is started, so that none can outlive this one.
    let stopSignals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    let isComplete = try await withThrowingTaskGroup(of: Bool?.self) { group in
        group.addTask { try await take(measurements, budgetsAreChecked: budgetsAreChecked) }
        group.addTask {
            for await _ in stopSignals { return nil }
            return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
    }
    guard let isComplete else {
        try? FileHandle.standardError.write(contentsOf: Data("x0x-bench: stopped\n".utf8))  // nobody reads it: fine
        throw ExitCode(130)
    }
    guard isComplete else { throw ExitCode.failure }
}

private func take(_ measurements: [any Measurement], budgetsAreChecked: Bool) async throws -> Bool {
    #if DEBUG
    show(["debug build: these numbers mean nothing beside the budgets"])
    #endif
    var isComplete = true
    for measurement in measurements {
        let tooLong: any Error = BenchError("took longer than \(measurement.timeLimit)")
        show([measurement.title])
        do {
            let findings = try await withTimeLimit(measurement.timeLimit, orThrow: tooLong) {
                try await measurement.findings()
            }
            show(findings.map(\.line))
            if budgetsAreChecked, findings.contains(where: \.missesBudget) { isComplete = false }
        } catch {
            try Task.checkCancellation()
            show(["  failed: \(error)"])
            isComplete = false
        }
    }
    return isComplete
}

/// Prints lines at once, also into a file or pipe.
private func show(_ lines: [String]) {
    for line in lines { print(line) }
    fflush(nil)
}
