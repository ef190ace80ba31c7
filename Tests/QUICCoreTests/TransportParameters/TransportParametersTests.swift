// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import Foundation
import Primitives
import Testing

@testable import QUICCore

@Suite struct TransportParametersTests {
    private static let sourceID: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

    /// What the original sends (spec 02 §5).
    private static func original(sender: TLSRole) -> TransportParameters {
        var parameters = TransportParameters()
        parameters.maxIdleTimeoutMilliseconds = 30_000
        parameters.maxUDPPayloadSize = 1_472
        parameters.initialMaxData = QUICVarint.maximum
        parameters.initialMaxStreamDataBidiLocal = 1_250_000
        parameters.initialMaxStreamDataBidiRemote = 1_250_000
        parameters.initialMaxStreamDataUni = 1_250_000
        parameters.initialMaxStreamsBidi = 100
        parameters.initialMaxStreamsUni = 10_000
        parameters.activeConnectionIDLimit = 5
        parameters.initialSourceConnectionID = Self.sourceID
        parameters.maxDatagramFrameSize = 65_535
        parameters.greaseQUICBit = true
        parameters.minAckDelayMicroseconds = 1_000
        parameters.natTraversal = .concurrencyLimit(3)
        parameters.compactNATFrames = true
        parameters.addressDiscovery = .both
        parameters.pqcAlgorithms = 1
        parameters.receiveAcknowledgement = true
        if sender == .server {
            parameters.originalDestinationConnectionID = [UInt8](repeating: 0xD0, count: 20)
            parameters.statelessResetToken = [UInt8](repeating: 0xE0, count: 16)
        }
        return parameters
    }

    private static let goldenClient: Set<String> = [
        "010480007530", "030245c0", "0408ffffffffffffffff", "0504801312d0", "0604801312d0", "0704801312d0", "08024064",
        "09026710", "0e0105", "0f080102030405060708", "20048000ffff", "6ab200", "c0000000ff04de1b0243e8",
        "fd7e9f0bca12fea60103", "fd7e9f0bca12fea800", "c00000009f81a1760102", "800050c00101", "800050c100",
    ]

    @Test func spec02_check14_theEncodingsAreThoseOfTheTable() {
        let client = Self.original(sender: .client).encodedParameters
        #expect(Set(client.map(\.hex)) == Self.goldenClient)
        #expect(client.joined().count == 119)
        let server = Self.original(sender: .server).encodedParameters
        let serverOnly: Set<String> = [
            "0014" + String(repeating: "d0", count: 20), "0210" + String(repeating: "e0", count: 16),
        ]
        #expect(Set(server.map(\.hex)) == Self.goldenClient.union(serverOnly))
        #expect(server.joined().count == 159)
    }

    @Test func spec02_check14_theEncodingsAreDecodedBack() throws {
        for sender in [TLSRole.client, .server] {
            let parameters = Self.original(sender: sender)
            let bytes = Array(parameters.encodedParameters.joined())
            #expect(try TransportParameters(decoding: bytes, sender: sender) == parameters)
        }
    }

    @Test func spec02_check12_anyOrderGreaseAndUnknownIdentifiersAreAccepted() throws {
        var random = SplitMix64(seed: 4)
        var encodings: Set<[UInt8]> = []
        for _ in 0..<200 {
            let bytes = Self.original(sender: .server).encoded(using: &random)
            #expect((159 + 6)...(159 + 24) ~= bytes.count)
            #expect(try TransportParameters(decoding: bytes, sender: .server) == Self.original(sender: .server))
            encodings.insert(bytes)
        }
        #expect(encodings.count == 200)
        // Unknown ids may even repeat.
        let unknown = try [UInt8](hex: "21020102" + "21020102" + "40fa00" + "c0003d7f911204010101")
        #expect(try TransportParameters(decoding: unknown, sender: .client) == TransportParameters())
    }

    @Test func spec02_check12_duplicatesOfKnownIdentifiersAreRefused() throws {
        for parameter in Self.original(sender: .server).encodedParameters {
            let error = Self.error(parameter + parameter, sender: .server)
            guard case .duplicate = error else {
                Issue.record("\(parameter.hex): \(String(describing: error))")
                continue
            }
        }
        #expect(TransportParameterError.quicErrorCode == 0x08)
        // The same id in a longer varint is the same id.
        #expect(Self.error(try [UInt8](hex: "0101054001" + "0105"), sender: .client) == .duplicate(.maxIdleTimeout))
    }

    @Test func spec02_check13_serverParametersFromAClientAreRefused() throws {
        let cases: [(String, TransportParameterID)] = [
            ("0000", .originalDestinationConnectionID),
            ("0210" + String(repeating: "00", count: 16), .statelessResetToken),
            ("0d00", .preferredAddress), ("1000", .retrySourceConnectionID),
        ]
        for (hex, id) in cases {
            #expect(Self.error(try [UInt8](hex: hex), sender: .client) == .serverOnly(id))
        }
    }

