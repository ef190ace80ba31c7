// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Node
internal import Primitives

/// Dials on behalf of callers that may not want to wait for the transport's own limit.
///
/// A dial that has begun runs until the transport answers; its caller only waits as long as it likes. The dials are
/// children of `run()`, so they end with the service.
final class DialService: Sendable {
    /// How a dial ended, as far as its caller waited.
    enum Outcome: Equatable, Sendable {
        case connected(PeerID)
        case failed(TransportError)
        /// The caller's limit passed; the dial may still succeed.
        case limitPassed
    }

    private struct Job: Sendable {
        let address: NetworkAddress
        let expected: PeerID?
        let promise: Promise<Outcome>
    }

    private let transport: any PeerTransport
    private let clock: SystemClock
    /// What became of the dials on behalf of agents and machines.
    let history = DialHistory()
    /// Dials that wait to begin; the transport has a cap of its own on dials that run.
    private let jobs = Lane<Job>(capacity: 1024, overflow: .dropNewest)

    init(transport: any PeerTransport, clock: SystemClock) {
        self.transport = transport
        self.clock = clock
    }

    /// Runs dials until `finish()`; ends when the last one has ended.
    func run() async {
        await withDiscardingTaskGroup { tasks in
            for await job in self.jobs { tasks.addTask { await self.perform(job) } }
        }
    }

    private func perform(_ job: Job) async {
        do throws(TransportError) {
            job.promise.fulfil(.connected(try await self.transport.dial(job.address, expecting: job.expected)))
        } catch {
            job.promise.fulfil(.failed(error))
        }
    }

    /// Takes no more dials.
    func finish() { self.jobs.finish() }

    /// Dials an address and waits at most `limit`.
    func dial(_ address: NetworkAddress, expecting expected: PeerID?, within limit: Nanoseconds) async -> Outcome {
        let promise = Promise<Outcome>()
        guard self.jobs.offer(Job(address: address, expected: expected, promise: promise)).isAccepted else {
            return .failed(.overloaded)
        }
        return await withTimeLimit(.nanoseconds(limit.count)) { await promise.value() } ?? .limitPassed
    }

    /// Dials several addresses at once; the first that leads to a peer wins.
    ///
    /// How it ended is remembered for `target`.
    func dialAny(
        _ addresses: [NetworkAddress],
        of target: DialHistory.Target,
        expecting expected: PeerID?,
        within limit: Nanoseconds
    ) async -> (peer: PeerID, address: NetworkAddress)? {
        let (reached, failures) = await self.race(addresses, expecting: expected, within: limit)
        let attempt = DialAttempt(at: self.clock.wallTime(), connected: reached?.address, failures: failures)
        self.history.note(attempt, to: target)
        return reached
    }

    private func race(
        _ addresses: [NetworkAddress],
        expecting expected: PeerID?,
        within limit: Nanoseconds
    ) async -> (reached: (peer: PeerID, address: NetworkAddress)?, failures: [DialAttempt.Failure]) {
        await withTaskGroup(of: (NetworkAddress, Outcome).self) { tasks in
            for address in addresses.prefix(Self.parallelAddressCountMax) {
                tasks.addTask { (address, await self.dial(address, expecting: expected, within: limit)) }
            }
            defer { tasks.cancelAll() }
            var failures: [DialAttempt.Failure] = []
            for await (address, outcome) in tasks {
                switch outcome {
                case .connected(let peer): return ((peer, address), failures)
                case .failed(let error): failures.append(DialAttempt.Failure(address: address, error: error))
                case .limitPassed: failures.append(DialAttempt.Failure(address: address, error: .timedOut))
                }
            }
            return (nil, failures)
        }
    }

    /// Addresses of one agent that are tried at once.
    private static let parallelAddressCountMax = 8
}
