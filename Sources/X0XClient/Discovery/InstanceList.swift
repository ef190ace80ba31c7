// SPDX-License-Identifier: MIT OR Apache-2.0

/// The daemons of this user, and which of them answer.
public struct InstanceList: Sendable, Hashable {
    /// One daemon that runs or was killed.
    public struct Entry: Sendable, Hashable {
        /// Its name; nil is the default instance.
        public var instance: String?
        /// Its base URL.
        public var address: String
        /// Whether `GET /health` succeeds.
        public var isRunning: Bool

        /// An entry.
        public init(instance: String?, address: String, isRunning: Bool) {
            self.instance = instance
            self.address = address
            self.isRunning = isRunning
        }
    }

    /// The default instance first, then by name.
    public var entries: [Entry]

    /// A list of known entries.
    public init(entries: [Entry]) { self.entries = entries }

    /// Looks for daemons and asks each for its health (2 s each at most).
    ///
    /// - Parameter environment: environment variables; nil takes the process's own.
    public init(environment: [String: String]? = nil) async {
        self.entries = []
        for instance in InstanceDirectories(environment: environment).instances() {
            // A directory with a name no instance can have, or an unreadable port file, is no daemon of ours.
            guard let locator = try? DaemonLocator(instance: instance, environment: environment),
                let endpoint = try? locator.locate()
            else { continue }
            let isRunning = await X0XClient(endpoint).isHealthy()
            self.entries.append(Entry(instance: instance, address: endpoint.baseURL, isRunning: isRunning))
        }
    }

    /// A table with a title row, or the sentence that there is none (spec 13 §6.2); ends with a newline.
    public var text: String {
        guard !self.entries.isEmpty else { return "No running instances found.\n" }
        let rows = self.entries.map {
            [$0.instance ?? "(default)", $0.address, $0.isRunning ? "running" : "stale"]
        }
        return TextColumns.align([["NAME", "API", "STATUS"]] + rows)
    }
}