    @Test func spec02_check13_connectionIDsAreAuthenticated() {
        typealias Observed = TransportParameters.ObservedConnectionIDs
        var client = TransportParameters()
        #expect(Self.error(client, Observed(initialSource: [1])) == .wrongPresence(.initialSourceConnectionID))
        client.initialSourceConnectionID = [1]
        #expect(Self.error(client, Observed(initialSource: [1])) == nil)
        #expect(Self.error(client, Observed(initialSource: [2])) == .connectionIDMismatch(.initialSourceConnectionID))

        var server = client
        let observed = Observed(initialSource: [1], originalDestination: [7, 7])
        #expect(Self.error(server, observed) == .wrongPresence(.originalDestinationConnectionID))
        server.originalDestinationConnectionID = [7, 8]
        #expect(Self.error(server, observed) == .connectionIDMismatch(.originalDestinationConnectionID))
        server.originalDestinationConnectionID = [7, 7]
        #expect(Self.error(server, observed) == nil)
        let retried = Observed(initialSource: [1], originalDestination: [7, 7], retrySource: [9])
        #expect(Self.error(server, retried) == .wrongPresence(.retrySourceConnectionID))
        server.retrySourceConnectionID = [9]
        #expect(Self.error(server, retried) == nil)
        #expect(Self.error(server, observed) == .wrongPresence(.retrySourceConnectionID))
    }

    @Test func spec02_check15_theNATParameter() throws {
        let id = "fd7e9f0bca12fea6"
        func decode(_ value: String, _ sender: TLSRole) throws -> TransportParameters.NATTraversal? {
            try TransportParameters(decoding: try [UInt8](hex: id + value), sender: sender).natTraversal
        }
        #expect(Self.error(try [UInt8](hex: id + "0100"), sender: .server) == .illegalValue(.natTraversal))
        #expect(try decode("00", .client) == .clientSupport)
        #expect(try decode("00", .server) == .clientSupport)
        #expect(try decode("024064", .client) == .concurrencyLimit(100))
        #expect(Self.error(try [UInt8](hex: id + "024065"), sender: .client) == .illegalValue(.natTraversal))
        #expect(try decode("024065", .server) == .concurrencyLimit(101))
        #expect(Self.error(try [UInt8](hex: id + "020303"), sender: .server) == .malformed(.natTraversal))
    }

    @Test(
        arguments: [
            ("0a0114", nil), ("0a0115", .illegalValue(.ackDelayExponent)),
            ("0b027fff", nil), ("0b0480004000", .illegalValue(.maxAckDelay)),
            ("0e0102", nil), ("0e0101", .illegalValue(.activeConnectionIDLimit)),
            ("030244b0", nil), ("030244af", .illegalValue(.maxUDPPayloadSize)),
            ("0808d000000000000000", nil), ("0808d000000000000001", .illegalValue(.initialMaxStreamsBidi)),
            ("0908d000000000000000", nil), ("0908d000000000000001", .illegalValue(.initialMaxStreamsUni)),
            ("c0000000ff04de1b04800061a8", nil),
            ("c0000000ff04de1b04800061a9", .illegalValue(.minAckDelay)),
            ("c0000000ff04de1b024e20" + "0b0114", nil),
            ("c0000000ff04de1b0480004e21" + "0b0114", .illegalValue(.minAckDelay)),
            ("0c00", nil), ("0c0100", .malformed(.disableActiveMigration)),
            ("6ab20100", .malformed(.greaseQUICBit)), ("800050c10100", .malformed(.receiveAcknowledgement)),
            ("fd7e9f0bca12fea80100", .malformed(.compactNATFrames)),
            ("800050c000", .malformed(.pqcAlgorithms)), ("800050c0020101", .malformed(.pqcAlgorithms)),
            ("c00000009f81a1760100", nil), ("c00000009f81a1760101", nil),
            ("c00000009f81a1760103", .malformed(.addressDiscovery)),
            ("c00000009f81a17600", .malformed(.addressDiscovery)),
            ("0100", .malformed(.maxIdleTimeout)), ("010140", .malformed(.maxIdleTimeout)),
            ("01020505", .malformed(.maxIdleTimeout)), ("0102", .truncated), ("01", .truncated), ("40", .truncated),
            ("0f15" + String(repeating: "00", count: 21), .malformed(.initialSourceConnectionID)),
            ("0f14" + String(repeating: "00", count: 20), nil), ("0f00", nil),
            ("20ffffffffffffffffff", .truncated),
        ] as [(String, TransportParameterError?)]
    )
    func valuesOutsideTheirRangeAreRefused(hex: String, error: TransportParameterError?) throws {
        #expect(Self.error(try [UInt8](hex: hex), sender: .client) == error)
        #expect(error == nil || error?.parameter != nil || error == .truncated)
    }

