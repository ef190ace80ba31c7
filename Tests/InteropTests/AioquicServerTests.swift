// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Primitives
import QUICInterop
import QUICTransport
import Testing

@testable import QUICCore

/// Our client dials, aioquic answers.
@Suite(
    .enabled(if: PythonPeer.isInstalled, PythonPeer.absenceComment),
    .timeLimit(.minutes(1)),
    .serialized
)
struct AioquicServerTests {
    private static func loopback(_ port: UInt16) -> NetworkAddress { NetworkAddress(ipv4: 0x7F00_0001, port: port) }

    /// Runs `body` with our client connected to an aioquic server.
    private static func connected(
        _ algorithm: ClassicalSignatureAlgorithm = .ecdsaP256SHA256,
        _ options: [String] = [],
        configure: @escaping @Sendable (inout EndpointConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (InteropNode, PythonServer) async throws -> Void
    ) async throws {
        try await PythonStage.run(algorithm) { stage in
            let credentials = stage.credentials
            try await stage.withServer(options) { server in
                try await InteropNode.withClient(trusting: credentials, configure: configure) { node in
                    node.post(.connect(Self.loopback(server.port)))
                    #expect(await node.nextOutput() == .connected(certificate: credentials.serverCertificate))
                    try await body(node, server)
                }
            }
        }
    }

    /// Sends a request and expects the right answer.
    private static func expectAnswer(_ request: InteropRequest, from node: InteropNode) async throws {
        node.post(.request(request, tag: 0))
        let output = await node.nextOutput()
        guard case .answered(let bytes, tag: 0) = output else {
            Issue.record("no answer but \(String(describing: output))")
            return
        }
        // Not the arrays themselves: a failure would print mebibytes.
        let isRight = bytes == request.answer
        #expect(isRight, "\(bytes.count) bytes")
    }

    @Test(arguments: ClassicalSignatureAlgorithm.allCases)
    func theHandshakeCompletes(algorithm: ClassicalSignatureAlgorithm) async throws {
        try await Self.connected(algorithm) { node, server in
            let connected = try #require(await server.next("CONNECTED"))
            #expect(connected.value("alpn") == InteropRequest.protocolName)
            try await Self.expectAnswer(.echo(Array("hello".utf8)), from: node)
        }
    }

    @Test(arguments: ["1301", "1302", "1303"])
    func spec02_check7_eachCipherSuiteWorks(suite: String) async throws {
        try await Self.connected(.ecdsaP256SHA256, ["--suite", suite]) { node, server in
            let connected = try #require(await server.next("CONNECTED"))
            #expect(connected.value("suite") == suite)
            try await Self.expectAnswer(.echo(Array("hello".utf8)), from: node)
        }
    }

    @Test func tenMebibytesGoEachWay() async throws {
        try await Self.connected { node, _ in
            let clock = ContinuousClock()
            let upload = try await clock.measure {
                try await Self.expectAnswer(.sink(InteropPattern.bytes(10 << 20)), from: node)
            }
            let download = try await clock.measure {
                try await Self.expectAnswer(.source(byteCount: 10 << 20), from: node)
            }
            print("our client, aioquic server: 10 MiB up in \(upload), down in \(download)")
        }
    }

    @Test func aHundredStreamsRunInParallel() async throws {
        try await Self.connected { node, _ in
            let requests = (0..<100).map { InteropRequest.echo(InteropPattern.bytes(4_096 + 97 * $0)) }
            for (tag, request) in requests.enumerated() { node.post(.request(request, tag: tag)) }
            var open = Set(requests.indices)
            while !open.isEmpty {
                let output = await node.nextOutput()
                guard case .answered(let bytes, let tag) = output, open.remove(tag) != nil else {
                    Issue.record("unexpected \(String(describing: output))")
                    return
                }
                let isRight = bytes == requests[tag].answer
                #expect(isRight, "answer \(tag)")
            }
        }
    }

    @Test func spec02_check19_updatesOfThePeersKeysAreFollowed() async throws {
        try await Self.connected(.ecdsaP256SHA256, ["--key-update"]) { node, server in
            try await Self.expectAnswer(.echo(Array("hello".utf8)), from: node)
            try await Self.expectAnswer(.source(byteCount: 100_000), from: node)
            #expect(await server.next("KEYS") != nil)
            try await Self.expectAnswer(.echo(Array("again".utf8)), from: node)
            let updates = try await node.transport.inspect { runtime in
                runtime.inspectedEndpoint.connections.map(\.keyUpdate.updateCount)
            }
            #expect(updates.first ?? 0 >= 1)
        }
    }

    /// Packets of 1,200 bytes, so that there are more than the 999 after which our keys are updated at the latest.
    @Test func spec02_check19_updatesOfOurKeysAreFollowed() async throws {
        let usesSmallPackets: @Sendable (inout EndpointConfiguration) -> Void = {
            $0.connection.datagramByteCountMax = 1200
        }
        try await Self.connected(configure: usesSmallPackets) { node, _ in
            try await Self.expectAnswer(.sink(InteropPattern.bytes(3 << 20)), from: node)
            try await Self.expectAnswer(.source(byteCount: 1 << 20), from: node)
            let updates = try await node.transport.inspect { runtime in
                runtime.inspectedEndpoint.connections.map(\.keyUpdate.updateCount)
            }
            #expect(updates == [1])
        }
    }

    /// A NAT between the two gives our client another port, of which it knows nothing.
    @Test func aRebindingOnTheWayIsSurvived() async throws {
        try await PythonStage.run { stage in
            let credentials = stage.credentials
            try await stage.withServer { server in
                try await ImpairmentProxy.with(serverPort: server.port, Impairment()) { proxy in
                    try await InteropNode.withClient(trusting: credentials) { node in
                        node.post(.connect(proxy.address))
                        #expect(await node.nextOutput() == .connected(certificate: credentials.serverCertificate))
                        for _ in 0..<3 {
                            try await Self.expectAnswer(.sink(InteropPattern.bytes(200_000)), from: node)
                            try await proxy.rebind()
                            try await Self.expectAnswer(.source(byteCount: 200_000), from: node)
                        }
                    }
                }
            }
        }
    }

    @Test func aRetryIsFollowed() async throws {
        try await Self.connected(.ecdsaP256SHA256, ["--retry"]) { node, _ in
            try await Self.expectAnswer(.echo(Array("hello".utf8)), from: node)
            let tokens = try await node.transport.inspect { runtime in
                runtime.inspectedEndpoint.connections.map { $0.retry?.token.count ?? 0 }
            }
            #expect(tokens.count == 1 && tokens[0] > 0)
        }
    }

    @Test func ourCloseArrivesWithCodeAndReason() async throws {
        try await Self.connected { node, server in
            node.post(.close(code: 4_242, reason: "client is done"))
            #expect(await node.nextOutput() == .closed(.closedLocally(code: 4_242)))
            let terminated = try #require(await server.next("TERMINATED"))
            #expect(terminated.value("code") == 4_242)
            #expect(terminated.value("isApplication") == true)
            #expect(terminated.value("reason") == "client is done")
        }
    }

    @Test func theServersCloseArrivesWithCodeAndReason() async throws {
        try await Self.connected { node, _ in
            node.post(.request(.close(code: 77, reason: "server is done"), tag: 0))
            #expect(await node.nextOutput() == .abandoned(tag: 0))
            #expect(await node.nextOutput() == .closed(.closedByPeerApplication(code: 77, reason: "server is done")))
        }
    }

    /// A server that speaks version 2 only leaves us nothing to agree on.
    @Test func aServerWithoutOurVersionEndsTheDial() async throws {
        try await PythonStage.run { stage in
            let credentials = stage.credentials
            try await stage.withServer(["--version", "6b3343cf"]) { server in
                try await InteropNode.withClient(trusting: credentials) { node in
                    node.post(.connect(Self.loopback(server.port)))
                    #expect(await node.nextOutput() == .closed(.versionMismatch))
                }
            }
        }
    }

    @Test func aServerOfAnotherAuthorityIsRefused() async throws {
        let others = try InteropCredentials(.ecdsaP256SHA256)
        try await PythonStage.run { stage in
            try await stage.withServer { server in
                try await InteropNode.withClient(trusting: others) { node in
                    node.post(.connect(Self.loopback(server.port)))
                    guard case .closed(.failed(let failure)) = await node.nextOutput() else {
                        Issue.record("the handshake did not fail")
                        return
                    }
                    #expect(failure.code.rawValue == 0x128)
                    let terminated = try #require(await server.next("TERMINATED"))
                    #expect(terminated.value("code") == 0x128)
                }
            }
        }
    }

    @Test(arguments: [UInt64(1), 2])
    func lossAndReorderingAreRepaired(seed: UInt64) async throws {
        try await PythonStage.run { stage in
            let credentials = stage.credentials
            try await stage.withServer { server in
                let impairment = Impairment(
                    seed: seed,
                    lossPercent: 5,
                    reorderingPercent: 5,
                    delay: .milliseconds(2)
                )
                try await ImpairmentProxy.with(serverPort: server.port, impairment) { proxy in
                    try await InteropNode.withClient(trusting: credentials) { node in
                        node.post(.connect(proxy.address))
                        #expect(await node.nextOutput() == .connected(certificate: credentials.serverCertificate))
                        try await Self.expectAnswer(.sink(InteropPattern.bytes(1 << 20)), from: node)
                        try await Self.expectAnswer(.source(byteCount: 1 << 20), from: node)
                        let statistics = try await proxy.statistics()
                        #expect(statistics.lost > 0 && statistics.reordered > 0)
                    }
                }
            }
        }
    }
}
