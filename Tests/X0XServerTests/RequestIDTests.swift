// SPDX-License-Identifier: MIT OR Apache-2.0

import HTTPTypes
import Testing
import X0XServer

@Suite(.timeLimit(.minutes(1))) struct RequestIDTests {
    private static let header = HTTPField.Name("X-Request-Id")

    private func id(
        _ sent: String?,
        _ path: String = "/agent",
        token: String? = APIHarness.token
    ) async throws -> String? {
        let name = try #require(Self.header)
        var headers = HTTPFields()
        if let sent { headers[name] = sent }
        let answers = AsyncStream.makeStream(of: String?.self, bufferingPolicy: .bufferingNewest(1))
        try await APIHarness().run(.memory) { [headers] client async throws in
            let answer = try await client.send(.get, path, token: token, headers: headers)
            answers.continuation.yield(answer.headers[name])
        }
        for await answer in answers.stream { return answer }
        return nil
    }

    @Test(arguments: ["a", "client-7.b_C", String(repeating: "z", count: 64)])
    func aHarmlessIDComesBack(_ sent: String) async throws {
        #expect(try await self.id(sent) == sent)
    }

    @Test(arguments: [nil, "", "a b", "a\"b", "ü", "a;b", "<x>", String(repeating: "z", count: 65)])
    func otherwiseThereIsANewOne(_ sent: String?) async throws {
        let first = try #require(try await self.id(sent))
        #expect(first.wholeMatch(of: /[0-9a-f]{16}/) != nil, "\(first)")
        #expect(try await self.id(sent) != first)
    }

    /// Refusals have one too: those are what people ask about.
    @Test func failuresAreNamed() async throws {
        #expect(try await self.id("x1", "/agent", token: nil) == "x1")
        #expect(try await self.id("x2", "/nothing") == "x2")
        #expect(try await self.id("x3", "/agents/discovered/zz") == "x3")
    }
}
