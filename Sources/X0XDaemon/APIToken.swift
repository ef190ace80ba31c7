// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import Primitives
package import PrivateFiles

/// The bearer token of the HTTP API: 32 random bytes as 64 hexadecimal digits in `<data_dir>/api-token`, mode 0600.
package enum APIToken {
    /// Characters below which a stored token is replaced (spec 11 §1).
    private static let characterCountMin = 32
    /// No token file is longer.
    private static let byteCountMax = 4096

    /// Reads the token, or creates one when the file is missing or its trimmed text is shorter than 32 characters.
    package static func loadOrCreate(in dataDirectory: String) throws(PrivateFileError) -> String {
        let path = "\(dataDirectory)/api-token"
        if let bytes = try PrivateFile.read(path, byteCountMax: Self.byteCountMax),
            let text = String(validating: bytes, as: UTF8.self)
        {
            let token = text.trimmingCharacters()
            if token.count >= Self.characterCountMin { return token }
        }
        var random = SystemSecureRandom()
        let token = random.bytes(32).hex
        try PrivateFile.write(Array(token.utf8), to: path, .replacing)
        return token
    }
}

/// The file that tells clients where the API listens: `host:port` without newline in `<data_dir>/api.port`.
package enum PortFile {
    /// The path of the file.
    package static func path(in dataDirectory: String) -> String { "\(dataDirectory)/api.port" }

    /// Writes the address that is really bound, replacing a stale file.
    package static func write(_ address: String, in dataDirectory: String) throws(PrivateFileError) {
        try PrivateFile.write(Array(address.utf8), to: Self.path(in: dataDirectory), .replacing)
    }
}

extension String {
    /// The text without white space and newlines at both ends.
    fileprivate func trimmingCharacters() -> String {
        let tail = self.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace)
        return String(tail.reversed())
    }
}
