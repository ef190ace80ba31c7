// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import TestSupport
import Testing
import X0XAPI
import X0XClient

@Suite(.timeLimit(.minutes(1)))
struct ClientTests {
    private static func client(
        _ server: StubServer,
        token: String? = "token",
        configure: (inout ClientConfiguration) -> Void = { _ in }
    ) throws -> X0XClient {
        var configuration = ClientConfiguration()
        configure(&configuration)
        let endpoint = try DaemonEndpoint(address: server.address, token: token.flatMap { BearerToken($0) })
        return X0XClient(endpoint, configuration: configuration)
    }

    /// The error of a call to a server that gives `answer`.
    private static func failure(_ answer: StubServer.Answer) async throws -> X0XClientError? {
        try await StubServer.run { _ in
            answer
        } _: { server in
            await #expect(throws: X0XClientError.self) { try await Self.client(server).peers() }
        }
    }

    @Test func callsCarryTokenBodyAndContentType() async throws {
        try await StubServer.run { _ in
            .json(#"{"ok":true}"#)
        } _: { server in
            let client = try Self.client(server)
            try await client.publish(topic: "a/b", payload: Array("hi".utf8))
            try await client.unsubscribe("x/y z")
            #expect(server.requests.map(\.method) == ["POST", "DELETE"])
            #expect(server.requests.map(\.target) == ["/publish", "/subscribe/x%2Fy%20z"])
            #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer token" })
            #expect(server.requests.map { $0.headers["content-type"] } == ["application/json", nil])
            let body = String(decoding: server.requests[0].body, as: UTF8.self)
            #expect(body == #"{"payload":"aGk=","topic":"a/b"}"# || body == #"{"topic":"a/b","payload":"aGk="}"#)
        }
    }

    @Test func displayNamesAreEncoded() async throws {
        try await StubServer.run { _ in
            .json(#"{"ok":false,"error":"no"}"#, status: 500)
        } _: { server in
            let client = try Self.client(server)
            await #expect(throws: X0XClientError.self) { try await client.agentCard(displayName: "Ann & Lee=ü") }
            #expect(server.requests.map(\.target) == ["/agent/card?display_name=Ann%20%26%20Lee%3D%C3%BC"])
        }
    }

    @Test func answersAreDecodedWhateverKeysAreAdded() async throws {
        try await StubServer.run { _ in
            .json(#"{"ok":true,"new":[1],"peers":[{"id":"ab","more":null}]}"#)
        } _: { server in
            let peers = try await Self.client(server).peers()
            #expect(peers == ["ab"])
        }
    }

    @Test func errorBodiesBecomeErrors() async throws {
        let body = #"{"ok":false,"error":"recipient_key_unavailable","detail":"unknown agent"}"#
        let error = try await Self.failure(.json(body, status: 404))
        #expect(error?.code == .refusedByDaemon)
        #expect(error?.status == 404)
        #expect(error?.message == "recipient_key_unavailable")
        #expect(error?.detail == "unknown agent")
        #expect(error?.isTransient == false)
        #expect(error?.description == "recipient_key_unavailable (HTTP 404): unknown agent")
    }

    @Test func errorBodiesWithoutOkAndTextAndNothing() async throws {
        #expect(
            try await Self.failure(.json(#"{"error":"blocked"}"#, status: 403))?.description == "blocked (HTTP 403)"
        )
        let text = StubServer.Answer.reply(
            status: 422,
            contentType: "text/plain; charset=utf-8",
            body: Array("bad\n".utf8)
        )
        #expect(try await Self.failure(text)?.description == "bad (HTTP 422)")
        let html = StubServer.Answer.reply(status: 502, contentType: "text/html", body: Array("<p>".utf8))
        #expect(try await Self.failure(html)?.description == "unknown error (HTTP 502)")
        let nothing = try await Self.failure(.reply(status: 503, contentType: "", body: []))
        #expect(nothing?.description == "unknown error (HTTP 503)")
        #expect(nothing?.isTransient == true)
    }

    @Test func okFalseIsAnErrorEvenWithStatus200() async throws {
        let error = try await Self.failure(.json(#"{"ok":false,"error":"nope","peers":[]}"#))
        #expect(error?.message == "nope")
        #expect(error?.code == .refusedByDaemon)
    }

    @Test(arguments: [#"{"ok":true}"#, "[]", "not json", "{\"ok\":true,\"peers\":", #"{"peers":[{"id":1}]}"#])
    func answersOfTheWrongShapeAreInvalid(_ body: String) async throws {
        #expect(try await Self.failure(.json(body))?.code == .invalidResponse)
    }

    @Test func anEmptyAnswerIsSuccessForCallsWithoutResult() async throws {
        try await StubServer.run { _ in
            .reply(status: 204, body: [])
        } _: { server in
            try await Self.client(server).removeContact("ab")
        }
    }

    @Test func nobodyListens() async throws {
        // Port 1 is never given to a program that asks for any port, so no other test listens there.
        let client = X0XClient(try DaemonEndpoint(address: "127.0.0.1:1"))
        let error = await #expect(throws: X0XClientError.self) { try await client.peers() }
        #expect(error?.code == .daemonNotRunning)
        #expect(error?.message == "Daemon is not running. Start it with: x0x start")
        #expect(error?.isTransient == true)
        #expect(await !client.isHealthy())
    }

    @Test func aSilentDaemonTimesOut() async throws {
        try await StubServer.run { _ in
            .silence
        } _: { server in
            let client = try Self.client(server) { $0.requestTimeout = .milliseconds(100) }
            let error = await #expect(throws: X0XClientError.self) { try await client.peers() }
            #expect(error?.code == .timeout)
        }
    }

    @Test func aBrokenConnectionIsReported() async throws {
        #expect(try await Self.failure(.hangUp)?.code == .connectionLost)
    }

    @Test func answersAreLimited() async throws {
        let padding = String(repeating: "x", count: 1000 - 24)
        let body = #"{"peers":[],"padding":""# + padding + #""}"#
        try await StubServer.run { _ in
            .json(body)
        } _: { server in
            let exact = try Self.client(server) { $0.responseByteCountMax = body.utf8.count }
            #expect(try await exact.peers() == [])
            let tight = try Self.client(server) { $0.responseByteCountMax = body.utf8.count - 1 }
            let error = await #expect(throws: X0XClientError.self) { try await tight.peers() }
            #expect(error?.code == .responseTooLarge)
        }
    }

    @Test func redirectsAreNotFollowed() async throws {
        #expect(try await Self.failure(.json("{}", status: 307))?.status == 307)
    }

    @Test func aTokenFileIsNotSentToAnotherMachine() async throws {
        let token = BearerToken("secret", source: .file)
        // A name that is not loopback; nothing is resolved or sent, because the refusal comes first.
        let client = X0XClient(try DaemonEndpoint(address: "daemon.invalid:80", token: token))
        let error = await #expect(throws: X0XClientError.self) { try await client.peers() }
        #expect(error?.code == .insecureAddress)
        #expect(error.map { "\($0)".contains("secret") } == false)
    }

    @Test func theClientFollowsADaemonThatMoved() async throws {
        try await withTemporaryDirectory { directory in
            let locator = try DaemonLocator(instance: "bob", environment: ["HOME": directory])
            try FileManager.default.createDirectory(
                atPath: locator.dataDirectory,
                withIntermediateDirectories: true
            )
            func write(_ text: String, _ name: String) throws {
                try text.write(toFile: "\(locator.dataDirectory)/\(name)", atomically: true, encoding: .utf8)
            }
            try write("old", "api-token")
            try await StubServer.run { request in
                request.headers["authorization"] == "Bearer new"
                    ? .json(#"{"peers":[]}"#) : .json(#"{"error":"missing or invalid"}"#, status: 401)
            } _: { server in
                try write(server.address, "api.port")
                let client = X0XClient(locator)
                // A token that is wrong and stays wrong: one attempt, the daemon's own error.
                let error = await #expect(throws: X0XClientError.self) { try await client.peers() }
                #expect(error?.status == 401)
                #expect(server.requests.count == 1)
                try write("new", "api-token")
                #expect(try await client.peers() == [])
            }
        }
    }
}
