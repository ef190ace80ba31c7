// SPDX-License-Identifier: MIT OR Apache-2.0

import Identity
import Primitives
import Testing

@Suite struct AddressPolicyTests {
    static let privateAddresses = [
        "127.0.0.1:5483", "[::1]:5483", "10.1.2.3:5483", "172.16.0.1:5483", "192.168.1.1:5483", "169.254.1.1:5483",
        "100.64.0.1:5483", "192.0.2.1:5483", "198.51.100.1:5483", "203.0.113.1:5483", "0.0.0.0:5483",
        "255.255.255.255:5483", "[::]:5483", "[fe80::1]:5483", "[fd00::1]:5483", "[fec0::1]:5483", "1.2.3.4:0",
        "[::ffff:10.0.0.1]:5483",
    ]

    @Test(arguments: privateAddresses)
    func spec01_check23_privateAddressesStay(text: String) throws {
        #expect(!AddressPolicy.publicOnly.allows(try Fixtures.address(text)))
    }

    @Test(arguments: ["1.2.3.4:5483", "[2001:db8::1]:5483", "[2001:db8::1]:5001"])
    func spec01_check23_publicAddressesMayLeave(text: String) throws {
        #expect(AddressPolicy.publicOnly.allows(try Fixtures.address(text)))
        #expect(AddressPolicy.loopbackAllowed.allows(try Fixtures.address(text)))
    }

    @Test func loopbackIsAllowedOnlyUnderTheFlag() throws {
        for text in Self.privateAddresses {
            let address = try Fixtures.address(text)
            #expect(AddressPolicy.loopbackAllowed.allows(address) == address.isLoopback)
        }
        #expect(!AddressPolicy.loopbackAllowed.allows(try Fixtures.address("127.0.0.1:0")))
    }

    @Test func aFilteredListKeepsOrderWithoutRepetition() throws {
        let addresses = try ["1.2.3.4:2", "10.0.0.1:1", "1.2.3.4:1", "1.2.3.4:2", "1.2.3.4:3"].map(Fixtures.address)
        let kept = AddressPolicy.publicOnly.filter(addresses, limit: 2)
        #expect(kept.map(\.description) == ["1.2.3.4:2", "1.2.3.4:1"])
    }
}
