// swift-tools-version: 6.3
// SPDX-License-Identifier: MIT OR Apache-2.0

import PackageDescription

// A package of its own, because nobody who only wants to build x0x should need a fuzzer. See README.md.
let package = Package(
    name: "x0x-fuzz",
    dependencies: [.package(name: "x0x", path: "..")],
    targets: [
        .target(name: "CFuzzer"),
        .executableTarget(
            name: "FuzzQUIC",
            dependencies: ["CFuzzer", .product(name: "QUICCore", package: "x0x")],
            swiftSettings: [.swiftLanguageMode(.v6)]
        ),
    ]
)
