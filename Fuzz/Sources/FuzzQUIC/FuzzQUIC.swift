// SPDX-License-Identifier: MIT OR Apache-2.0

import CFuzzer

@testable import QUICCore

/// Feeds libFuzzer's inputs to everything that reads bytes of a stranger.
///
/// The first byte of an input selects the decoder, so that one corpus serves them all.
///
/// libFuzzer brings a `main` of its own; the package manager gives ours another name, so it starts the fuzzer itself.
@main
enum FuzzQUIC {
    static func main() {
        var argumentCount = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        _ = withUnsafeMutablePointer(to: &arguments) { pointer in
            pointer.withMemoryRebound(
                to: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?.self,
                capacity: 1
            ) { arguments in
                LLVMFuzzerRunDriver(&argumentCount, arguments, fuzzOneInput)
            }
        }
    }

    /// Runs one input; a trap is a finding.
    static func run(_ input: [UInt8]) {
        guard let selector = input.first else { return }
        let bytes = Array(input.dropFirst())
        switch selector % 5 {
        case 0: self.readFrames(bytes)
        case 1: self.readTransportParameters(bytes, sender: .client)
        case 2: self.readTransportParameters(bytes, sender: .server)
        case 3: self.readHeaders(bytes)
        default: self.receive(bytes)
        }
    }
}

/// The function libFuzzer calls, under the name it looks for.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ byteCount: Int) -> CInt {
    FuzzQUIC.run(Array(UnsafeBufferPointer(start: data, count: byteCount)))
    return 0
}
