// SPDX-License-Identifier: MIT OR Apache-2.0

/// Runs `operation`, cancelling it and throwing code `timeout` when `limit` has passed.
func withTimeLimit<Result: Sendable>(
    _ limit: Duration,
    _ operation: @escaping @Sendable () async throws(X0XClientError) -> Result
) async throws(X0XClientError) -> Result {
    let outcome = await withTaskGroup(of: Swift.Result<Result, X0XClientError>?.self) { group in
        group.addTask {
            do throws(X0XClientError) {
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
    guard let outcome else {
        throw X0XClientError(.timeout, "request failed", detail: "no answer within \(limit)")
    }
    return try outcome.get()
}
