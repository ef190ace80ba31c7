// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing

@Suite struct NetworkAddressTests {
    @Test(arguments: [
        "1.2.3.4:5483", "127.0.0.1:1", "[2001:db8::1]:5483", "[::1]:65535", "[::]:0", "[fe80::1:0:0:2]:9",
        "[1:2:3:4:5:6:7:8]:1",
        "[1:0:3:4:5:6:7:8]:1",
    ])
    func textRoundTrips(text: String) { #expect(NetworkAddress(text)?.description == text) }

    @Test(arguments: [
        "", ":", "1.2.3.4", "1.2.3:1", "1.2.3.4.5:1", "01.2.3.4:1", "256.1.1.1:1", "1.2.3.4:65536", "1.2.3.4:-1",
        "1.2.3.4:+1",
        "[::1]", "[:::1]:1", "[1::2::3]:1", "[12345::]:1", "[::1:1", "localhost:80", "[fe80::1%eth0]:1",
        "[1:2:3:4:5:6:7]:1",
        "[1:2:3:4:5:6:7:8:9]:1",
    ])
    func badTextIsRefused(text: String) { #expect(NetworkAddress(text) == nil) }

    @Test func mappedAddressesAreIPv4() {
        #expect(NetworkAddress("[::ffff:1.2.3.4]:5")?.description == "1.2.3.4:5")
    }

    @Test(arguments: [
        ("1.2.3.4:5483", true), ("[2001:db8::1]:5483", true), ("1.2.3.4:0", false), ("127.0.0.1:1", false),
        ("10.0.0.1:1", false),
        ("172.16.0.1:1", false), ("172.32.0.1:1", true), ("192.168.1.1:1", false), ("169.254.1.1:1", false),
        ("100.64.0.1:1", false),
        ("203.0.113.9:1", false), ("198.51.100.1:1", false), ("192.0.2.1:1", false), ("[fe80::1]:1", false),
        ("[fd00::1]:1", false),
        ("[::1]:1", false), ("[::]:1", false), ("255.255.255.255:1", false),
    ])
    func spec01_check23_onlyPublicAddressesAreRoutable(text: String, isRoutable: Bool) {
        #expect(NetworkAddress(text)?.isGloballyRoutable == isRoutable)
    }
}

@Suite struct IdentifierTests {
    @Test func spec01_check11_descriptionsShowEightBytes() throws {
        let bytes = [UInt8](0..<32)
        #expect("\(try #require(AgentID(bytes: bytes)))" == "AgentId(0x0001020304050607)")
        #expect("\(try #require(MachineID(bytes: bytes)))" == "MachineId(0x0001020304050607)")
        #expect("\(try #require(UserID(bytes: bytes)))" == "UserId(0x0001020304050607)")
        #expect(AgentID(bytes: bytes)?.bytes == bytes)
        #expect(AgentID(bytes: Array(bytes.dropLast())) == nil)
    }

    @Test func instantsSaturate() {
        #expect(Instant.epoch - .seconds(1) == .epoch)
        #expect(Instant.distantFuture + .seconds(1) == .distantFuture)
        #expect((Instant.epoch + .seconds(3)) - (Instant.epoch + .seconds(5)) == .seconds(-2))
    }
}
