// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Primitives
import QUICInterop
import Testing

/// The parts of the interoperability tests, by themselves.
@Suite(.timeLimit(.minutes(1)))
struct InteropPartsTests {
    @Test func theSameSeedGivesTheSameFates() {
        var first = Impairment(seed: 7, lossPercent: 5, reorderingPercent: 5)
        var second = Impairment(seed: 7, lossPercent: 5, reorderingPercent: 5)
        let fates = (0..<10_000).map { _ in first.nextFate() }
        #expect(fates == (0..<10_000).map { _ in second.nextFate() })
        let lost = fates.count { $0 == .lost }
        let heldBack = fates.count { $0 == .delivered(after: .milliseconds(5)) }
        #expect((400...600).contains(lost))
        #expect((380...570).contains(heldBack))
    }

    @Test func aGoodPathChangesNothing() {
        var path = Impairment(seed: 7)
        #expect((0..<1_000).allSatisfy { _ in path.nextFate() == .delivered(after: .zero) })
    }

    @Test(arguments: [
        InteropRequest.echo([1, 2, 10, 3]), .echo([]), .sink([0]), .source(byteCount: 65_522),
        .close(code: 77, reason: "server is done"),
    ])
    func aRequestIsReadBack(request: InteropRequest) {
        #expect(InteropRequest(request.encoded) == request)
    }

    @Test(arguments: ["", "echo", "source\n", "source -1\n", "source 99999999999\n", "close x y\n", "other\n"])
    func whatIsNoRequestIsRefused(text: String) {
        #expect(InteropRequest(Array(text.utf8)) == nil)
    }

    /// Both ends are ours, so that a broken peer cannot hide a broken half.
    @Test(arguments: ClassicalSignatureAlgorithm.allCases)
    func ourTwoSidesUnderstandEachOther(algorithm: ClassicalSignatureAlgorithm) async throws {
        let credentials = try InteropCredentials(algorithm)
        try await InteropNode.withServer(credentials) { server in
            try await InteropNode.withClient(trusting: credentials) { client in
                client.post(.connect(server.address))
                #expect(await client.nextOutput() == .connected(certificate: credentials.serverCertificate))
                let request = InteropRequest.sink(InteropPattern.bytes(100_000))
                client.post(.request(request, tag: 3))
                #expect(await client.nextOutput() == .answered(request.answer ?? [], tag: 3))
            }
        }
    }

    @Test func theProxyLosesWhatItIsToldTo() async throws {
        let credentials = try InteropCredentials(.ecdsaP256SHA256)
        try await InteropNode.withServer(credentials) { server in
            let impairment = Impairment(seed: 3, lossPercent: 5, reorderingPercent: 5, delay: .milliseconds(1))
            try await ImpairmentProxy.with(serverPort: server.address.port, impairment) { proxy in
                try await InteropNode.withClient(trusting: credentials) { client in
                    client.post(.connect(proxy.address))
                    #expect(await client.nextOutput() == .connected(certificate: credentials.serverCertificate))
                    let request = InteropRequest.sink(InteropPattern.bytes(1 << 20))
                    client.post(.request(request, tag: 0))
                    #expect(await client.nextOutput() == .answered(request.answer ?? [], tag: 0))
                    let statistics = try await proxy.statistics()
                    #expect(statistics.lost > 0 && statistics.reordered > 0 && statistics.overflowed == 0)
                }
            }
        }
    }
}
