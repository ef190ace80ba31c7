// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XAPI
package import X0XClient

extension DiagnosticsCommand {
    package struct Connectivity: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "connectivity",
            abstract: "Show NAT type, port mapping, local discovery and relays."
        )

        @OptionGroup package var globals: GlobalOptions

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.connectivityDiagnostics.route)
        }
    }

    package struct Direct: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "dm",
            abstract: "Show the counters of direct messages."
        )

        @OptionGroup package var globals: GlobalOptions

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.directDiagnostics.route)
        }
    }

    package struct Groups: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "groups",
            abstract: "Show the message counters of each group."
        )

        @OptionGroup package var globals: GlobalOptions

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.groupDiagnostics.route)
        }
    }

    package struct Exec: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "exec",
            abstract: "Show the counters and the access list summary of remote commands."
        )

        @OptionGroup package var globals: GlobalOptions

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.execDiagnostics.route)
        }
    }
}

extension NetworkCommand {
    package struct Cache: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "cache",
            abstract: "Show the live connections and the size of the peer cache."
        )

        @OptionGroup package var globals: GlobalOptions

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.bootstrapCache.route)
        }
    }
}
