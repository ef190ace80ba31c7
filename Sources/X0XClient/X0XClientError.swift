// SPDX-License-Identifier: MIT OR Apache-2.0

/// Why a call to the daemon failed: a code for programs, a message for people.
public struct X0XClientError: Error, Sendable, Hashable {
    /// What kind of failure it was.
    ///
    /// New kinds may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case daemonNotRunning
            case refusedByDaemon
            case timeout
            case connectionLost
            case responseTooLarge
            case invalidResponse
            case invalidAddress
            case insecureAddress
            case daemonStartFailed
        }

        private let kind: Kind

        /// Nothing listens at the daemon's address.
        public static let daemonNotRunning = Self(kind: .daemonNotRunning)
        /// The daemon answered with an error; see ``X0XClientError/status``.
        public static let refusedByDaemon = Self(kind: .refusedByDaemon)
        /// No complete answer within the time limit of the call.
        public static let timeout = Self(kind: .timeout)
        /// The connection broke after it had been made.
        public static let connectionLost = Self(kind: .connectionLost)
        /// The answer is larger than ``ClientConfiguration/responseByteCountMax``, or one event of a stream is.
        public static let responseTooLarge = Self(kind: .responseTooLarge)
        /// The answer is not what the endpoint is specified to send.
        public static let invalidResponse = Self(kind: .invalidResponse)
        /// The given address of the daemon is not `host:port` or an `http(s)` URL.
        public static let invalidAddress = Self(kind: .invalidAddress)
        /// The token of a local daemon would have been sent to another machine.
        public static let insecureAddress = Self(kind: .insecureAddress)

        /// A daemon program could not be started, or ended while starting.
        public static let daemonStartFailed = Self(kind: .daemonStartFailed)

        /// The name of the code.
        public var description: String { self.kind.rawValue }
    }

    /// What kind of failure it was.
    public var code: Code
    /// One sentence for people; never compare it.
    public var message: String
    /// The HTTP status, when the daemon answered.
    public var status: Int?
    /// The `detail` of the error body, or the text of the underlying failure.
    public var detail: String?

    package init(_ code: Code, _ message: String, status: Int? = nil, detail: String? = nil) {
        self.code = code
        self.message = message
        self.status = status
        self.detail = detail
    }

    /// Whether the same call may succeed a little later: unreachable, timed out, or 502, 503, 504 (spec 15 §B1.2).
    public var isTransient: Bool {
        switch self.code {
        case .daemonNotRunning, .timeout, .connectionLost: true
        case .refusedByDaemon: [502, 503, 504].contains(self.status)
        default: false
        }
    }

    package static func daemonNotRunning(instance: String?, detail: String? = nil) -> Self {
        let message =
            instance.map { "Named instance '\($0)' is not running. Start it with: x0x --name \($0) start" }
            ?? "Daemon is not running. Start it with: x0x start"
        return Self(.daemonNotRunning, message, detail: detail)
    }
}

extension X0XClientError: CustomStringConvertible {
    /// `<message> (HTTP <status>): <detail>`, leaving out what is unknown.
    public var description: String {
        self.message + (self.status.map { " (HTTP \($0))" } ?? "") + (self.detail.map { ": \($0)" } ?? "")
    }
}
