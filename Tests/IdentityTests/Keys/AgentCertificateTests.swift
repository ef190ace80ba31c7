// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Identity
import Primitives
import Testing

@Suite struct AgentCertificateTests {
    private let user: UserKey
    private let agent: AgentKey
    private let certificate: AgentCertificate

    init() throws {
        self.user = try UserKey(seed: Fixtures.countingSeed)
        self.agent = try AgentKey(seed: Fixtures.seed(7))
        self.certificate = try AgentCertificate(issuedBy: self.user, for: self.agent.publicKey, at: 1_700_000_000)
    }

    @Test func spec01_check12_theVectorReproduces() {
        let signed = self.certificate.fields.signedBytes
        #expect(signed.count == 3_929)
        #expect(sha256(signed) == "efab656c1c958e42cd8b62818c0e6ff4fb3c781e24649e5f1614b145b96ceca4")
        #expect(self.certificate.encoded.count == AgentCertificate.byteCount)
        #expect(self.certificate.userID == self.user.id)
        #expect(self.certificate.agentID == self.agent.id)
        #expect(self.certificate.issuedAt == 1_700_000_000)
    }

    @Test func spec01_check12_aCertificateVerifiesAfterARoundTrip() throws {
        let bytes = self.certificate.encoded
        #expect(bytes.starts(with: [0xA0, 0x07, 0, 0, 0, 0, 0, 0]))
        let verified = try AgentCertificate.Unverified(decoding: bytes).verified()
        #expect(verified == self.certificate)
        #expect(verified.encoded == bytes)
    }

    @Test func spec01_check12_anyOtherFieldFails() throws {
        var fields = self.certificate.fields
        fields.issuedAt += 1
        #expect(throws: IdentityError.self) { try fields.verified() }
        fields = self.certificate.fields
        fields.userPublicKey = self.agent.publicKey.bytes
        #expect(throws: IdentityError.self) { try fields.verified() }
        fields = self.certificate.fields
        fields.agentPublicKey = self.user.publicKey.bytes
        #expect(throws: IdentityError.self) { try fields.verified() }
        fields = self.certificate.fields
        fields.signature[100] ^= 1
        #expect(throws: IdentityError.self) { try fields.verified() }
        fields.signature = []
        #expect(throws: IdentityError.self) { try fields.verified() }
    }

    @Test func noTruncationOrExtensionDecodes() {
        let bytes = self.certificate.encoded
        for count in 0..<bytes.count {
            #expect(throws: DecodeError.self) { try AgentCertificate.Unverified(decoding: Array(bytes.prefix(count))) }
        }
        #expect(throws: DecodeError.trailingBytes(count: 1)) {
            try AgentCertificate.Unverified(decoding: bytes + [0])
        }
    }

    /// Every changed byte must fail to decode or to verify; a sample of positions keeps the debug build quick.
    @Test func noSingleByteChangeVerifies() throws {
        let bytes = self.certificate.encoded
        var random = SplitMix64(seed: 12)
        let sampled = (0..<300).map { _ in Int.random(in: 0..<bytes.count, using: &random) }
        for index in Array(0..<8) + Array(1_960..<1_968) + Array(3_920..<3_928) + Array(7_237..<7_245) + sampled {
            var changed = bytes
            changed[index] ^= UInt8(truncatingIfNeeded: random.next() | 1)
            #expect(throws: (any Error).self) { try AgentCertificate.Unverified(decoding: changed).verified() }
        }
    }
}
