// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Primitives
import QUICInterop
import QUICTransport
import TestSupport
import Testing

@testable import QUICCore

/// aioquic dials, our server answers.
@Suite(
    .enabled(if: PythonPeer.isInstalled, PythonPeer.absenceComment),
    .timeLimit(.minutes(1)),
    .serialized
)
struct AioquicClientTests {
    /// Plays a scenario and expects that the script finds nothing wrong.
    private static func play(
        _ scenario: String,
        _ algorithm: ClassicalSignatureAlgorithm = .ecdsaP256SHA256,
        _ options: [String] = [],
        afterwards: (InteropNode, [PythonReport]) async throws -> Void = { _, _ in }
    ) async throws {
        try await PythonStage.run(algorithm) { stage in
            try await InteropNode.withServer(stage.credentials) { node in
                let (exitCode, reports) = try await stage.client(scenario, port: node.address.port, options)
                #expect(exitCode == 0)
                #expect(await node.nextOutput() == .connected(certificate: []))
                try await afterwards(node, reports)
            }
        }
    }

    @Test(arguments: ClassicalSignatureAlgorithm.allCases)
    func theHandshakeCompletes(algorithm: ClassicalSignatureAlgorithm) async throws {
        try await Self.play("handshake", algorithm) { node, reports in
            let connected = try #require(reports.first { $0.word == "CONNECTED" })
            #expect(connected.value("alpn") == InteropRequest.protocolName)
            #expect(await node.nextOutput() == .closed(.closedByPeerApplication(code: 0, reason: "")))
        }
    }

    @Test(arguments: ["1301", "1302", "1303"])
    func spec02_check7_eachCipherSuiteWorks(suite: String) async throws {
        try await Self.play("handshake", .ecdsaP256SHA256, ["--suite", suite]) { _, reports in
            let connected = try #require(reports.first { $0.word == "CONNECTED" })
            #expect(connected.value("suite") == suite)
        }
    }

    @Test func tenMebibytesGoEachWay() async throws {
        try await Self.play("bulk") { _, reports in
            let measured = try #require(reports.first { $0.word == "MEASURED" })
            let upload: Double = try #require(measured.value("upload"))
            let download: Double = try #require(measured.value("download"))
            print("aioquic client, our server: \(upload) MiB/s up, \(download) MiB/s down")
        }
    }

    @Test func aHundredStreamsRunInParallel() async throws { try await Self.play("parallel") }

    @Test func spec02_check19_updatesOfThePeersKeysAreFollowed() async throws { try await Self.play("key-update") }

    @Test func theClientsCloseArrivesWithCodeAndReason() async throws {
        try await Self.play("close-by-client") { node, _ in
            #expect(await node.nextOutput() == .closed(.closedByPeerApplication(code: 4_242, reason: "client is done")))
        }
    }

    @Test func ourCloseArrivesWithCodeAndReason() async throws {
        try await Self.play("close-by-server") { node, _ in
            #expect(await node.nextOutput() == .closed(.closedLocally(code: 77)))
        }
    }

    /// The client offers version 2 of QUIC first, which we do not speak.
    @Test func spec02_check35_anUnknownVersionIsNegotiatedDown() async throws {
        try await Self.play("handshake", .ecdsaP256SHA256, ["--first-version", "6b3343cf"]) { node, _ in
            let sent = try await node.transport.inspect { $0.statistics.versionNegotiationsSent }
            #expect(sent == 1)
        }
    }

    @Test func aClientWithoutOurProtocolIsRefused() async throws {
        try await PythonStage.run { stage in
            try await InteropNode.withServer(stage.credentials) { node in
                let (exitCode, reports) = try await stage.client(
                    "handshake",
                    port: node.address.port,
                    ["--alpn", "something-else"]
                )
                #expect(exitCode == 3)
                let terminated = try #require(reports.first { $0.word == "TERMINATED" })
                #expect(terminated.value("code") == 0x178)
            }
        }
    }

    /// The client goes on from another port after the handshake, without a word.
    @Test func aClientThatMovesToAnotherPortIsFollowed() async throws {
        try await Self.play("rebind") { node, _ in
            guard case .moved(let address) = await node.nextOutput() else {
                Issue.record("the server did not follow")
                return
            }
            #expect(address.isLoopback)
            #expect(await node.nextOutput() == .closed(.closedByPeerApplication(code: 0, reason: "")))
        }
    }

    /// A server at its limit of half-open connections asks for a proof of the address first (spec 02 §15).
    @Test func theRetryOfAServerUnderLoadIsFollowed() async throws {
        try await PythonStage.run { stage in
            try await InteropNode.withServer(stage.credentials, configure: { $0.halfOpenCountMax = 1 }) { node in
                // A client that says no more takes the only place.
                let datagram = try Self.firstDatagram()
                let silent = try #require(datagram)
                try LoopbackDatagrams.send([silent], toPort: node.address.port)
                let (exitCode, _) = try await stage.client("handshake", port: node.address.port)
                #expect(exitCode == 0)
                let statistics = try await node.transport.inspect(\.statistics)
                #expect(statistics.retriesSent == 1 && statistics.invalidTokens == 0)
            }
        }
    }

    /// The first datagram of a client of ours.
    private static func firstDatagram() throws -> [UInt8]? {
        let profile = ClassicalProfile(forInteroperabilityTests: [InteropRequest.protocolName])
        var endpoint = Endpoint(
            configuration: EndpointConfiguration(
                connection: ConnectionConfiguration(classicalForInteroperabilityTests: profile),
                resetKey: .random(byteCount: 32)
            ),
            random: SystemSecureRandom()
        )
        let now = Instant.epoch + .seconds(1)
        let server = NetworkAddress(ipv4: 0x7F00_0001, port: 1)
        _ = try endpoint.connect(to: server, serverName: InteropCredentials.serverName, now: now)
        while let (handle, event) = endpoint.nextEvent() {
            guard case .cryptoRequested(let request) = event,
                let result = TLSCryptoPerformer.performKeyExchange(request.operation)
            else { continue }
            endpoint.cryptoCompleted(handle, id: request.id, result: result, now: now)
        }
        return endpoint.nextDatagram(now: now)?.bytes
    }

    @Test(arguments: [UInt64(1), 2])
    func lossAndReorderingAreRepaired(seed: UInt64) async throws {
        try await PythonStage.run { stage in
            try await InteropNode.withServer(stage.credentials) { node in
                let impairment = Impairment(
                    seed: seed,
                    lossPercent: 5,
                    reorderingPercent: 5,
                    delay: .milliseconds(2)
                )
                try await ImpairmentProxy.with(serverPort: node.address.port, impairment) { proxy in
                    let (exitCode, _) = try await stage.client("transfer", port: proxy.address.port)
                    #expect(exitCode == 0)
                    let statistics = try await proxy.statistics()
                    #expect(statistics.lost > 0 && statistics.reordered > 0)
                }
            }
        }
    }
}
