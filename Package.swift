// swift-tools-version: 6.3
// SPDX-License-Identifier: MIT OR Apache-2.0

import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
    .treatWarning("DeprecatedDeclaration", as: .warning),
    .strictMemorySafety(),
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")
let orderedCollections: Target.Dependency = .product(name: "OrderedCollections", package: "swift-collections")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioWebSocket: Target.Dependency = .product(name: "NIOWebSocket", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1: Target.Dependency = .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let toml: Target.Dependency = .product(name: "TOMLKit", package: "TOMLKit")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTesting: Target.Dependency = .product(name: "HummingbirdTesting", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let asyncAlgorithms: Target.Dependency = .product(name: "AsyncAlgorithms", package: "swift-async-algorithms")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")

func library(
    _ name: String,
    _ dependencies: [Target.Dependency],
    documents: [String] = [],
    resources: [Resource] = []
) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        exclude: documents,
        resources: resources,
        swiftSettings: settings
    )
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let pure: [Target.Dependency] = ["BLAKE3", "ByteCoding", "CryptoSuite", "Primitives"]
let domain: [Target.Dependency] = pure + ["Identity", "Node", "Trust"]

let targets: [Target] = [
    // Layer 0: pure
    library("BLAKE3", []),
    library("ByteCoding", []),
    library("Primitives", ["ByteCoding", deque]),
    library("CryptoSuite", ["ByteCoding", "Primitives", crypto, cryptoExtras]),
    // Layer 1: sans-IO cores
    library("QUICCore", ["ByteCoding", "CryptoSuite", "Primitives", deque], documents: ["README.md"]),
    library("GossipCore", pure + [deque, orderedCollections], documents: ["Map.md"]),
    // Layer 2: domain
    library("PrivateFiles", ["CryptoSuite", "Primitives"]),
    library("ContactsFile", []),
    library(
        "Identity",
        pure + ["PrivateFiles"],
        documents: ["Map.md", "Core/Words/make-words.py"],
        resources: [.embedInCode("Core/Words/words.txt")]
    ),
    library("Trust", pure + ["Identity"]),
    library("Connectivity", domain + ["QUICCore", deque]),
    library("Discovery", pure + ["Identity", "Trust"], documents: ["Map.md"]),
    library("Presence", pure + ["GossipCore", "Identity"], documents: ["Map.md"]),
    library("DirectMessages", domain + ["GossipCore", deque]),
    // Layer 3: ports and adapters
    library("Node", pure + ["Identity", deque]),
    library("QUICTransport", ["CryptoSuite", "Primitives", "QUICCore", deque, nioCore, nioPosix]),
    library("Storage", pure + ["PrivateFiles", grdb]),
    // Layer 4: runtime
    library(
        "X0X",
        domain + [
            "Connectivity", "ContactsFile", "DirectMessages", "Discovery", "GossipCore", "Presence", "PrivateFiles",
            "QUICCore", "QUICTransport", "Storage", deque, lifecycle, logging, nioCore, nioPosix,
        ],
        documents: ["Map.md"]
    ),
    // Layer 5: surface
    library("X0XAPI", [], resources: [.embedInCode("Resources")]),
    library(
        "X0XServer",
        domain + [
            "DirectMessages", "Discovery", "GossipCore", "Presence", "X0X", "X0XAPI", asyncAlgorithms, httpTypes,
            hummingbird, hummingbirdCore, lifecycle, logging, nioCore, nioHTTP1, nioHTTPTypes, nioHTTPTypesHTTP1,
            nioWebSocket,
        ],
        resources: [.embedInCode("Resources")]
    ),
    library("X0XClient", ["X0XAPI", httpClient, nioCore, nioHTTP1, nioPosix, nioWebSocket]),
    library(
        "X0XCommands",
        pure + ["ContactsFile", "Identity", "PrivateFiles", "X0XAPI", "X0XClient", arguments, subprocess]
    ),
    // Layer 6: programs
    library(
        "X0XDaemon",
        [
            "ByteCoding", "Identity", "Primitives", "PrivateFiles", "Storage", "X0X", "X0XAPI", "X0XClient",
            "X0XServer",
            lifecycle, logging, nioCore, nioPosix, toml, unixSignals,
        ]
    ),
    program("x0xd", ["X0XDaemon"]),
    program("x0x", ["X0XCommands"]),
    program("x0x-user-keygen", ["X0XCommands"]),
    // Verification
    library("Simulation", domain + ["Connectivity", "GossipCore", "QUICCore", heap], documents: ["Map.md"]),
    program("x0x-sim", ["Primitives", "Simulation", arguments]),
    library("TestVectors", []),
    library("TestSupport", pure + ["X0XAPI", "X0XClient", nioCore, nioHTTP1, nioPosix, subprocess]),
    library("QUICInterop", ["CryptoSuite", "Primitives", "QUICCore", "QUICTransport", asn1, nioCore, nioPosix, x509]),
    .target(name: "AllocationCounter"),
    program(
        "x0x-bench",
        [
            "AllocationCounter", "ByteCoding", "CryptoSuite", "Discovery", "Identity", "Primitives", "QUICCore",
            "QUICTransport", "TestSupport", "Trust", "X0XAPI", "X0XClient", arguments, nioCore, nioPosix, unixSignals,
        ]
    ),
    // Tests
    tests("BLAKE3Tests", ["BLAKE3", "ByteCoding", "TestVectors"]),
    tests("ByteCodingTests", ["ByteCoding", "Primitives", "TestVectors"]),
    tests("PrimitivesTests", ["Primitives", "TestVectors"]),
    tests("CryptoSuiteTests", ["ByteCoding", "CryptoSuite", "TestVectors"]),
    tests("QUICCoreTests", ["ByteCoding", "CryptoSuite", "Primitives", "QUICCore", "TestVectors", deque]),
    tests("GossipCoreTests", pure + ["GossipCore", "TestVectors"]),
    tests("ContactsFileTests", ["ContactsFile"]),
    tests("IdentityTests", pure + ["Identity", "PrivateFiles", "TestVectors"]),
    tests("TrustTests", pure + ["Identity", "Trust"]),
    tests("NodeTests", pure + ["Node"]),
    tests("ConnectivityTests", pure + ["Connectivity", "Node", "QUICCore"]),
    tests("DiscoveryTests", pure + ["Discovery", "Identity", "Trust"]),
    tests("PresenceTests", pure + ["GossipCore", "Identity", "Presence", "TestVectors"]),
    tests("DirectMessagesTests", domain + ["DirectMessages"]),
    tests(
        "QUICTransportTests",
        pure + ["Connectivity", "Node", "QUICCore", "QUICTransport", deque, nioCore, nioPosix]
    ),
    // What the library products offer other packages, and nothing more.
    .testTarget(
        name: "QUICProductTests",
        dependencies: ["CryptoSuite", "Primitives", "QUICCore", "QUICTransport", nioPosix],
        packageAccess: false,
        swiftSettings: settings
    ),
    tests("SimulationTests", domain + ["Connectivity", "GossipCore", "QUICCore", "Simulation"]),
    tests("StorageTests", pure + ["PrivateFiles", "Storage", grdb]),
    tests(
        "X0XTests",
        domain + [
            "Connectivity", "ContactsFile", "DirectMessages", "Discovery", "GossipCore", "Presence", "PrivateFiles",
            "QUICTransport", "Storage", "X0X", logging,
        ]
    ),
    tests(
        "X0XDaemonTests",
        ["Identity", "Primitives", "TestSupport", "X0X", "X0XAPI", "X0XDaemon", logging, nioCore, nioPosix]
    ),
    tests("X0XAPITests", ["X0XAPI"]),
    tests(
        "X0XServerTests",
        domain + [
            "DirectMessages", "Discovery", "GossipCore", "Presence", "X0X", "X0XAPI", "X0XClient", "X0XServer",
            httpTypes, hummingbird,
            hummingbirdTesting, lifecycle, logging, nioCore, nioPosix,
        ]
    ),
    tests("X0XClientTests", ["TestSupport", "X0XAPI", "X0XClient"]),
    tests(
        "X0XCommandsTests",
        pure + ["ContactsFile", "Identity", "TestSupport", "X0XAPI", "X0XClient", "X0XCommands"]
    ),
    tests(
        "InteropTests",
        pure + ["QUICCore", "QUICInterop", "QUICTransport", "TestSupport", subprocess],
        exclude: ["Python"]
    ),
    tests(
        "IntegrationTests",
        pure + [
            "Identity", "TestSupport", "TestVectors", "X0XAPI", "X0XClient", "X0XCommands", subprocess, "x0x",
            "x0x-user-keygen", "x0xd",
        ],
        exclude: ["Browser", "schemathesis.toml"]
    ),
]

let package = Package(
    name: "x0x",
    products: [
        .executable(name: "x0xd", targets: ["x0xd"]),
        .executable(name: "x0x", targets: ["x0x"]),
        .executable(name: "x0x-user-keygen", targets: ["x0x-user-keygen"]),
        .executable(name: "x0x-bench", targets: ["x0x-bench"]),
        .executable(name: "x0x-sim", targets: ["x0x-sim"]),
        .library(name: "X0XClient", targets: ["X0XClient"]),
        .library(name: "Primitives", targets: ["Primitives"]),
        .library(name: "CryptoSuite", targets: ["CryptoSuite"]),
        .library(name: "QUICCore", targets: ["QUICCore"]),
        .library(name: "QUICTransport", targets: ["QUICTransport"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.0.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.0.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.20.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: targets
)
