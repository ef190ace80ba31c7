// SPDX-License-Identifier: MIT OR Apache-2.0

package import CryptoSuite
internal import HeapModule
package import Primitives
package import QUICCore

/// A network of QUIC nodes under virtual time: seeded, single-threaded, replayable.
///
/// The same `EndpointRuntime` runs here that runs over sockets in production. Handshake cryptography is real and takes
/// `cryptoDelay` of virtual time.
package struct PacketNetwork<Application: EndpointApplication> {
    /// Something that will happen at an instant; ties are broken by order of creation.
    private struct Happening: Comparable {
        enum Kind {
            case arrival(OutgoingDatagram, from: NetworkAddress)
            case cryptoAnswer(NetworkAddress, EndpointRuntime<Application>.CryptoRequest, TLSCryptoResult)
        }

        let at: Instant
        let sequence: UInt64
        let kind: Kind

        static func == (lhs: Happening, rhs: Happening) -> Bool { lhs.sequence == rhs.sequence }
        static func < (lhs: Happening, rhs: Happening) -> Bool { (lhs.at, lhs.sequence) < (rhs.at, rhs.sequence) }
    }

    private struct Node {
        var runtime: EndpointRuntime<Application>
        let signingKey: MLDSA65PrivateKey
        var isPartitioned = false
    }

    private var nodes: [NetworkAddress: Node] = [:]
    private var happenings: Heap<Happening> = []
    /// When the link to each node has carried what was sent so far, only where conditions limit its speed.
    private var linksFreeAt: [NetworkAddress: Instant] = [:]
    private var sequence: UInt64 = 0
    private var random: SplitMix64
    private var outputs: [(NetworkAddress, Application.Output)] = []
    private var captured: [(source: NetworkAddress, datagram: [UInt8])] = []

    /// Whether datagrams are kept for `takeCapturedDatagrams`, as they leave and whatever happens to them then.
    package var isCapturing = false

    /// Computes what handshakes ask for; a test about something else may answer with less work.
    package var performCrypto: @Sendable (TLSCryptoRequest, MLDSA65PrivateKey) -> TLSCryptoResult = {
        TLSCryptoPerformer.perform($0, signingKey: $1)
    }
    /// Virtual time of a crypto operation.
    package var cryptoDelay = Nanoseconds.microseconds(500)
    /// What happens to datagrams from now on.
    package var conditions: PacketConditions
    /// The virtual clock.
    package private(set) var now = Instant.epoch + .seconds(1)
    /// Counters since creation.
    package private(set) var statistics = PacketNetworkStatistics()

    /// Creates an empty network whose whole behaviour follows from `seed`.
    package init(seed: UInt64, conditions: PacketConditions = PacketConditions()) {
        self.random = SplitMix64(seed: seed)
        self.conditions = conditions
    }

    /// Adds a node; an existing one at the address is replaced, as after a crash.
    package mutating func add(
        _ runtime: EndpointRuntime<Application>,
        signingKey: MLDSA65PrivateKey,
        at address: NetworkAddress
    ) {
        self.nodes[address] = Node(runtime: runtime, signingKey: signingKey)
    }

    /// Takes a node away without a word: a crash.
    package mutating func remove(_ address: NetworkAddress) { self.nodes[address] = nil }

    /// Cuts a node off, or connects it again.
    package mutating func setPartitioned(_ isPartitioned: Bool, _ address: NetworkAddress) {
        self.nodes[address]?.isPartitioned = isPartitioned
    }

    /// Gives a node another address, as a NAT device does: it does not notice, and what is on its way to the old address
    /// is lost.
    package mutating func rebind(_ address: NetworkAddress, to newAddress: NetworkAddress) {
        self.nodes[newAddress] = self.nodes.removeValue(forKey: address)
    }

    /// A node, to look at.
    package func node(_ address: NetworkAddress) -> EndpointRuntime<Application>? { self.nodes[address]?.runtime }

    /// Gives a command to the application of a node.
    package mutating func command(_ command: Application.Command, at address: NetworkAddress) {
        let now = self.now
        self.nodes[address]?.runtime.handle(command, now: now)
        self.collect(address)
    }

    /// Delivers a datagram of the test's own making at once.
    package mutating func inject(_ datagram: [UInt8], from source: NetworkAddress, to address: NetworkAddress) {
        let now = self.now
        self.nodes[address]?.runtime.datagramReceived(datagram, from: source, now: now)
        self.collect(address)
    }

    /// Takes everything the applications said since the last call.
    package mutating func takeOutputs() -> [(address: NetworkAddress, output: Application.Output)] {
        defer { self.outputs = [] }
        return self.outputs.map { ($0.0, $0.1) }
    }

    /// Takes the datagrams a node has sent since the last call, oldest first.
    package mutating func takeCapturedDatagrams(from address: NetworkAddress) -> [[UInt8]] {
        let taken = self.captured.filter { $0.source == address }.map(\.datagram)
        self.captured.removeAll { $0.source == address }
        return taken
    }

    /// Runs until `condition` holds or virtual time reaches `deadline`; returns whether it holds.
    @discardableResult
    package mutating func run(until deadline: Instant, _ condition: (Self) -> Bool = { _ in false }) -> Bool {
        while !condition(self) {
            guard self.step(until: deadline) else { return condition(self) }
        }
        return true
    }

    /// Lets the next thing happen; `false` when nothing happens before `deadline`, which is then the current time.
    package mutating func step(until deadline: Instant) -> Bool {
        let timer = self.nextTimer()
        let arrival = self.happenings.min?.at
        let next = min(timer?.at ?? .distantFuture, arrival ?? .distantFuture)
        guard next <= deadline else {
            self.now = max(self.now, deadline)
            return false
        }
        self.now = max(self.now, next)
        if let timer, timer.at == next, timer.at < arrival ?? .distantFuture {
            self.nodes[timer.address]?.runtime.handleTimeout(now: self.now)
            self.collect(timer.address)
        } else if let happening = self.happenings.popMin() {
            self.perform(happening)
        }
        return true
    }

    private func nextTimer() -> (address: NetworkAddress, at: Instant)? {
        var earliest: (address: NetworkAddress, at: Instant)?
        for (address, node) in self.nodes {
            guard let deadline = node.runtime.nextDeadline else { continue }
            // A tie goes to the lower address, because dictionary order differs between processes.
            if let known = earliest, (known.at, known.address) < (deadline, address) { continue }
            earliest = (address, deadline)
        }
        return earliest
    }

    private mutating func perform(_ happening: Happening) {
        switch happening.kind {
        case .arrival(let datagram, let source):
            let destination = datagram.destination
            guard self.nodes[destination]?.isPartitioned == false, self.nodes[source]?.isPartitioned != true else {
                self.statistics.datagramsUnreachable += 1
                return
            }
            self.statistics.datagramsDelivered += 1
            self.nodes[destination]?.runtime.datagramReceived(
                datagram.bytes,
                from: source,
                codepoint: datagram.codepoint,
                now: self.now
            )
            self.collect(destination)
        case .cryptoAnswer(let address, let request, let result):
            self.nodes[address]?.runtime.cryptoCompleted(request, result: result, now: self.now)
            self.collect(address)
        }
    }

    /// Takes everything a node wants to do after an input.
    private mutating func collect(_ address: NetworkAddress) {
        while let datagram = self.nodes[address]?.runtime.nextDatagram(now: self.now) {
            self.transmit(datagram, from: address)
        }
        while let request = self.nodes[address]?.runtime.nextCryptoRequest() {
            guard let signingKey = self.nodes[address]?.signingKey else { break }
            let result = self.performCrypto(request.request, signingKey)
            self.schedule(.cryptoAnswer(address, request, result), at: self.now + self.cryptoDelay)
        }
        while let output = self.nodes[address]?.runtime.nextOutput() { self.outputs.append((address, output)) }
    }

    private mutating func transmit(_ sent: OutgoingDatagram, from source: NetworkAddress) {
        self.statistics.datagramsSent += 1
        if self.isCapturing { self.captured.append((source, sent.bytes)) }
        guard !self.happens(self.conditions.lossProbability),
            let leavesAt = self.passLink(to: sent.destination, byteCount: sent.bytes.count)
        else {
            self.statistics.datagramsLost += 1
            return
        }
        var bytes = sent.bytes
        if self.happens(self.conditions.corruptionProbability) {
            let bit = Int.random(in: 0..<bytes.count * 8, using: &self.random)
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            self.statistics.datagramsCorrupted += 1
        }
        let codepoint = self.marked(sent.codepoint, queueTime: leavesAt - self.now)
        let datagram = OutgoingDatagram(bytes: bytes, destination: sent.destination, codepoint: codepoint)
        for _ in 0..<(self.happens(self.conditions.duplicationProbability) ? 2 : 1) {
            let jitter = Nanoseconds(Int64.random(in: 0...self.conditions.jitter.count, using: &self.random))
            self.schedule(.arrival(datagram, from: source), at: leavesAt + self.conditions.latency + jitter)
        }
    }

    /// What becomes of the ECN bits on the way.
    private mutating func marked(_ codepoint: ECNCodepoint, queueTime: Nanoseconds) -> ECNCodepoint {
        guard codepoint != .notCapable, !self.conditions.clearsECN else { return .notCapable }
        guard let limit = self.conditions.markingQueueTime, queueTime > limit else { return codepoint }
        self.statistics.datagramsMarked += 1
        return .congestionExperienced
    }

    /// When a datagram has passed the link to a node, behind all that waits for it; `nil` when it finds no room.
    private mutating func passLink(to destination: NetworkAddress, byteCount: Int) -> Instant? {
        guard let bytesPerSecond = self.conditions.bytesPerSecond, bytesPerSecond > 0 else { return self.now }
        let freeAt = max(self.now, self.linksFreeAt[destination] ?? self.now)
        let waiting = (freeAt - self.now).seconds * Double(bytesPerSecond)
        guard waiting + Double(byteCount) <= Double(self.conditions.queueByteCountMax) else { return nil }
        let leavesAt = freeAt + .microseconds(Int64(byteCount) * 1_000_000 / Int64(bytesPerSecond))
        self.linksFreeAt[destination] = leavesAt
        return leavesAt
    }

    private mutating func happens(_ probability: Double) -> Bool {
        probability > 0 && Double.random(in: 0..<1, using: &self.random) < probability
    }

    private mutating func schedule(_ kind: Happening.Kind, at instant: Instant) {
        self.sequence += 1
        self.happenings.insert(Happening(at: instant, sequence: self.sequence, kind: kind))
    }
}
