// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Testing
import X0XDaemon

@Suite struct APITokenTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory
            .appending(path: "x0xd-test-\(UUID().uuidString)").path(percentEncoded: false)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func spec13_check8_stablePrivateAndRegeneratedWhenTooShort() throws {
        try self.withFolder { folder in
            let token = try APIToken.loadOrCreate(in: folder)
            #expect(token.count == 64)
            #expect(token.allSatisfy { "0123456789abcdef".contains($0) })
            #expect(try String(contentsOfFile: "\(folder)/api-token", encoding: .utf8) == token)
            #expect(try self.mode("\(folder)/api-token") == 0o600)
            #expect(try APIToken.loadOrCreate(in: folder) == token)

            let chosen = "  a-token-of-at-least-thirty-two-characters\n"
            try Data(chosen.utf8).write(to: URL(fileURLWithPath: "\(folder)/api-token"))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(folder)/api-token")
            #expect(try APIToken.loadOrCreate(in: folder) == "a-token-of-at-least-thirty-two-characters")

            try Data("0123456789".utf8).write(to: URL(fileURLWithPath: "\(folder)/api-token"))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(folder)/api-token")
            let fresh = try APIToken.loadOrCreate(in: folder)
            #expect(fresh.count == 64)
            #expect(fresh != token)
        }
    }

    @Test func thePortFileHoldsTheAddressAlone() throws {
        try self.withFolder { folder in
            try PortFile.write("127.0.0.1:1", in: folder)
            try PortFile.write("[::1]:45678", in: folder)
            #expect(try String(contentsOfFile: PortFile.path(in: folder), encoding: .utf8) == "[::1]:45678")
        }
    }
}
