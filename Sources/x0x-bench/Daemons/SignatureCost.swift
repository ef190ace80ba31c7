// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite

/// What a signature costs here and now: the yardstick for everything that is signed.
struct SignatureCost {
    private let key: MLDSA65PrivateKey
    private let message: [UInt8]
    /// Milliseconds of processor time for one signature and its verification.
    ///
    /// Not of wall time: other work on the machine must not make the yardstick longer.
    private(set) var milliseconds = Samples()

    /// A yardstick with a fresh key.
    ///
    /// - Parameter messageByteCount: The size of what is signed.
    /// - Throws: `CryptoSuiteError` when no key can be made.
    init(messageByteCount: Int) throws {
        self.key = try MLDSA65PrivateKey()
        self.message = [UInt8](repeating: 0x2E, count: messageByteCount)
    }

    /// Takes samples.
    ///
    /// A verification begins with the bytes of the public key, as in FIPS 204 (algorithm 3) and in every receiver that
    /// hears from an agent for the first time; a signature begins with a key that is ready.
    mutating func sample(count: Int) throws {
        for _ in 0..<count {
            let start = ProcessMeter.cpuSeconds
            let signature = try self.key.signature(for: self.message)
            let publicKey = try MLDSA65PublicKey(bytes: self.key.publicKey.bytes)
            guard publicKey.isValid(signature: signature, for: self.message) else {
                throw CryptoSuiteError.operationFailed
            }
            self.milliseconds.append((ProcessMeter.cpuSeconds - start) * 1e3)
        }
    }
}