    @Test func aPreferredAddressIsCheckedAndKept() throws {
        let address = TransportParameters.PreferredAddress(
            ipv4: ([203, 0, 113, 7], 5_483),
            ipv6: ([UInt8](repeating: 0, count: 16), 0),
            connectionID: [1, 2, 3],
            statelessResetToken: [UInt8](repeating: 9, count: 16)
        )
        var parameters = TransportParameters()
        parameters.preferredAddress = address
        let bytes = Array(parameters.encodedParameters.joined())
        #expect(bytes.count == 2 + 6 + 18 + 4 + 16)
        #expect(try TransportParameters(decoding: bytes, sender: .server).preferredAddress == address)
        var noAddress = bytes
        noAddress.replaceSubrange(2..<8, with: [UInt8](repeating: 0, count: 6))
        #expect(Self.error(noAddress, sender: .server) == .illegalValue(.preferredAddress))
        var emptyID = bytes
        emptyID[1] -= 3
        emptyID[26] = 0
        emptyID.removeSubrange(27..<30)
        #expect(Self.error(emptyID, sender: .server) == .illegalValue(.preferredAddress))
        #expect(Self.error([0x0D, 1, 0], sender: .server) == .malformed(.preferredAddress))
    }

    @Test func whatWeSendIsTheRecommendedSet() throws {
        let client = TransportParameters.recommended(initialSourceConnectionID: Self.sourceID)
        let sent = Set(client.encodedParameters.map(\.hex))
        // max_udp_payload_size 65527 is the default and therefore not on the wire.
        let expected: Set<String> = [
            "010480007530", "040481000000", "0504801312d0", "0604801312d0", "0704801312d0", "08024064", "09026710",
            "0e0105", "0f080102030405060708", "fd7e9f0bca12fea60103", "fd7e9f0bca12fea800", "c00000009f81a1760102",
            "800050c100",
        ]
        #expect(sent == expected)
        #expect(client.maxUDPPayloadSize == 65_527)
        let server = TransportParameters.recommended(
            initialSourceConnectionID: Self.sourceID,
            server: .init(
                originalDestinationConnectionID: [5, 5, 5, 5, 5, 5, 5, 5],
                statelessResetToken: [UInt8](repeating: 1, count: 16)
            )
        )
        var random = SplitMix64(seed: 1)
        let decoded = try TransportParameters(decoding: server.encoded(using: &random), sender: .server)
        #expect(decoded == server)
        #expect(decoded.originalDestinationConnectionID == [5, 5, 5, 5, 5, 5, 5, 5])
    }

    @Test func theSetsOfBothSidesAreCombined() {
        var first = TransportParameters()
        var second = TransportParameters()
        #expect(TransportParameters.effectiveIdleTimeoutMilliseconds(first, second) == 0)
        first.maxIdleTimeoutMilliseconds = 30_000
        #expect(TransportParameters.effectiveIdleTimeoutMilliseconds(first, second) == 30_000)
        second.maxIdleTimeoutMilliseconds = 10_000
        #expect(TransportParameters.effectiveIdleTimeoutMilliseconds(first, second) == 10_000)

        typealias NAT = TransportParameters.NATTraversal
        let cases: [(NAT?, NAT?, UInt64?)] = [
            (nil, nil, nil), (.concurrencyLimit(3), nil, nil), (nil, .clientSupport, nil),
            (.clientSupport, .clientSupport, nil), (.concurrencyLimit(3), .concurrencyLimit(7), 3),
            (.clientSupport, .concurrencyLimit(7), 7), (.concurrencyLimit(2), .clientSupport, 2),
        ]
        for (local, remote, limit) in cases {
            first.natTraversal = local
            second.natTraversal = remote
            #expect(TransportParameters.negotiatedNATConcurrencyLimit(first, second) == limit)
        }
    }

    /// 20,000 seeded mutations and every truncation: never a trap; what decodes encodes back to an equal value.
    @Test func mutatedSetsNeverTrap() {
        let seed = ProcessInfo.processInfo.environment["TEST_SEED"].flatMap { UInt64($0) } ?? 0x5452_5041
        var random = SplitMix64(seed: seed)
        let original = Array(Self.original(sender: .server).encodedParameters.joined())
        for count in 0..<original.count {
            _ = Self.error(Array(original.prefix(count)), sender: .server)
        }
        for _ in 0..<20_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            for sender in [TLSRole.client, .server] {
                guard let decoded = try? TransportParameters(decoding: bytes, sender: sender) else { continue }
                let again = Array(decoded.encodedParameters.joined())
                #expect((try? TransportParameters(decoding: again, sender: sender)) == decoded, "TEST_SEED=\(seed)")
            }
        }
    }

    private static func error(_ bytes: [UInt8], sender: TLSRole) -> TransportParameterError? {
        do throws(TransportParameterError) {
            _ = try TransportParameters(decoding: bytes, sender: sender)
            return nil
        } catch {
            return error
        }
    }

    private static func error(
        _ parameters: TransportParameters,
        _ observed: TransportParameters.ObservedConnectionIDs
    ) -> TransportParameterError? {
        do throws(TransportParameterError) {
            try parameters.authenticate(observed)
            return nil
        } catch {
            return error
        }
    }
}
