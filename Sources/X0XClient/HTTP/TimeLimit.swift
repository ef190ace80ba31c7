// SPDX-License-Identifier: MIT OR Apache-2.0

/// Runs `operation`; when `limit` has passed, cancels it and throws `timeout`.
///
/// The operation must obey cancellation: it is waited for.
package func withTimeLimit<Result: Sendable, Failure: Error>(
    _ limit: Duration,
    orThrow timeout: Failure,
    _ operation: @escaping @Sendable () async throws(Failure) -> Result
) async throws(Failure) -> Result {
    let outcome = await withTaskGroup(of: Swift.Result<Result, Failure>?.self) { group in
        group.addTask {
            do throws(Failure) {
                return .success(try await operation())
            } catch {
                return .failure(error)
            }
        }
        group.addTask {
            // Cancelled when the operation ended first.
            try? await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        return await group.next() ?? nil
    }
    guard let outcome else { throw timeout }
    return try outcome.get()
}
