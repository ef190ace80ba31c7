// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import TestSupport
import Testing
import X0XClient

@Suite struct DiscoveryTests {
    private static func write(_ text: String, _ name: String, in directory: String) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try text.write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8)
    }

    #if os(Linux)
    @Test func dataDirectoriesFollowTheEnvironment() {
        let home = InstanceDirectories(environment: ["HOME": "/home/ann"])
        #expect(home.dataDirectory(instance: nil) == "/home/ann/.local/share/x0x")
        #expect(home.dataDirectory(instance: "bob") == "/home/ann/.local/share/x0x-bob")
        let xdg = InstanceDirectories(environment: ["HOME": "/home/ann", "XDG_DATA_HOME": "/data"])
        #expect(xdg.dataDirectory(instance: nil) == "/data/x0x")
        let relative = InstanceDirectories(environment: ["HOME": "/home/ann", "XDG_DATA_HOME": "data"])
        #expect(relative.dataBase == "/home/ann/.local/share")
        #expect(InstanceDirectories(environment: [:], accountHome: "/home/ann").dataBase == "/home/ann/.local/share")
        #expect(InstanceDirectories(environment: ["HOME": ""], accountHome: nil).dataBase == "/var/lib")
    }
    #endif

    @Test func spec13_check05_instanceNames() {
        for name in ["a", "a-1", "9", String(repeating: "a", count: 64)] {
            #expect(InstanceDirectories.isValidName(name), "\(name)")
        }
        for name in ["", "-a", "a_b", "a/b", "..", "ä", "a b", String(repeating: "a", count: 65)] {
            #expect(!InstanceDirectories.isValidName(name), "\(name)")
            #expect(throws: X0XClientError.self) { try DaemonLocator(instance: name, environment: [:]) }
        }
    }

    @Test func portFileGivesTheAddressAndTokenFileTheToken() async throws {
        try await withTemporaryDirectory { directory in
            let environment = ["HOME": directory]
            let locator = try DaemonLocator(instance: "bob", environment: environment)
            try Self.write(" 127.0.0.1:4711\n", "api.port", in: locator.dataDirectory)
            try Self.write("0123456789abcdef\n", "api-token", in: locator.dataDirectory)
            let endpoint = try locator.locate()
            #expect(endpoint.baseURL == "http://127.0.0.1:4711")
            #expect(endpoint.token == BearerToken("0123456789abcdef", source: .file))
            try Self.write("4712", "api.port", in: locator.dataDirectory)
            #expect(try locator.locate().baseURL == "http://127.0.0.1:4712")
        }
    }

    @Test func withoutAPortFileTheDefaultInstanceHasTheDefaultAddress() async throws {
        try await withTemporaryDirectory { directory in
            let locator = try DaemonLocator(environment: ["HOME": directory])
            #expect(try locator.locate().baseURL == "http://127.0.0.1:12700")
            #expect(try locator.locate().token == nil)
            try Self.write("", "api.port", in: locator.dataDirectory)
            #expect(try locator.locate().baseURL == "http://127.0.0.1:12700")
        }
    }

    @Test func withoutAPortFileANamedInstanceDoesNotRun() async throws {
        try await withTemporaryDirectory { directory in
            let locator = try DaemonLocator(instance: "nope", environment: ["HOME": directory])
            let error = #expect(throws: X0XClientError.self) { try locator.locate() }
            #expect(error?.code == .daemonNotRunning)
            #expect(error?.message == "Named instance 'nope' is not running. Start it with: x0x --name nope start")
        }
    }

    @Test func spec13_check17_environmentTokenWinsUnlessEmpty() async throws {
        try await withTemporaryDirectory { directory in
            let home = ["HOME": directory]
            let data = InstanceDirectories(environment: home).dataDirectory(instance: nil)
            try Self.write("from-file", "api-token", in: data)
            let set = home.merging(["X0X_API_TOKEN": "from-environment"]) { $1 }
            #expect(try DaemonLocator(environment: set).locate().token == BearerToken("from-environment"))
            let empty = home.merging(["X0X_API_TOKEN": ""]) { $1 }
            #expect(try DaemonLocator(environment: empty).locate().token == BearerToken("from-file", source: .file))
        }
    }

    @Test func explicitAddressWinsOverEverything() throws {
        let environment = ["HOME": "/nonexistent", "X0X_API_BASE": "127.0.0.1:1"]
        #expect(try DaemonLocator(environment: environment).locate().baseURL == "http://127.0.0.1:1")
        let explicit = try DaemonLocator(address: "http://localhost:2/", environment: environment)
        #expect(try explicit.locate().baseURL == "http://localhost:2")
        // A named instance is not the one the variable means.
        #expect(throws: X0XClientError.self) {
            try DaemonLocator(instance: "bob", environment: environment).locate()
        }
    }

    @Test(arguments: [
        ("127.0.0.1:80", "http://127.0.0.1:80", true), ("[::1]:81", "http://[::1]:81", true),
        ("https://example.org", "https://example.org", false), ("0.0.0.0:5", "http://127.0.0.1:5", true),
        ("[::]:5", "http://[::1]:5", true), ("127.0.0.1.example.org:80", "http://127.0.0.1.example.org:80", false),
        ("HTTP://LOCALHOST:8/", "http://LOCALHOST:8", true), ("128.0.0.1:1", "http://128.0.0.1:1", false),
    ])
    func addresses(_ text: String, _ url: String, _ isLoopback: Bool) throws {
        let endpoint = try DaemonEndpoint(address: text)
        #expect(endpoint.baseURL == url)
        #expect(endpoint.isLoopback == isLoopback)
    }

    @Test(arguments: [
        "", "ftp://a:1", "a:b", "a:0", "a:70000", "a/b:1", "user@host:1", "[::1", "[x]:1", "a:1?x", "a b:1",
    ])
    func wrongAddresses(_ text: String) {
        let error = #expect(throws: X0XClientError.self) { try DaemonEndpoint(address: text) }
        #expect(error?.code == .invalidAddress)
    }

    @Test func tokensThatCannotStandInAHeaderAreNoTokens() {
        for text in ["", "  \n", "a b", "a\r\nX: y", "ä"] { #expect(BearerToken(text) == nil) }
        #expect(BearerToken("secret").map { "\($0)" } == "<token>")
        #expect(BearerToken("secret").map { String(reflecting: $0) } == "<token>")
    }

    @Test func instancesAreDirectoriesWithAPortFile() async throws {
        try await withTemporaryDirectory { directory in
            let directories = InstanceDirectories(environment: ["HOME": directory])
            #expect(directories.instances() == [])
            for instance in ["bob", nil, "alice"] {
                try Self.write("1", "api.port", in: directories.dataDirectory(instance: instance))
            }
            try Self.write("x", "api-token", in: directories.dataDirectory(instance: "stopped"))
            #expect(directories.instances() == [nil, "alice", "bob"])
        }
    }
}
